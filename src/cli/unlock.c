/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/unlock.h"

#include <unistd.h>

#include <glib/gi18n.h>

#include "cli/text.h"
#include "service/yy-ticket-book.h"

/* Milliseconds between two looks at an order that the office reviews: more and more of them. */
#define FIRST_LOOK 1000
#define LAST_LOOK  30000
/* Seconds in which a text message is on its way, or never will be. */
#define DELIVERY_TIME 30

static gboolean
take_ticket (Unlock *unlock, GAsyncResult *result, GError **error)
{
  YyTicket *ticket = yy_service_ticket_finish (unlock->cli->service, result, error);

  if (ticket == NULL)
    return FALSE;
  g_clear_pointer (&unlock->ticket, yy_ticket_unref);
  unlock->ticket = ticket;
  return TRUE;
}

static gboolean
act (Unlock *unlock, YyTicketAction action, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  yy_service_act_async (unlock->cli->service, unlock->ticket, action, unlock->cli->cancellable,
                        cli_ready, &result);
  cli_await (&result);
  return take_ticket (unlock, result, error);
}

gboolean
unlock_find (Unlock *unlock, gboolean required, GError **error)
{
  unlock->ticket = yy_ticket_book_find (unlock->cli->service, unlock->token);
  if (unlock->ticket != NULL)
    return act (unlock, YY_TICKET_REFRESH, error);
  if (!required)
    return TRUE;
  g_set_error (error, YY_ERROR, YY_ERROR_USAGE,
               _ ("No order to unlock the token %s is known on this computer: begin one, or go on "
                  "with one begun elsewhere, with --details FILE"),
               unlock->token);
  return FALSE;
}

gboolean
unlock_is_open (YyOrderState state)
{
  return state != YY_ORDER_COMPLETED && state != YY_ORDER_WITHDRAWN && state != YY_ORDER_REFUNDED;
}

static gboolean
can_change (YyOrderState state)
{
  return state == YY_ORDER_DRAFT || state == YY_ORDER_REJECTED ||
         state == YY_ORDER_CORRECTION_REQUESTED;
}

/* Letter by letter: what was rejected may differ in nothing but a space. */
static gboolean
is_same (const YyOrder *a, const YyOrder *b)
{
  return g_strcmp0 (a->organization, b->organization) == 0 &&
         g_strcmp0 (a->agent_name, b->agent_name) == 0 &&
         g_strcmp0 (a->agent_document_type, b->agent_document_type) == 0 &&
         g_strcmp0 (a->agent_document_number, b->agent_document_number) == 0 &&
         g_strcmp0 (a->agent_mobile, b->agent_mobile) == 0;
}

static gboolean
open_order (Unlock *unlock, const YyOrder *details, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) local = NULL;

  yy_service_open_order_async (unlock->cli->service, details, unlock->cli->cancellable, cli_ready,
                               &result);
  cli_await (&result);
  if (!take_ticket (unlock, result, error))
    return FALSE;
  /* Without it the order is there all the same: the details bring it back. */
  if (!yy_ticket_book_keep (unlock->cli->service, unlock->ticket, &local))
    cli_warn ("%s", local->message);
  return TRUE;
}

static gboolean
correct_order (Unlock *unlock, const YyOrder *details, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  yy_service_correct_order_async (unlock->cli->service, unlock->ticket, details,
                                  unlock->cli->cancellable, cli_ready, &result);
  cli_await (&result);
  unlock->changed = TRUE;
  return take_ticket (unlock, result, error);
}

gboolean
unlock_apply (Unlock *unlock, const YyOrder *details, GError **error)
{
  g_autoptr (GError) local = NULL;
  YyOrder *order = NULL;

  if (!unlock_find (unlock, FALSE, &local))
    {
      /* An order that the CA does not know any more is none. */
      if (!g_error_matches (local, YY_ERROR, YY_ERROR_REFUSED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_clear_pointer (&unlock->ticket, yy_ticket_unref);
    }
  order = unlock->ticket == NULL ? NULL : unlock->ticket->order;
  if (order == NULL || !unlock_is_open (order->state))
    return open_order (unlock, details, error);
  if (is_same (order, details))
    return TRUE;
  if (can_change (order->state))
    return correct_order (unlock, details, error);
  g_set_error (error, YY_ERROR, YY_ERROR_REFUSED,
               _ ("The order %s has other details, and was handed in already: withdraw it first, "
                  "with --withdraw"),
               unlock->ticket->number);
  return FALSE;
}

typedef struct
{
  const char *title;
  gboolean shown;
} Progress;

static void
on_progress (guint64 received, guint64 size, gpointer data)
{
  Progress *progress = data;

  progress->shown = TRUE;
  g_printerr ("\r");
  g_printerr (_ ("%s: %u of %u KB"), progress->title, (guint) ((received + 1023) / 1024),
              (guint) ((size + 1023) / 1024));
}

static gboolean
upload (Unlock *unlock, const InputDocument *document, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Progress progress = { .title = yy_document_get_title (document->document) };
  gboolean terminal = isatty (STDERR_FILENO);
  gboolean good = FALSE;

  yy_service_upload_async (unlock->cli->service, unlock->ticket, document->document,
                           document->contents, document->name, terminal ? on_progress : NULL,
                           &progress, unlock->cli->cancellable, cli_ready, &result);
  cli_await (&result);
  good = take_ticket (unlock, result, error);
  if (progress.shown)
    g_printerr ("\n");
  if (!good && error != NULL && (*error)->domain == YY_ERROR)
    g_prefix_error (error, "%s: ", document->path);
  unlock->changed = TRUE;
  return good;
}

gboolean
unlock_upload (Unlock *unlock, GPtrArray *documents, GError **error)
{
  if (documents->len > 0 && unlock->ticket->documents->len == 0)
    {
      cli_warn ("%s", _ ("The details are those of the last order, so no document is needed and "
                         "none was sent"));
      return TRUE;
    }
  for (guint i = 0; i < documents->len; i++)
    if (!upload (unlock, documents->pdata[i], error))
      return FALSE;
  return TRUE;
}

gboolean
unlock_submit (Unlock *unlock, GError **error)
{
  YyTicket *ticket = unlock->ticket;
  YyOrderState state = ticket->order->state;

  if (!can_change (state) || !yy_ticket_is_complete (ticket) ||
      (state != YY_ORDER_DRAFT && !unlock->changed))
    return TRUE;
  return act (unlock, YY_TICKET_SUBMIT, error);
}

gboolean
unlock_withdraw (Unlock *unlock, GError **error)
{
  if (unlock->ticket->order->state != YY_ORDER_WITHDRAWN &&
      !act (unlock, YY_TICKET_WITHDRAW, error))
    return FALSE;
  yy_ticket_book_drop (unlock->cli->service, unlock->token);
  return TRUE;
}

static gboolean
check_decision (YyTicket *ticket, GError **error)
{
  const YyOrder *order = ticket->order;

  if (order->state == YY_ORDER_READY || order->state == YY_ORDER_COMPLETED)
    return TRUE;
  if (order->state == YY_ORDER_DRAFT)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_REFUSED,
                         _ ("The order was not handed in yet: documents are missing"));
  else if (order->state == YY_ORDER_WITHDRAWN)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_REFUSED, _ ("The order was withdrawn"));
  else if (order->reason == NULL || *order->reason == '\0')
    g_set_error_literal (error, YY_ERROR, YY_ERROR_REFUSED, _ ("The CA rejected the order"));
  else
    g_set_error (error, YY_ERROR, YY_ERROR_REFUSED, _ ("The CA rejected the order: %s"),
                 order->reason);
  return FALSE;
}

static gboolean
is_decided (YyOrderState state)
{
  return can_change (state) || state == YY_ORDER_READY || !unlock_is_open (state);
}

/* A service that is away for a while is no reason to stop waiting. */
gboolean
unlock_wait (Unlock *unlock, GError **error)
{
  guint pause = FIRST_LOOK;
  gboolean warned = FALSE;

  while (!is_decided (unlock->ticket->order->state))
    {
      g_autoptr (GError) local = NULL;

      if (!cli_sleep (unlock->cli, pause, error))
        return FALSE;
      pause = MIN (pause + pause / 4, LAST_LOOK);
      if (act (unlock, YY_TICKET_REFRESH, &local))
        continue;
      if (!g_error_matches (local, YY_ERROR, YY_ERROR_SERVICE_UNREACHABLE))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (!warned)
        cli_warn ("%s", local->message);
      warned = TRUE;
    }
  return check_decision (unlock->ticket, error);
}

gboolean
unlock_send_code (Unlock *unlock, GError **error)
{
  /* What is the agent's to do is told better here than by the service. */
  if (can_change (unlock->ticket->order->state))
    return check_decision (unlock->ticket, error);
  if (!act (unlock, YY_TICKET_SEND_CODE, error))
    return FALSE;
  for (guint i = 0; unlock->ticket->delivery == YY_DELIVERY_PENDING && i < DELIVERY_TIME; i++)
    if (!cli_sleep (unlock->cli, i == 0 ? 200 : 1000, error) ||
        !act (unlock, YY_TICKET_REFRESH, error))
      return FALSE;
  if (unlock->ticket->delivery != YY_DELIVERY_FAILED)
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_SERVICE_FAILED,
                       _ ("The CA's service could not send the text message with the code"));
  return FALSE;
}

gboolean
unlock_has_code (YyTicket *ticket)
{
  return ticket->delivery != YY_DELIVERY_NONE && ticket->delivery != YY_DELIVERY_FAILED &&
         ticket->code_tries_left > 0 && ticket->code_expires > g_get_monotonic_time ();
}
