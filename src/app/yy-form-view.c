/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-form-view.h"

#include "app/yy-form-paper.h"
#include "app/yy-form-print.h"
#include "app/yy-form-save.h"

#include <glib/gi18n.h>

/* pixels; a page is readable from about 600 on */
#define MAX_WIDTH 720
#define SPACING   18

struct _YyFormView
{
  AdwBin parent_instance;

  YyForm *form;
  GtkBox *papers;
};

G_DEFINE_FINAL_TYPE (YyFormView, yy_form_view, ADW_TYPE_BIN)

static GtkWindow *
get_window (YyFormView *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static void
show_error (YyFormView *self, const char *heading, const GError *error)
{
  GtkWidget *dialog = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  dialog = adw_message_dialog_new (get_window (self), heading, error->message);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyFormView) self = YY_FORM_VIEW (user_data);
  g_autoptr (GError) error = NULL;

  if (yy_form_save_finish (result, &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", _ ("Application form saved"));
  else
    show_error (self, _ ("The form was not saved"), error);
}

static void
on_printed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyFormView) self = YY_FORM_VIEW (user_data);
  g_autoptr (GError) error = NULL;

  if (!yy_form_print_finish (result, &error))
    show_error (self, _ ("The form was not printed"), error);
}

static void
on_save (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyFormView *self = YY_FORM_VIEW (widget);

  yy_form_save_async (get_window (self), self->form, on_saved, g_object_ref (self));
}

static void
on_print (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyFormView *self = YY_FORM_VIEW (widget);

  yy_form_print_async (get_window (self), self->form, on_printed, g_object_ref (self));
}

static void
yy_form_view_finalize (GObject *object)
{
  yy_form_free (YY_FORM_VIEW (object)->form);
  G_OBJECT_CLASS (yy_form_view_parent_class)->finalize (object);
}

static void
yy_form_view_class_init (YyFormViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = yy_form_view_finalize;
  gtk_widget_class_install_action (widget_class, "form.save", NULL, on_save);
  gtk_widget_class_install_action (widget_class, "form.print", NULL, on_print);
  gtk_widget_class_set_css_name (widget_class, "formview");
}

static void
enable_actions (YyFormView *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "form.save", self->form != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "form.print", self->form != NULL);
}

static void
yy_form_view_init (YyFormView *self)
{
  GtkWidget *clamp = adw_clamp_new ();

  self->papers = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING));
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), MAX_WIDTH);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), MAX_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), GTK_WIDGET (self->papers));
  adw_bin_set_child (ADW_BIN (self), clamp);
  enable_actions (self);
}

YyFormView *
yy_form_view_new (void)
{
  return g_object_new (YY_TYPE_FORM_VIEW, NULL);
}

void
yy_form_view_set_form (YyFormView *self, YyForm *form)
{
  GtkWidget *paper = NULL;

  while ((paper = gtk_widget_get_first_child (GTK_WIDGET (self->papers))) != NULL)
    gtk_box_remove (self->papers, paper);
  yy_form_free (self->form);
  self->form = form;
  for (guint i = 0; form != NULL && i < yy_form_get_n_pages (form); i++)
    gtk_box_append (self->papers, yy_form_paper_new (form, i));
  enable_actions (self);
}
