/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-ticket-watch.h"

#include "service/yy-ticket-book.h"

#define PACE_S          60
#define ATTENDED_PACE_S 15

struct _YyTicketWatch
{
  GObject parent_instance;

  YyClient *client;
  char *attended;
  guint timer_id;
};

enum
{
  CHECKED,
  DECIDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (YyTicketWatch, yy_ticket_watch, G_TYPE_OBJECT)

typedef struct
{
  YyTicketWatch *watch;
  char *token;
  gboolean was_waiting;
} Check;

static void
check_free (Check *check)
{
  g_object_unref (check->watch);
  g_free (check->token);
  g_free (check);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Check, check_free)

static gboolean
is_decision (YyTicket *ticket)
{
  return ticket != NULL && ticket->order != NULL &&
         (ticket->order->state == YY_ORDER_READY || ticket->order->state == YY_ORDER_REJECTED ||
          ticket->order->state == YY_ORDER_CORRECTION_REQUESTED);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Check) check = user_data;
  YyTickets *tickets = YY_TICKETS (source);
  g_autoptr (GError) error = NULL;
  YyTicket *ticket = NULL;

  yy_tickets_finish (tickets, result, &error);
  g_signal_emit (check->watch, signals[CHECKED], 0, check->token, error);
  ticket = yy_tickets_get (tickets, check->token);
  if (error == NULL && check->was_waiting && is_decision (ticket))
    g_signal_emit (check->watch, signals[DECIDED], 0, ticket);
}

/* One out of the book tells nothing before it was asked for. */
static void
look_at (YyTicketWatch *self, const char *token)
{
  YyTickets *tickets = yy_client_get_tickets (self->client);
  YyTicket *ticket = yy_tickets_get (tickets, token);
  Check *check = NULL;

  if (ticket == NULL || yy_tickets_is_busy (tickets, token) ||
      (ticket->order != NULL && !yy_ticket_is_waiting (ticket)))
    return;
  check = g_new0 (Check, 1);
  check->watch = g_object_ref (self);
  check->token = g_strdup (token);
  check->was_waiting = yy_ticket_is_waiting (ticket);
  yy_tickets_act_async (tickets, token, YY_TICKET_REFRESH, NULL, on_checked, check);
}

static void
look_at_all (YyTicketWatch *self)
{
  GListModel *tokens = G_LIST_MODEL (yy_client_get_manager (self->client));

  if (self->attended != NULL)
    look_at (self, self->attended);
  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (YyToken) token = g_list_model_get_item (tokens, i);

      if (g_strcmp0 (yy_token_get_serial (token), self->attended) != 0)
        look_at (self, yy_token_get_serial (token));
    }
}

/* Without a book there is nothing to ask for: most clients never talk to the service. */
void
yy_ticket_watch_look (YyTicketWatch *self)
{
  if (self->attended != NULL || !yy_ticket_book_is_empty ())
    look_at_all (self);
}

static gboolean
on_timer (gpointer user_data)
{
  yy_ticket_watch_look (YY_TICKET_WATCH (user_data));
  return G_SOURCE_CONTINUE;
}

static void
on_tokens_changed (YyTicketWatch *self, guint position, guint removed, guint added)
{
  if (added > removed)
    yy_ticket_watch_look (self);
}

static void
set_pace (YyTicketWatch *self, guint seconds)
{
  g_clear_handle_id (&self->timer_id, g_source_remove);
  self->timer_id = g_timeout_add_seconds (seconds, on_timer, self);
}

static void
yy_ticket_watch_finalize (GObject *object)
{
  YyTicketWatch *self = YY_TICKET_WATCH (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  g_free (self->attended);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_ticket_watch_parent_class)->finalize (object);
}

static void
yy_ticket_watch_class_init (YyTicketWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_ticket_watch_finalize;
  signals[CHECKED] = g_signal_new ("checked", YY_TYPE_TICKET_WATCH, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
  signals[DECIDED] = g_signal_new ("decided", YY_TYPE_TICKET_WATCH, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
yy_ticket_watch_init (YyTicketWatch *self)
{
  set_pace (self, PACE_S);
}

YyTicketWatch *
yy_ticket_watch_new (YyClient *client)
{
  YyTicketWatch *self = g_object_new (YY_TYPE_TICKET_WATCH, NULL);

  self->client = g_object_ref (client);
  g_signal_connect_object (yy_client_get_manager (client), "items-changed",
                           G_CALLBACK (on_tokens_changed), self, G_CONNECT_SWAPPED);
  return self;
}

void
yy_ticket_watch_attend (YyTicketWatch *self, const char *token)
{
  if (g_strcmp0 (token, self->attended) == 0)
    return;
  g_free (self->attended);
  self->attended = g_strdup (token);
  set_pace (self, token == NULL ? PACE_S : ATTENDED_PACE_S);
  if (token != NULL)
    look_at (self, token);
}
