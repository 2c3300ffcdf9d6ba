/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-property-row.h"

#include <glib/gi18n.h>

struct _YyPropertyRow
{
  AdwPreferencesRow parent_instance;

  GtkLabel *value;
  GtkWidget *copy;
};

G_DEFINE_FINAL_TYPE (YyPropertyRow, yy_property_row, ADW_TYPE_PREFERENCES_ROW)

static void
on_copy (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyPropertyRow *self = YY_PROPERTY_ROW (widget);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), gtk_label_get_label (self->value));
  gtk_widget_activate_action (widget, "win.toast", "s", _ ("Copied to the clipboard"));
}

static void
yy_property_row_class_init (YyPropertyRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-property-row.ui");
  gtk_widget_class_bind_template_child (widget_class, YyPropertyRow, value);
  gtk_widget_class_bind_template_child (widget_class, YyPropertyRow, copy);
  gtk_widget_class_install_action (widget_class, "property.copy", NULL, on_copy);
}

static void
yy_property_row_init (YyPropertyRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
yy_property_row_new (const char *name, const char *value)
{
  YyPropertyRow *self = g_object_new (YY_TYPE_PROPERTY_ROW, "title", name, NULL);
  g_autofree char *copy = g_strdup_printf (_ ("Copy: %s"), name);

  gtk_label_set_label (self->value, value);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->copy), GTK_ACCESSIBLE_PROPERTY_LABEL, copy,
                                  -1);
  return GTK_WIDGET (self);
}

void
yy_property_row_set_value (YyPropertyRow *self, const char *value)
{
  gtk_label_set_label (self->value, value);
}
