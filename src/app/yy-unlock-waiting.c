/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-unlock-waiting.h"

#include <glib/gi18n.h>

#include "app/yy-property-row.h"
#include "app/yy-text.h"

struct _YyUnlockWaiting
{
  AdwBin parent_instance;

  YyTicketWatch *watch;
  char *token;

  AdwPreferencesGroup *facts;
  YyPropertyRow *number;
  YyPropertyRow *submitted;
  GtkLabel *checked;
  GtkLabel *message;
  GtkWidget *look;
};

G_DEFINE_FINAL_TYPE (YyUnlockWaiting, yy_unlock_waiting, ADW_TYPE_BIN)

static void
show_checked (YyUnlockWaiting *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  /* Translators: a time of day, see g_date_time_format(). */
  g_autofree char *time = g_date_time_format (now, _ ("%H:%M:%S"));
  g_autofree char *text = g_strdup_printf (_ ("Last checked at %s"), time);

  gtk_label_set_label (self->checked, text);
}

static void
show_problem (YyUnlockWaiting *self, const GError *error)
{
  g_autofree char *text =
      error == NULL
          ? NULL
          : g_strdup_printf (_ ("How the application stands now is not known: %s"), error->message);

  gtk_label_set_label (self->message, text == NULL ? "" : text);
  gtk_widget_set_visible (GTK_WIDGET (self->message), text != NULL);
}

static void
on_checked (YyUnlockWaiting *self, const char *token, const GError *error)
{
  if (g_strcmp0 (token, self->token) != 0)
    return;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "waiting.look", TRUE);
  show_problem (self, error);
  if (error == NULL)
    show_checked (self);
}

static void
on_look (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyUnlockWaiting *self = YY_UNLOCK_WAITING (widget);

  gtk_widget_action_set_enabled (widget, "waiting.look", FALSE);
  yy_ticket_watch_look (self->watch);
}

static gboolean
yy_unlock_waiting_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (YY_UNLOCK_WAITING (widget)->look);
}

static void
yy_unlock_waiting_dispose (GObject *object)
{
  YyUnlockWaiting *self = YY_UNLOCK_WAITING (object);

  g_clear_object (&self->watch);
  g_clear_pointer (&self->token, g_free);
  G_OBJECT_CLASS (yy_unlock_waiting_parent_class)->dispose (object);
}

static void
yy_unlock_waiting_class_init (YyUnlockWaitingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_unlock_waiting_dispose;
  widget_class->grab_focus = yy_unlock_waiting_grab_focus;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-unlock-waiting.ui");
  gtk_widget_class_bind_template_child (widget_class, YyUnlockWaiting, facts);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockWaiting, checked);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockWaiting, message);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockWaiting, look);
  gtk_widget_class_install_action (widget_class, "waiting.look", NULL, on_look);
}

static void
yy_unlock_waiting_init (YyUnlockWaiting *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->number = YY_PROPERTY_ROW (yy_property_row_new (_ ("Order number"), ""));
  self->submitted = YY_PROPERTY_ROW (yy_property_row_new (_ ("Handed in"), ""));
  adw_preferences_group_add (self->facts, GTK_WIDGET (self->number));
  adw_preferences_group_add (self->facts, GTK_WIDGET (self->submitted));
}

void
yy_unlock_waiting_set_up (YyUnlockWaiting *self, YyTicketWatch *watch, const char *token)
{
  self->watch = g_object_ref (watch);
  self->token = g_strdup (token);
  g_signal_connect_object (watch, "checked", G_CALLBACK (on_checked), self, G_CONNECT_SWAPPED);
}

void
yy_unlock_waiting_show (YyUnlockWaiting *self, YyTicket *ticket)
{
  g_autoptr (GDateTime) moment = g_date_time_new_from_unix_local (ticket->order->updated);
  /* Translators: a day and a time, see g_date_time_format(). */
  g_autofree char *time =
      moment == NULL ? g_strdup ("") : g_date_time_format (moment, _ ("%Y-%m-%d %H:%M"));

  yy_property_row_set_value (self->number, ticket->number);
  yy_property_row_set_value (self->submitted, time);
  show_checked (self);
}
