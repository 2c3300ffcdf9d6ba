/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-driver-row.h"

#include <glib/gi18n.h>

struct _YyDriverRow
{
  AdwActionRow parent_instance;

  YyDriver *driver;
};

G_DEFINE_FINAL_TYPE (YyDriverRow, yy_driver_row, ADW_TYPE_ACTION_ROW)

static void
update (YyDriverRow *self)
{
  const GError *problem = yy_driver_get_problem (self->driver);
  YyDriverState state = yy_driver_get_state (self->driver);
  const char *what =
      state == YY_DRIVER_NOT_RESPONDING ? _ ("Driver not responding") : _ ("Driver failed");
  g_autofree char *text = NULL;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), yy_driver_get_name (self->driver));
  if (problem != NULL)
    text = g_strdup_printf ("%s: %s", what, problem->message);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text != NULL ? text : what);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), yy_driver_get_module (self->driver));
  gtk_widget_set_visible (GTK_WIDGET (self), problem != NULL || state == YY_DRIVER_FAILED ||
                                                 state == YY_DRIVER_NOT_RESPONDING);
}

static void
on_retry (GtkWidget *widget, const char *action, GVariant *parameter)
{
  yy_driver_refresh (YY_DRIVER_ROW (widget)->driver);
}

static void
yy_driver_row_dispose (GObject *object)
{
  g_clear_object (&YY_DRIVER_ROW (object)->driver);
  G_OBJECT_CLASS (yy_driver_row_parent_class)->dispose (object);
}

static void
yy_driver_row_class_init (YyDriverRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_driver_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-driver-row.ui");
  gtk_widget_class_install_action (widget_class, "driver.retry", NULL, on_retry);
}

static void
yy_driver_row_init (YyDriverRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
yy_driver_row_new (YyDriver *driver)
{
  YyDriverRow *self = g_object_new (YY_TYPE_DRIVER_ROW, NULL);

  self->driver = g_object_ref (driver);
  g_signal_connect_object (driver, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
