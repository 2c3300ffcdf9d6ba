/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-code-sender.h"

#include <string.h>

#include <glib/gi18n.h>

#include "app/yy-text.h"

/* Seconds between two looks at a message that is under way. */
#define DELIVERY_PACE_S 2

struct _YyCodeSender
{
  GtkWidget parent_instance;

  YyClient *client;
  char *token;
  YyTicket *ticket;
  gboolean asking;
  guint timer_id;
  guint seconds;

  GtkButton *send;
  GtkLabel *status;
};

static guint sent_signal;

G_DEFINE_FINAL_TYPE (YyCodeSender, yy_code_sender, GTK_TYPE_WIDGET)

static void
set_status (YyCodeSender *self, const char *style, const char *text)
{
  const char *classes[] = { "caption", style, NULL };

  gtk_widget_set_css_classes (GTK_WIDGET (self->status), classes);
  if (g_strcmp0 (gtk_label_get_label (self->status), text) != 0)
    gtk_label_set_label (self->status, text);
}

static int
seconds_until (gint64 moment)
{
  gint64 left = moment - g_get_monotonic_time ();

  return left <= 0 ? 0 : (int) ((left + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND);
}

/* Before the first one was sent, the service names no number. */
static char *
dup_number (YyTicket *ticket)
{
  const char *mobile = ticket->order == NULL ? NULL : ticket->order->agent_mobile;

  if (ticket->code_to != NULL)
    return g_strdup (ticket->code_to);
  if (mobile == NULL || strlen (mobile) < 8)
    return g_strdup (_ ("the agent's phone"));
  return g_strdup_printf ("%.3s****%s", mobile, mobile + strlen (mobile) - 4);
}

static char *
dup_time_left (YyTicket *ticket)
{
  int minutes = (seconds_until (ticket->code_expires) + 59) / 60;

  return g_strdup_printf (ngettext ("%d minute", "%d minutes", (gulong) minutes), minutes);
}

static void
show_sent (YyCodeSender *self, const char *number)
{
  guint tries = self->ticket->code_tries_left;
  g_autofree char *left = dup_time_left (self->ticket);
  /* Translators: a phone number, a span of time, a number of tries. */
  g_autofree char *text =
      g_strdup_printf (ngettext ("The code was sent to %s. It is good for %s and %u try.",
                                 "The code was sent to %s. It is good for %s and %u tries.", tries),
                       number, left, tries);

  set_status (self, "dim-label", text);
}

static void
show_status (YyCodeSender *self)
{
  g_autofree char *number = dup_number (self->ticket);
  g_autofree char *text = NULL;

  switch (self->ticket->delivery)
    {
    case YY_DELIVERY_PENDING:
      text = g_strdup_printf (_ ("The text message to %s is being sent…"), number);
      set_status (self, "dim-label", text);
      break;
    case YY_DELIVERY_FAILED:
      text =
          g_strdup_printf (_ ("The text message to %s could not be delivered. Try again; if it "
                              "fails again, call the hotline %s."),
                           number, yy_profile_get_hotline (yy_client_get_profile (self->client)));
      set_status (self, "error", text);
      break;
    case YY_DELIVERY_SENT:
      if (seconds_until (self->ticket->code_expires) > 0)
        show_sent (self, number);
      else
        set_status (self, "error", _ ("The code is not valid any more. Ask for another one."));
      break;
    case YY_DELIVERY_NONE:
    default:
      text = g_strdup_printf (_ ("The code will be sent to %s by text message."), number);
      set_status (self, "dim-label", text);
    }
}

/* As long as there is no code, asking for one is the next step. */
static void
emphasize (YyCodeSender *self)
{
  gboolean sent = self->ticket->delivery == YY_DELIVERY_PENDING ||
                  (self->ticket->delivery == YY_DELIVERY_SENT &&
                   seconds_until (self->ticket->code_expires) > 0);

  if (sent)
    gtk_widget_remove_css_class (GTK_WIDGET (self->send), "suggested-action");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->send), "suggested-action");
}

static void
show_button (YyCodeSender *self)
{
  gboolean again = self->ticket->delivery != YY_DELIVERY_NONE;
  int wait =
      self->ticket->delivery == YY_DELIVERY_FAILED ? 0 : seconds_until (self->ticket->code_resend);
  g_autofree char *text = NULL;

  if (wait > 0)
    /* Translators: a button that can be pressed when so many seconds have gone by. */
    text = g_strdup_printf (_ ("Send Again (%d s)"), wait);
  else
    text = g_strdup (again ? _ ("Send A_gain") : _ ("_Get Code"));
  if (g_strcmp0 (gtk_button_get_label (self->send), text) != 0)
    gtk_button_set_label (self->send, text);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "code.send", wait == 0 && !self->asking);
  emphasize (self);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyCodeSender) self = YY_CODE_SENDER (user_data);

  /* What is unknown stays "being sent"; the next look may tell. */
  yy_tickets_finish (YY_TICKETS (source), result, NULL);
}

static void
look_after_delivery (YyCodeSender *self)
{
  YyTickets *tickets = yy_client_get_tickets (self->client);

  if (self->ticket->delivery == YY_DELIVERY_PENDING && ++self->seconds % DELIVERY_PACE_S == 0 &&
      !yy_tickets_is_busy (tickets, self->token))
    yy_tickets_act_async (tickets, self->token, YY_TICKET_REFRESH, NULL, on_looked,
                          g_object_ref (self));
}

static gboolean
on_second (gpointer user_data)
{
  YyCodeSender *self = YY_CODE_SENDER (user_data);

  if (self->ticket == NULL)
    return G_SOURCE_CONTINUE;
  if (!self->asking && !gtk_widget_has_css_class (GTK_WIDGET (self->status), "refused"))
    show_status (self);
  show_button (self);
  look_after_delivery (self);
  return G_SOURCE_CONTINUE;
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyCodeSender) self = YY_CODE_SENDER (user_data);
  g_autoptr (GError) error = NULL;

  self->asking = FALSE;
  if (yy_tickets_finish (YY_TICKETS (source), result, &error))
    g_signal_emit (self, sent_signal, 0);
  else if (self->client != NULL)
    {
      g_autofree char *text = yy_text_dup_problem (error);

      set_status (self, "error", text);
      gtk_widget_add_css_class (GTK_WIDGET (self->status), "refused");
    }
  if (self->ticket != NULL)
    show_button (self);
}

static void
on_send (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyCodeSender *self = YY_CODE_SENDER (widget);

  self->asking = TRUE;
  gtk_widget_action_set_enabled (widget, "code.send", FALSE);
  set_status (self, "dim-label", _ ("Asking the CA for a code…"));
  yy_tickets_act_async (yy_client_get_tickets (self->client), self->token, YY_TICKET_SEND_CODE,
                        NULL, on_sent, g_object_ref (self));
}

static void
yy_code_sender_map (GtkWidget *widget)
{
  YyCodeSender *self = YY_CODE_SENDER (widget);

  GTK_WIDGET_CLASS (yy_code_sender_parent_class)->map (widget);
  if (self->timer_id == 0)
    self->timer_id = g_timeout_add_seconds (1, on_second, self);
}

static void
yy_code_sender_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&YY_CODE_SENDER (widget)->timer_id, g_source_remove);
  GTK_WIDGET_CLASS (yy_code_sender_parent_class)->unmap (widget);
}

static gboolean
yy_code_sender_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (YY_CODE_SENDER (widget)->send));
}

static void
yy_code_sender_dispose (GObject *object)
{
  YyCodeSender *self = YY_CODE_SENDER (object);
  GtkWidget *child = NULL;

  g_clear_handle_id (&self->timer_id, g_source_remove);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->ticket, yy_ticket_unref);
  g_clear_pointer (&self->token, g_free);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_code_sender_parent_class)->dispose (object);
}

static void
yy_code_sender_class_init (YyCodeSenderClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_code_sender_dispose;
  widget_class->map = yy_code_sender_map;
  widget_class->unmap = yy_code_sender_unmap;
  widget_class->grab_focus = yy_code_sender_grab_focus;
  sent_signal = g_signal_new ("sent", YY_TYPE_CODE_SENDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-code-sender.ui");
  gtk_widget_class_bind_template_child (widget_class, YyCodeSender, send);
  gtk_widget_class_bind_template_child (widget_class, YyCodeSender, status);
  gtk_widget_class_install_action (widget_class, "code.send", NULL, on_send);
}

static void
yy_code_sender_init (YyCodeSender *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
yy_code_sender_set_up (YyCodeSender *self, YyClient *client, const char *token)
{
  self->client = g_object_ref (client);
  self->token = g_strdup (token);
}

void
yy_code_sender_show (YyCodeSender *self, YyTicket *ticket)
{
  yy_ticket_ref (ticket);
  g_clear_pointer (&self->ticket, yy_ticket_unref);
  self->ticket = ticket;
  show_status (self);
  show_button (self);
}
