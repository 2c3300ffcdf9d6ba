/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-tickets.h"

#include <glib/gi18n.h>

#include "app/yy-client.h"
#include "service/yy-ticket-book.h"

struct _YyTickets
{
  GObject parent_instance;

  YyClient *client;
  GHashTable *tickets; /* serial number → YyTicket, NULL where the book has none */
  GQueue waiting;      /* of GTask, in order */
  GHashTable *running; /* serial number → GTask */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (YyTickets, yy_tickets, G_TYPE_OBJECT)

typedef enum
{
  CALL_OPEN,
  CALL_CORRECT,
  CALL_ACT,
  CALL_UPLOAD,
} CallKind;

typedef struct
{
  CallKind kind;
  char *token;
  YyOrder *details;
  YyTicketAction action;
  YyDocuments document;
  GBytes *contents;
  char *file_name;
  YyUploadProgressFunc progress;
  gpointer progress_data;
} Call;

static void
call_free (Call *call)
{
  g_free (call->token);
  g_clear_pointer (&call->details, yy_order_free);
  g_clear_pointer (&call->contents, g_bytes_unref);
  g_free (call->file_name);
  g_free (call);
}

static void
unref_ticket (gpointer ticket)
{
  if (ticket != NULL)
    yy_ticket_unref (ticket);
}

gboolean
yy_ticket_is_waiting (YyTicket *ticket)
{
  if (ticket == NULL || ticket->order == NULL)
    return FALSE;
  switch (ticket->order->state)
    {
    case YY_ORDER_SUBMITTED:
    case YY_ORDER_AWAITING_PAYMENT:
    case YY_ORDER_FIRST_REVIEW:
    case YY_ORDER_PAPERS_AWAITED:
    case YY_ORDER_SECOND_REVIEW:
      return TRUE;
    case YY_ORDER_DRAFT:
    case YY_ORDER_READY:
    case YY_ORDER_COMPLETED:
    case YY_ORDER_CORRECTION_REQUESTED:
    case YY_ORDER_WITHDRAWN:
    case YY_ORDER_REJECTED:
    case YY_ORDER_REFUNDED:
    default:
      return FALSE;
    }
}

gboolean
yy_ticket_is_over (YyTicket *ticket)
{
  return ticket != NULL && ticket->order != NULL &&
         (ticket->order->state == YY_ORDER_COMPLETED ||
          ticket->order->state == YY_ORDER_WITHDRAWN || ticket->order->state == YY_ORDER_REFUNDED);
}

/* Number and key stay what they are: the book is written once for an order. */
static gboolean
is_kept (YyTickets *self, YyTicket *ticket)
{
  YyTicket *before = g_hash_table_lookup (self->tickets, ticket->token);

  return before != NULL && g_strcmp0 (before->number, ticket->number) == 0 &&
         yy_secret_equal (before->key, ticket->key);
}

static void
put (YyTickets *self, YyTicket *ticket)
{
  gboolean kept = is_kept (self, ticket);
  YyService *service = yy_client_get_service (self->client, NULL);
  g_autofree char *token = g_strdup (ticket->token);
  g_autoptr (GError) error = NULL;

  g_hash_table_replace (self->tickets, g_strdup (token), yy_ticket_ref (ticket));
  if (yy_ticket_is_over (ticket))
    yy_ticket_book_drop (service, token);
  else if (!kept && !yy_ticket_book_keep (service, ticket, &error))
    g_warning ("the order's number could not be written down: %s", error->message);
  g_signal_emit (self, changed_signal, 0, token);
}

static void run_next (YyTickets *self, const char *token);

/* Where the CA refuses even a look, order or key are not known there: it has to be begun anew. */
static gboolean
is_lost (const Call *call, const GError *error)
{
  return call->kind == CALL_ACT && call->action == YY_TICKET_REFRESH &&
         g_error_matches (error, YY_ERROR, YY_ERROR_REFUSED);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  YyTickets *self = YY_TICKETS (g_task_get_source_object (task));
  g_autofree char *token = g_strdup (((Call *) g_task_get_task_data (task))->token);
  g_autoptr (YyTicket) ticket = NULL;
  GError *error = NULL;

  ticket = yy_service_ticket_finish (YY_SERVICE (source), result, &error);
  g_hash_table_remove (self->running, token);
  if (ticket != NULL)
    put (self, ticket);
  else if (is_lost (g_task_get_task_data (task), error))
    yy_tickets_forget (self, token);
  if (ticket != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  run_next (self, token);
}

/* The ticket there is when the call's turn has come, not the one there was when it was asked for.
 */
static void
run_with_ticket (YyService *service, YyTicket *ticket, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Call *call = g_task_get_task_data (task);

  switch (call->kind)
    {
    case CALL_CORRECT:
      yy_service_correct_order_async (service, ticket, call->details, cancellable, on_answer, task);
      break;
    case CALL_ACT:
      yy_service_act_async (service, ticket, call->action, cancellable, on_answer, task);
      break;
    case CALL_UPLOAD:
      yy_service_upload_async (service, ticket, call->document, call->contents, call->file_name,
                               call->progress, call->progress_data, cancellable, on_answer, task);
      break;
    case CALL_OPEN:
    default:
      g_assert_not_reached ();
    }
}

/* Returns FALSE when it failed at once. */
static gboolean
run (YyTickets *self, GTask *task)
{
  Call *call = g_task_get_task_data (task);
  YyTicket *ticket = yy_tickets_get (self, call->token);
  GError *error = NULL;
  YyService *service = yy_client_get_service (self->client, &error);

  if (service != NULL && call->kind != CALL_OPEN && ticket == NULL)
    error = g_error_new (YY_ERROR, YY_ERROR_REFUSED, _ ("This application is over"));
  if (error != NULL || g_task_return_error_if_cancelled (task))
    {
      if (error != NULL)
        g_task_return_error (task, error);
      g_object_unref (task);
      return FALSE;
    }
  g_hash_table_insert (self->running, g_strdup (call->token), task);
  if (call->kind == CALL_OPEN)
    yy_service_open_order_async (service, call->details, g_task_get_cancellable (task), on_answer,
                                 task);
  else
    run_with_ticket (service, ticket, task);
  return TRUE;
}

static GTask *
take_next (YyTickets *self, const char *token)
{
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      Call *call = g_task_get_task_data (link->data);
      GTask *task = link->data;

      if (!g_str_equal (call->token, token))
        continue;
      g_queue_delete_link (&self->waiting, link);
      return task;
    }
  return NULL;
}

static void
run_next (YyTickets *self, const char *token)
{
  GTask *task = NULL;

  while ((task = take_next (self, token)) != NULL)
    if (run (self, task))
      return;
}

static void
enqueue (GTask *task, Call *call)
{
  YyTickets *self = YY_TICKETS (g_task_get_source_object (task));

  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  g_queue_push_tail (&self->waiting, task);
  if (!g_hash_table_contains (self->running, call->token))
    run_next (self, call->token);
}

static void
yy_tickets_finalize (GObject *object)
{
  YyTickets *self = YY_TICKETS (object);

  g_hash_table_unref (self->tickets);
  g_hash_table_unref (self->running);
  g_queue_clear (&self->waiting);
  G_OBJECT_CLASS (yy_tickets_parent_class)->finalize (object);
}

static void
yy_tickets_class_init (YyTicketsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_tickets_finalize;
  changed_signal = g_signal_new ("changed", YY_TYPE_TICKETS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
yy_tickets_init (YyTickets *self)
{
  self->tickets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_ticket);
  self->running = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->waiting);
}

YyTickets *
yy_tickets_new (YyClient *client)
{
  YyTickets *self = g_object_new (YY_TYPE_TICKETS, NULL);

  self->client = client;
  return self;
}

YyTicket *
yy_tickets_get (YyTickets *self, const char *token)
{
  YyService *service = NULL;
  gpointer ticket = NULL;

  if (g_hash_table_lookup_extended (self->tickets, token, NULL, &ticket))
    return ticket;
  /* A service is not loaded for a look into an empty book. */
  service = yy_ticket_book_is_empty () ? NULL : yy_client_get_service (self->client, NULL);
  if (service == NULL)
    return NULL;
  ticket = yy_ticket_book_find (service, token);
  g_hash_table_insert (self->tickets, g_strdup (token), ticket);
  return ticket;
}

void
yy_tickets_forget (YyTickets *self, const char *token)
{
  YyService *service = yy_client_get_service (self->client, NULL);

  if (service != NULL)
    yy_ticket_book_drop (service, token);
  g_hash_table_replace (self->tickets, g_strdup (token), NULL);
  g_signal_emit (self, changed_signal, 0, token);
}

gboolean
yy_tickets_is_busy (YyTickets *self, const char *token)
{
  return g_hash_table_contains (self->running, token);
}

static YyOrder *
dup_details (const YyOrder *details)
{
  YyOrder *copy = yy_order_new (details->type);

  copy->token = g_strdup (details->token);
  copy->organization = g_strdup (details->organization);
  copy->agent_name = g_strdup (details->agent_name);
  copy->agent_document_type = g_strdup (details->agent_document_type);
  copy->agent_document_number = g_strdup (details->agent_document_number);
  copy->agent_mobile = g_strdup (details->agent_mobile);
  return copy;
}

static void
enqueue_details (YyTickets *self, CallKind kind, const YyOrder *details, GTask *task)
{
  Call *call = g_new0 (Call, 1);

  call->kind = kind;
  call->token = g_strdup (details->token);
  call->details = dup_details (details);
  enqueue (task, call);
}

void
yy_tickets_open_async (YyTickets *self,
                       const YyOrder *details,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  enqueue_details (self, CALL_OPEN, details, g_task_new (self, cancellable, callback, user_data));
}

void
yy_tickets_correct_async (YyTickets *self,
                          const YyOrder *details,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  enqueue_details (self, CALL_CORRECT, details,
                   g_task_new (self, cancellable, callback, user_data));
}

void
yy_tickets_act_async (YyTickets *self,
                      const char *token,
                      YyTicketAction action,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  Call *call = g_new0 (Call, 1);

  call->kind = CALL_ACT;
  call->token = g_strdup (token);
  call->action = action;
  enqueue (g_task_new (self, cancellable, callback, user_data), call);
}

void
yy_tickets_upload_async (YyTickets *self,
                         const char *token,
                         YyDocuments document,
                         GBytes *contents,
                         const char *file_name,
                         YyUploadProgressFunc progress,
                         gpointer progress_data,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  Call *call = g_new0 (Call, 1);

  call->kind = CALL_UPLOAD;
  call->token = g_strdup (token);
  call->document = document;
  call->contents = g_bytes_ref (contents);
  call->file_name = g_strdup (file_name);
  call->progress = progress;
  call->progress_data = progress_data;
  enqueue (g_task_new (self, cancellable, callback, user_data), call);
}

gboolean
yy_tickets_finish (YyTickets *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
