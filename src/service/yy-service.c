/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-service.h"

#include <glib/gi18n.h>

#include "service/yy-call.h"
#include "service/yy-code.h"
#include "service/yy-http-error.h"

#define CMP_LIMIT (1024 * 1024)

G_DEFINE_FINAL_TYPE (YyService, yy_service, G_TYPE_OBJECT)

static void
yy_service_finalize (GObject *object)
{
  YyService *self = YY_SERVICE (object);

  g_clear_object (&self->http);
  g_free (self->office_key_file);
  G_OBJECT_CLASS (yy_service_parent_class)->finalize (object);
}

static void
yy_service_class_init (YyServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_service_finalize;
}

static void
yy_service_init (YyService *self)
{
}

YyService *
yy_service_new (YySettings *settings, GError **error)
{
  g_autoptr (YyHttp) http = yy_http_new (settings, error);
  YyService *self = NULL;

  if (http == NULL)
    return NULL;
  self = g_object_new (YY_TYPE_SERVICE, NULL);
  self->http = g_steal_pointer (&http);
  self->office_key_file = g_strdup (yy_settings_get_office_key_file (settings));
  return self;
}

char *
yy_service_dup_clock_warning (YyService *self)
{
  gint64 skew = yy_http_get_skew (self->http);

  g_return_val_if_fail (YY_IS_SERVICE (self), NULL);

  return ABS (skew) > YY_CLOCK_TOLERANCE ? yy_clock_skew_to_text (skew) : NULL;
}

static gboolean
is_valid_at (YyCertificate *certificate, gint64 moment)
{
  return g_date_time_to_unix (yy_certificate_get_not_before (certificate)) <= moment &&
         g_date_time_to_unix (yy_certificate_get_not_after (certificate)) >= moment;
}

static gpointer
read_anchors (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  g_autoptr (GPtrArray) anchors = yy_reply_read_anchors (answer, error);
  gint64 skew = yy_http_get_skew (self->http);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (anchors == NULL)
    return NULL;
  /* Behind the CA, what it issues now would not be valid here yet. */
  if (skew < -YY_CLOCK_TOLERANCE)
    {
      g_propagate_error (error, yy_http_error_clock (skew));
      return NULL;
    }
  for (guint i = 0; skew > YY_CLOCK_TOLERANCE && i < anchors->len; i++)
    if (!is_valid_at (anchors->pdata[i], now) && is_valid_at (anchors->pdata[i], now - skew))
      {
        g_propagate_error (error, yy_http_error_clock (skew));
        return NULL;
      }
  return g_steal_pointer (&anchors);
}

void
yy_service_get_anchors_async (YyService *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  YyCall *call = yy_call_new ("GET", g_strdup ("/api/v1/profile"), read_anchors,
                              (GDestroyNotify) g_ptr_array_unref);

  yy_call_start (self, yy_service_get_anchors_async, call, cancellable, callback, user_data);
}

GPtrArray *
yy_service_get_anchors_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return yy_call_finish (self, yy_service_get_anchors_async, result, error);
}

static gpointer
read_grant (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_read_grant (answer, TRUE, error);
}

void
yy_service_activate_async (YyService *self,
                           const char *token_serial,
                           const YySecret *code,
                           const char *session,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  const char *const pairs[] = { "token", token_serial, "session", session, NULL };
  YyCall *call = NULL;

  GError *error = NULL;

  if (!yy_code_check_possible (code, &error))
    {
      g_task_report_error (self, callback, user_data, yy_service_activate_async, error);
      return;
    }
  call = yy_call_new ("POST", g_strdup ("/api/v1/activations"), read_grant,
                      (GDestroyNotify) yy_grant_unref);
  call->by_token = TRUE;
  yy_call_set_body (call, pairs, "code", code);
  yy_call_start (self, yy_service_activate_async, call, cancellable, callback, user_data);
}

YyGrant *
yy_service_activate_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return yy_call_finish (self, yy_service_activate_async, result, error);
}

void
yy_service_release_async (YyService *self,
                          YyGrant *grant,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  YyCall *call =
      yy_call_new_for_grant ("POST", grant, "release", yy_call_read_two_secrets, yy_secrets_free);

  yy_call_expect_secret (call);
  yy_call_start (self, yy_service_release_async, call, cancellable, callback, user_data);
}

gboolean
yy_service_release_finish (YyService *self,
                           GAsyncResult *result,
                           YySecret **current,
                           YySecret **pending,
                           GError **error)
{
  YySecrets *secrets = yy_call_finish (self, yy_service_release_async, result, error);

  if (secrets == NULL)
    return FALSE;
  *current = g_steal_pointer (&secrets->first);
  *pending = g_steal_pointer (&secrets->second);
  yy_secrets_free (secrets);
  return TRUE;
}

static gpointer
read_one_secret (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  YySecret *secret = NULL;

  return yy_reply_read_secrets (answer, &secret, NULL, error) ? secret : NULL;
}

void
yy_service_get_cmp_secret_async (YyService *self,
                                 YyGrant *grant,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  YyCall *call = yy_call_new_for_grant ("POST", grant, "cmp-secret", read_one_secret,
                                        (GDestroyNotify) yy_secret_free);

  yy_call_expect_secret (call);
  yy_call_start (self, yy_service_get_cmp_secret_async, call, cancellable, callback, user_data);
}

YySecret *
yy_service_get_cmp_secret_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return yy_call_finish (self, yy_service_get_cmp_secret_async, result, error);
}

static gpointer
read_grant_state (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_update_grant (answer, call->grant, error) ? yy_grant_ref (call->grant) : NULL;
}

void
yy_service_report_async (YyService *self,
                         YyGrant *grant,
                         const char *session,
                         YyGrantState state,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  const char *const pairs[] = { "session", session, "state", yy_grant_state_to_nick (state), NULL };
  YyCall *call = yy_call_new_for_grant ("POST", grant, "state", read_grant_state,
                                        (GDestroyNotify) yy_grant_unref);

  yy_call_set_body (call, pairs, NULL, NULL);
  yy_call_start (self, yy_service_report_async, call, cancellable, callback, user_data);
}

static gboolean
finish_with_grant (YyService *self, gpointer tag, GAsyncResult *result, GError **error)
{
  g_autoptr (YyGrant) grant = yy_call_finish (self, tag, result, error);

  return grant != NULL;
}

gboolean
yy_service_report_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return finish_with_grant (self, yy_service_report_async, result, error);
}

static gpointer
read_order (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_update_order (answer, call->grant, error) ? yy_grant_ref (call->grant) : NULL;
}

void
yy_service_look_async (YyService *self,
                       YyGrant *grant,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  YyCall *call =
      yy_call_new_for_grant ("GET", grant, "order", read_order, (GDestroyNotify) yy_grant_unref);

  yy_call_start (self, yy_service_look_async, call, cancellable, callback, user_data);
}

gboolean
yy_service_look_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return finish_with_grant (self, yy_service_look_async, result, error);
}

static gpointer
read_message (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  if (g_bytes_get_size (answer->body) > 0)
    return g_bytes_ref (answer->body);
  g_set_error_literal (error, YY_ERROR, YY_ERROR_SERVICE_FAILED,
                       _ ("The answer of the CA's service is empty"));
  return NULL;
}

void
yy_service_cmp_async (YyService *self,
                      GBytes *request,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  YyCall *call = yy_call_new ("POST", g_strdup ("/.well-known/cmp"), read_message,
                              (GDestroyNotify) g_bytes_unref);

  call->request.content_type = "application/pkixcmp";
  call->request.body = g_bytes_ref (request);
  call->request.accept = "application/pkixcmp";
  call->request.limit = CMP_LIMIT;
  /* CMP has its own idea of repetition: a message with a known transactionID is an attack. */
  call->request.repeatable = FALSE;
  yy_call_start (self, yy_service_cmp_async, call, cancellable, callback, user_data);
}

GBytes *
yy_service_cmp_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return yy_call_finish (self, yy_service_cmp_async, result, error);
}
