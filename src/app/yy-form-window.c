/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-form-window.h"

#include "app/yy-form-view.h"

struct _YyFormWindow
{
  AdwWindow parent_instance;

  AdwToastOverlay *toasts;
  YyFormView *view;
  GtkWidget *print;
};

G_DEFINE_FINAL_TYPE (YyFormWindow, yy_form_window, ADW_TYPE_WINDOW)

static void
on_toast (GtkWidget *widget, const char *action, GVariant *parameter)
{
  adw_toast_overlay_add_toast (YY_FORM_WINDOW (widget)->toasts,
                               adw_toast_new (g_variant_get_string (parameter, NULL)));
}

/* The buttons stand in the header bar, their actions are the view's. */
static void
on_forward (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (YY_FORM_WINDOW (widget)->view),
                              g_str_has_suffix (action, "save") ? "form.save" : "form.print", NULL);
}

static void
yy_form_window_class_init (YyFormWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (YY_TYPE_FORM_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-form-window.ui");
  gtk_widget_class_bind_template_child (widget_class, YyFormWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, YyFormWindow, view);
  gtk_widget_class_bind_template_child (widget_class, YyFormWindow, print);
  gtk_widget_class_install_action (widget_class, "win.toast", "s", on_toast);
  gtk_widget_class_install_action (widget_class, "window-form.save", NULL, on_forward);
  gtk_widget_class_install_action (widget_class, "window-form.print", NULL, on_forward);
}

static void
yy_form_window_init (YyFormWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
yy_form_window_show (GtkWindow *parent, YyForm *form)
{
  YyFormWindow *self = g_object_new (YY_TYPE_FORM_WINDOW, "transient-for", parent, NULL);

  yy_form_view_set_form (self->view, form);
  gtk_widget_grab_focus (self->print);
  gtk_window_present (GTK_WINDOW (self));
}
