/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-call.h"

#include <string.h>

#include <glib/gi18n.h>

#include "service/yy-wiped-buffer.h"

#define JSON_LIMIT (64 * 1024)
#define TEXT_LIMIT YY_SECRET_MAX

static void
yy_call_free (gpointer data)
{
  YyCall *call = data;

  g_free (call->request.path);
  g_clear_pointer (&call->request.body, g_bytes_unref);
  g_clear_pointer (&call->grant, yy_grant_unref);
  g_clear_pointer (&call->ticket, yy_ticket_unref);
  yy_secret_free (call->office_key);
  g_free (call->serial);
  g_free (call);
}

YyCall *
yy_call_new (const char *method, char *path, YyCallReadFunc read, GDestroyNotify destroy)
{
  YyCall *call = g_new0 (YyCall, 1);

  call->request.method = method;
  call->request.path = path;
  call->request.accept = "application/json";
  call->request.limit = JSON_LIMIT;
  call->request.repeatable = TRUE;
  call->read = read;
  call->destroy = destroy;
  return call;
}

YyCall *
yy_call_new_for_grant (const char *method,
                       YyGrant *grant,
                       const char *what,
                       YyCallReadFunc read,
                       GDestroyNotify destroy)
{
  g_autofree char *id = g_uri_escape_string (grant->id, NULL, FALSE);
  YyCall *call =
      yy_call_new (method, g_strdup_printf ("/api/v1/grants/%s/%s", id, what), read, destroy);

  call->hints.conflict = N_ ("Another window or computer went on with this token in the meantime");
  call->grant = yy_grant_ref (grant);
  call->request.bearer = grant->key;
  return call;
}

YyCall *
yy_call_new_for_ticket (const char *method,
                        YyTicket *ticket,
                        const char *what,
                        YyCallReadFunc read,
                        GDestroyNotify destroy)
{
  g_autofree char *number = g_uri_escape_string (ticket->number, NULL, FALSE);
  char *path = g_strconcat ("/api/v1/orders/", number, what == NULL ? NULL : "/", what, NULL);
  YyCall *call = yy_call_new (method, path, read, destroy);

  call->ticket = yy_ticket_ref (ticket);
  call->request.bearer = ticket->key;
  return call;
}

void
yy_call_expect_secret (YyCall *call)
{
  call->request.accept = "text/plain";
  call->request.limit = TEXT_LIMIT;
  call->request.secret = TRUE;
}

static gboolean
check_answer (YyCall *call, YyHttpAnswer *answer, GError **error)
{
  if (call->astray && yy_reply_is_astray (answer))
    return TRUE;
  if (!call->by_token || answer->status != 404)
    return yy_reply_check (answer, &call->hints, error);
  g_set_error_literal (error, YY_ERROR, YY_ERROR_TOKEN_NOT_PREPARED,
                       _ ("The CA has not prepared this token"));
  return FALSE;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  YyService *self = g_task_get_source_object (task);
  YyCall *call = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (YyHttpAnswer) answer = yy_http_exchange_finish (self->http, result, &error);
  gpointer value = NULL;

  if (answer != NULL && check_answer (call, answer, &error))
    value = call->read (self, call, answer, &error);
  if (value != NULL)
    g_task_return_pointer (task, value, call->destroy);
  else
    g_task_return_error (task, error);
}

void
yy_call_start (YyService *self,
               gpointer tag,
               YyCall *call,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, call, yy_call_free);
  yy_http_exchange_async (self->http, &call->request, cancellable, on_answer, task);
}

gpointer
yy_call_finish (YyService *self, gpointer tag, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == tag, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
yy_call_set_body (YyCall *call,
                  const char *const *pairs,
                  const char *secret_name,
                  const YySecret *secret)
{
  g_autoptr (YyWipedBuffer) body = yy_wiped_buffer_new ();

  for (gsize i = 0; pairs[i] != NULL; i += 2)
    {
      yy_wiped_buffer_append (body, i == 0 ? "{" : ",", 1);
      yy_wiped_buffer_append_json (body, pairs[i], strlen (pairs[i]));
      yy_wiped_buffer_append (body, ":", 1);
      yy_wiped_buffer_append_json (body, pairs[i + 1], strlen (pairs[i + 1]));
    }
  if (secret != NULL)
    {
      yy_wiped_buffer_append (body, ",", 1);
      yy_wiped_buffer_append_json (body, secret_name, strlen (secret_name));
      yy_wiped_buffer_append (body, ":", 1);
      yy_wiped_buffer_append_json (body, yy_secret_bytes (secret), yy_secret_length (secret));
    }
  yy_wiped_buffer_append (body, "}", 1);
  call->request.content_type = "application/json";
  call->request.body = yy_wiped_buffer_to_bytes (g_steal_pointer (&body));
}

void
yy_call_set_json (YyCall *call, JsonNode *body)
{
  char *text = json_to_string (body, FALSE);

  call->request.content_type = "application/json";
  call->request.body = g_bytes_new_take (text, strlen (text));
}

void
yy_secrets_free (gpointer data)
{
  YySecrets *secrets = data;

  yy_secret_free (secrets->first);
  yy_secret_free (secrets->second);
  g_free (secrets->label);
  g_free (secrets);
}

gpointer
yy_call_read_two_secrets (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  YySecrets *secrets = g_new0 (YySecrets, 1);

  if (yy_reply_read_secrets (answer, &secrets->first, &secrets->second, error))
    return secrets;
  yy_secrets_free (secrets);
  return NULL;
}
