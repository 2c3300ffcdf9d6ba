/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "service/yy-call.h"
#include "service/yy-code.h"
#include "service/yy-ticket-reply.h"

#define NEVER_ACTIVATED                                                                            \
  N_ ("This token was never activated, so there is nothing to unlock: activate it first, with "    \
      "the "                                                                                       \
      "code from the CA's text message")
#define IN_REVIEW                                                                                  \
  N_ ("The order was handed in: it can be changed only when the CA has decided, or withdrawn")
#define DOCUMENT_MISSING                                                                           \
  N_ ("The order cannot be handed in: a document is missing, or it was handed in already")
#define NOT_APPROVED N_ ("The CA has not approved the order to unlock the token yet")
#define TOO_MANY     N_ ("Too many orders to unlock this token are being reviewed already")
#define TAKEN_OVER   N_ ("Another order or computer has taken over unlocking this token")

static gpointer
read_new_ticket (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_read_new_ticket (answer, call->serial, error);
}

static gpointer
read_ticket (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_read_ticket (answer, call->ticket, error);
}

static void
start (YyService *self,
       YyCall *call,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  yy_call_start (self, yy_service_ticket_finish, call, cancellable, callback, user_data);
}

YyTicket *
yy_service_ticket_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return yy_call_finish (self, yy_service_ticket_finish, result, error);
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text == NULL ? "" : text);
}

static void
add_details (JsonBuilder *builder, const YyOrder *details)
{
  json_builder_set_member_name (builder, "organization");
  json_builder_begin_object (builder);
  add_text (builder, "name", details->organization);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "agent");
  json_builder_begin_object (builder);
  add_text (builder, "name", details->agent_name);
  add_text (builder, "document_type", details->agent_document_type);
  add_text (builder, "document_number", details->agent_document_number);
  add_text (builder, "mobile", details->agent_mobile);
  json_builder_end_object (builder);
}

/* Ends what @builder began. */
static void
set_body (YyCall *call, JsonBuilder *builder)
{
  g_autoptr (JsonNode) body = NULL;

  json_builder_end_object (builder);
  body = json_builder_get_root (builder);
  yy_call_set_json (call, body);
}

void
yy_service_open_order_async (YyService *self,
                             const YyOrder *details,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  YyCall *call = yy_call_new ("POST", g_strdup ("/api/v1/orders"), read_new_ticket,
                              (GDestroyNotify) yy_ticket_unref);

  call->serial = g_strdup (details->token);
  call->by_token = TRUE;
  call->hints.not_ready = NEVER_ACTIVATED;
  call->hints.conflict = TOO_MANY;
  json_builder_begin_object (builder);
  add_text (builder, "type", yy_order_type_get_info (details->type)->nick);
  add_text (builder, "token", details->token);
  add_details (builder, details);
  set_body (call, builder);
  start (self, call, cancellable, callback, user_data);
}

void
yy_service_act_async (YyService *self,
                      YyTicket *ticket,
                      YyTicketAction action,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  static const struct
  {
    const char *method;
    const char *what;
    const char *not_ready;
  } actions[] = {
    [YY_TICKET_REFRESH] = { "GET", NULL, NULL },
    [YY_TICKET_SUBMIT] = { "POST", "submit", DOCUMENT_MISSING },
    [YY_TICKET_WITHDRAW] = { "POST", "withdraw", NULL },
    [YY_TICKET_SEND_CODE] = { "POST", "code", NOT_APPROVED },
  };
  YyCall *call = yy_call_new_for_ticket (actions[action].method, ticket, actions[action].what,
                                         read_ticket, (GDestroyNotify) yy_ticket_unref);

  call->hints.not_ready = actions[action].not_ready;
  start (self, call, cancellable, callback, user_data);
}

void
yy_service_correct_order_async (YyService *self,
                                YyTicket *ticket,
                                const YyOrder *details,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  YyCall *call = yy_call_new_for_ticket ("POST", ticket, "details", read_ticket,
                                         (GDestroyNotify) yy_ticket_unref);

  call->hints.not_ready = IN_REVIEW;
  json_builder_begin_object (builder);
  add_details (builder, details);
  set_body (call, builder);
  start (self, call, cancellable, callback, user_data);
}

static gpointer
read_grant (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_read_grant (answer, FALSE, error);
}

void
yy_service_authorise_async (YyService *self,
                            YyTicket *ticket,
                            const YySecret *code,
                            const char *session,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  const char *const pairs[] = { "session", session, NULL };
  YyCall *call = NULL;
  GError *error = NULL;

  if (!yy_code_check_possible (code, &error))
    {
      g_task_report_error (self, callback, user_data, yy_service_authorise_async, error);
      return;
    }
  call =
      yy_call_new_for_ticket ("POST", ticket, "grant", read_grant, (GDestroyNotify) yy_grant_unref);
  call->hints.not_ready = NOT_APPROVED;
  call->hints.conflict = TAKEN_OVER;
  yy_call_set_body (call, pairs, "code", code);
  yy_call_start (self, yy_service_authorise_async, call, cancellable, callback, user_data);
}

YyGrant *
yy_service_authorise_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return yy_call_finish (self, yy_service_authorise_async, result, error);
}

static gpointer
read_grant_state (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_update_grant (answer, call->grant, error) ? yy_grant_ref (call->grant) : NULL;
}

void
yy_service_report_so_pin_async (YyService *self,
                                YyGrant *grant,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  YyCall *call = yy_call_new_for_grant ("POST", grant, "so-pin-incorrect", read_grant_state,
                                        (GDestroyNotify) yy_grant_unref);

  yy_call_start (self, yy_service_report_so_pin_async, call, cancellable, callback, user_data);
}

gboolean
yy_service_report_so_pin_finish (YyService *self, GAsyncResult *result, GError **error)
{
  g_autoptr (YyGrant) grant = yy_call_finish (self, yy_service_report_so_pin_async, result, error);

  return grant != NULL;
}
