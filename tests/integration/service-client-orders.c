/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls about orders begun in the client. */
#include "service-client.h"

#include <string.h>

#define SESSION "00112233445566778899aabbccddeeff"

static YyOrder *
make_details (void)
{
  YyOrder *order = yy_order_new (YY_ORDER_UNLOCK);

  order->token = g_strdup ("S\\1");
  order->organization = g_strdup ("示例“文具”");
  order->agent_name = g_strdup ("张 三");
  order->agent_document_type = g_strdup ("passport");
  order->agent_document_number = g_strdup ("E\"1");
  order->agent_mobile = g_strdup ("13800000000");
  return order;
}

static void
add_document (GString *text, const YyTicketDocument *document)
{
  g_string_append_printf (text, " [%s %s %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT "%s]",
                          yy_document_get_nick (document->document), document->title,
                          document->received, document->size, document->complete ? " whole" : "");
}

static char *
tell_ticket (Client *client)
{
  YyTicket *ticket = client->ticket;
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 now = g_get_monotonic_time ();

  g_string_append_printf (text, "%s %s %s %s", ticket->number, ticket->token,
                          yy_order_state_get_nick (ticket->order->state),
                          ticket->order->agent_matches ? "matches" : "differs");
  for (guint i = 0; i < ticket->documents->len; i++)
    add_document (text, ticket->documents->pdata[i]);
  if (ticket->order->reason != NULL)
    g_string_append_printf (text, " because %s", ticket->order->reason);
  if (ticket->delivery != YY_DELIVERY_NONE)
    g_string_append_printf (
        text, " code %d to %s resend %d expires %d tries %u", (int) ticket->delivery,
        ticket->code_to, (int) ((ticket->code_resend - now + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC),
        (int) ((ticket->code_expires - now + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC),
        ticket->code_tries_left);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
take_ticket (Client *client, GError **error)
{
  YyTicket *ticket = yy_service_ticket_finish (client->service, client_await (client), error);

  if (ticket == NULL)
    return NULL;
  g_clear_pointer (&client->ticket, yy_ticket_unref);
  client->ticket = ticket;
  return tell_ticket (client);
}

static char *
call_open (Client *client, GError **error)
{
  g_autoptr (YyOrder) details = make_details ();

  yy_service_open_order_async (client->service, details, client->cancellable, client_ready, client);
  return take_ticket (client, error);
}

static char *
call_correct (Client *client, GError **error)
{
  g_autoptr (YyOrder) details = make_details ();

  yy_service_correct_order_async (client->service, client->ticket, details, client->cancellable,
                                  client_ready, client);
  return take_ticket (client, error);
}

static char *
act (Client *client, YyTicketAction action, GError **error)
{
  yy_service_act_async (client->service, client->ticket, action, client->cancellable, client_ready,
                        client);
  return take_ticket (client, error);
}

static char *
call_refresh (Client *client, GError **error)
{
  return act (client, YY_TICKET_REFRESH, error);
}

static char *
call_submit (Client *client, GError **error)
{
  return act (client, YY_TICKET_SUBMIT, error);
}

static char *
call_withdraw (Client *client, GError **error)
{
  return act (client, YY_TICKET_WITHDRAW, error);
}

static char *
call_send_code (Client *client, GError **error)
{
  return act (client, YY_TICKET_SEND_CODE, error);
}

static void
on_progress (guint64 received, guint64 size, gpointer data)
{
  g_print ("progress %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT "\n", received, size);
}

/* The file that UPLOAD names. */
static char *
call_upload (Client *client, GError **error)
{
  char *text = NULL;
  gsize length = 0;
  g_autoptr (GBytes) contents = NULL;

  g_assert_true (g_file_get_contents (g_getenv ("UPLOAD"), &text, &length, NULL));
  contents = g_bytes_new_take (text, length);
  yy_service_upload_async (client->service, client->ticket, YY_DOCUMENT_LICENCE, contents,
                           g_getenv ("UPLOAD_NAME"), on_progress, client, client->cancellable,
                           client_ready, client);
  return take_ticket (client, error);
}

static char *
call_authorise (Client *client, GError **error)
{
  const char *text = g_getenv ("CODE") == NULL ? "12\"34" : g_getenv ("CODE");
  g_autoptr (YySecret) code = yy_secret_new (text, strlen (text));

  g_clear_pointer (&client->grant, yy_grant_unref);
  yy_service_authorise_async (client->service, client->ticket, code, SESSION, client->cancellable,
                              client_ready, client);
  client->grant = yy_service_authorise_finish (client->service, client_await (client), error);
  if (client->grant == NULL)
    return NULL;
  g_assert_null (client->grant->cmp_reference);
  g_assert_null (client->grant->subject);
  return g_strdup_printf ("%s %s %s", client->grant->order_number, client->grant->id,
                          client->grant->organization);
}

static char *
call_report_so_pin (Client *client, GError **error)
{
  yy_service_report_so_pin_async (client->service, client->grant, client->cancellable, client_ready,
                                  client);
  if (!yy_service_report_so_pin_finish (client->service, client_await (client), error))
    return NULL;
  return g_strdup_printf ("%d", client->grant->state);
}

static char *
call_keep (Client *client, GError **error)
{
  return yy_ticket_book_keep (client->service, client->ticket, error) ? g_strdup ("kept") : NULL;
}

static char *
call_find (Client *client, GError **error)
{
  g_clear_pointer (&client->ticket, yy_ticket_unref);
  client->ticket = yy_ticket_book_find (client->service, "S\\1");
  if (client->ticket == NULL)
    return g_strdup ("nothing");
  g_assert_null (client->ticket->order);
  return g_strdup_printf ("%s %s %s", client->ticket->number, client->ticket->token,
                          yy_secret_bytes (client->ticket->key));
}

static char *
call_drop (Client *client, GError **error)
{
  yy_ticket_book_drop (client->service, "S\\1");
  return g_strdup ("dropped");
}

ClientCall
client_find_order_call (const char *name)
{
  static const struct
  {
    const char *name;
    ClientCall call;
  } calls[] = {
    { "open", call_open },     { "correct", call_correct },     { "refresh", call_refresh },
    { "submit", call_submit }, { "withdraw", call_withdraw },   { "send-code", call_send_code },
    { "upload", call_upload }, { "authorise", call_authorise }, { "so-pin", call_report_so_pin },
    { "keep", call_keep },     { "find", call_find },           { "drop", call_drop },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    if (g_str_equal (name, calls[i].name))
      return calls[i].call;
  return NULL;
}
