/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-service.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>

#include "service/yy-http-error.h"
#include "service/yy-reply.h"

#define JSON_LIMIT (64 * 1024)
#define CMP_LIMIT  (1024 * 1024)
#define TEXT_LIMIT YY_SECRET_MAX

struct _YyService
{
  GObject parent_instance;

  YyHttp *http;
  char *office_key_file;
};

G_DEFINE_FINAL_TYPE (YyService, yy_service, G_TYPE_OBJECT)

typedef struct _Call Call;

/* Turns a good answer into the call's result: not %NULL, freed with Call.destroy. */
typedef gpointer (*ReadFunc) (YyService *self, Call *call, YyHttpAnswer *answer, GError **error);

/* One call of the service: the task's data. */
struct _Call
{
  YyHttpRequest request;
  YyGrant *grant;
  YySecret *office_key;
  char *serial;
  gboolean by_token; /* "not found" means that the CA does not know this token */
  ReadFunc read;
  GDestroyNotify destroy;
};

/* What the calls that answer with two secrets return. */
typedef struct
{
  YySecret *first;
  YySecret *second;
  char *label;
} Secrets;

static void
secrets_free (gpointer data)
{
  Secrets *secrets = data;

  yy_secret_free (secrets->first);
  yy_secret_free (secrets->second);
  g_free (secrets->label);
  g_free (secrets);
}

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

static void
call_free (gpointer data)
{
  Call *call = data;

  g_free (call->request.path);
  g_clear_pointer (&call->request.body, g_bytes_unref);
  g_clear_pointer (&call->grant, yy_grant_unref);
  yy_secret_free (call->office_key);
  g_free (call->serial);
  g_free (call);
}

static Call *
call_new (const char *method, char *path, ReadFunc read, GDestroyNotify destroy)
{
  Call *call = g_new0 (Call, 1);

  call->request.method = method;
  call->request.path = path;
  call->request.accept = "application/json";
  call->request.limit = JSON_LIMIT;
  call->request.repeatable = TRUE;
  call->read = read;
  call->destroy = destroy;
  return call;
}

static Call *
grant_call_new (const char *method,
                YyGrant *grant,
                const char *what,
                ReadFunc read,
                GDestroyNotify destroy)
{
  g_autofree char *id = g_uri_escape_string (grant->id, NULL, FALSE);
  Call *call = call_new (method, g_strdup_printf ("/api/v1/grants/%s/%s", id, what), read, destroy);

  call->grant = yy_grant_ref (grant);
  call->request.bearer = grant->key;
  return call;
}

static void
expect_secret (Call *call)
{
  call->request.accept = "text/plain";
  call->request.limit = TEXT_LIMIT;
  call->request.secret = TRUE;
}

static gboolean
check_answer (Call *call, YyHttpAnswer *answer, GError **error)
{
  if (!call->by_token || answer->status != 404)
    return yy_reply_check (answer, error);
  g_set_error_literal (error, YY_ERROR, YY_ERROR_TOKEN_NOT_PREPARED,
                       _ ("The CA has not prepared this token"));
  return FALSE;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  YyService *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
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

/* Takes @call. */
static void
call_start (YyService *self,
            gpointer tag,
            Call *call,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, call, call_free);
  yy_http_exchange_async (self->http, &call->request, cancellable, on_answer, task);
}

static gpointer
call_finish (YyService *self, gpointer tag, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == tag, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
append (char *buffer, gsize *at, const char *text)
{
  gsize length = strlen (text);

  memcpy (buffer + *at, text, length);
  *at += length;
}

/* RFC 8259, section 7. At most six bytes for one. */
static void
append_escaped (char *buffer, gsize *at, const char *text, gsize length)
{
  static const char hex[] = "0123456789abcdef";

  for (gsize i = 0; i < length; i++)
    {
      guchar c = (guchar) text[i];

      if (c == '"' || c == '\\')
        buffer[(*at)++] = '\\';
      if (c >= 0x20)
        {
          buffer[(*at)++] = (char) c;
          continue;
        }
      append (buffer, at, "\\u00");
      buffer[(*at)++] = hex[c >> 4];
      buffer[(*at)++] = hex[c & 15];
    }
}

typedef struct
{
  gsize capacity;
  char bytes[];
} Body;

static void
body_free (gpointer data)
{
  Body *body = data;

  OPENSSL_cleanse (body->bytes, body->capacity);
  g_free (body);
}

/* A flat JSON object of strings: pairs of name and text, ended by %NULL; then @secret_name with
 * @secret, if there is one. The bytes are wiped when they are freed. */
static void
set_body (Call *call, const char *const *pairs, const char *secret_name, const YySecret *secret)
{
  gsize capacity = 64 + 6 * (secret == NULL ? 0 : yy_secret_length (secret));
  Body *body = NULL;
  gsize at = 0;

  for (gsize i = 0; pairs[i] != NULL; i++)
    capacity += 6 * strlen (pairs[i]) + 8;
  body = g_malloc0 (sizeof (Body) + capacity);
  body->capacity = capacity;
  for (gsize i = 0; pairs[i] != NULL; i += 2)
    {
      append (body->bytes, &at, i == 0 ? "{\"" : "\",\"");
      append (body->bytes, &at, pairs[i]);
      append (body->bytes, &at, "\":\"");
      append_escaped (body->bytes, &at, pairs[i + 1], strlen (pairs[i + 1]));
    }
  if (secret != NULL)
    {
      append (body->bytes, &at, "\",\"");
      append (body->bytes, &at, secret_name);
      append (body->bytes, &at, "\":\"");
      append_escaped (body->bytes, &at, yy_secret_bytes (secret), yy_secret_length (secret));
    }
  append (body->bytes, &at, "\"}");
  call->request.content_type = "application/json";
  call->request.body = g_bytes_new_with_free_func (body->bytes, at, body_free, body);
}

static gboolean
is_valid_at (YyCertificate *certificate, gint64 moment)
{
  return g_date_time_to_unix (yy_certificate_get_not_before (certificate)) <= moment &&
         g_date_time_to_unix (yy_certificate_get_not_after (certificate)) >= moment;
}

static gpointer
read_anchors (YyService *self, Call *call, YyHttpAnswer *answer, GError **error)
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
  Call *call = call_new ("GET", g_strdup ("/api/v1/profile"), read_anchors,
                         (GDestroyNotify) g_ptr_array_unref);

  call_start (self, yy_service_get_anchors_async, call, cancellable, callback, user_data);
}

GPtrArray *
yy_service_get_anchors_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return call_finish (self, yy_service_get_anchors_async, result, error);
}

static gpointer
read_grant (YyService *self, Call *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_read_grant (answer, error);
}

/* A code that cannot be right is not sent: it would cost a try. */
static gboolean
is_possible_code (const YySecret *code)
{
  const char *bytes = yy_secret_bytes (code);
  gsize length = yy_secret_length (code);

  for (gsize i = 0; i < length; i++)
    if (bytes[i] <= 0x20 || bytes[i] >= 0x7f)
      return FALSE;
  return length > 0 && length <= 64;
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
  Call *call = NULL;

  if (!is_possible_code (code))
    {
      g_task_report_new_error (self, callback, user_data, yy_service_activate_async, YY_ERROR,
                               YY_ERROR_CODE_INCORRECT,
                               _ ("The code cannot be right, so it was not sent"));
      return;
    }
  call = call_new ("POST", g_strdup ("/api/v1/activations"), read_grant,
                   (GDestroyNotify) yy_grant_unref);
  call->by_token = TRUE;
  set_body (call, pairs, "code", code);
  call_start (self, yy_service_activate_async, call, cancellable, callback, user_data);
}

YyGrant *
yy_service_activate_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return call_finish (self, yy_service_activate_async, result, error);
}

static gpointer
read_two_secrets (YyService *self, Call *call, YyHttpAnswer *answer, GError **error)
{
  Secrets *secrets = g_new0 (Secrets, 1);

  if (yy_reply_read_secrets (answer, &secrets->first, &secrets->second, error))
    return secrets;
  secrets_free (secrets);
  return NULL;
}

void
yy_service_release_async (YyService *self,
                          YyGrant *grant,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  Call *call = grant_call_new ("POST", grant, "release", read_two_secrets, secrets_free);

  expect_secret (call);
  call_start (self, yy_service_release_async, call, cancellable, callback, user_data);
}

gboolean
yy_service_release_finish (YyService *self,
                           GAsyncResult *result,
                           YySecret **current,
                           YySecret **pending,
                           GError **error)
{
  Secrets *secrets = call_finish (self, yy_service_release_async, result, error);

  if (secrets == NULL)
    return FALSE;
  *current = g_steal_pointer (&secrets->first);
  *pending = g_steal_pointer (&secrets->second);
  secrets_free (secrets);
  return TRUE;
}

static gpointer
read_one_secret (YyService *self, Call *call, YyHttpAnswer *answer, GError **error)
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
  Call *call = grant_call_new ("POST", grant, "cmp-secret", read_one_secret,
                               (GDestroyNotify) yy_secret_free);

  expect_secret (call);
  call_start (self, yy_service_get_cmp_secret_async, call, cancellable, callback, user_data);
}

YySecret *
yy_service_get_cmp_secret_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return call_finish (self, yy_service_get_cmp_secret_async, result, error);
}

static gpointer
read_grant_state (YyService *self, Call *call, YyHttpAnswer *answer, GError **error)
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
  Call *call =
      grant_call_new ("POST", grant, "state", read_grant_state, (GDestroyNotify) yy_grant_unref);

  set_body (call, pairs, NULL, NULL);
  call_start (self, yy_service_report_async, call, cancellable, callback, user_data);
}

static gboolean
finish_with_grant (YyService *self, gpointer tag, GAsyncResult *result, GError **error)
{
  g_autoptr (YyGrant) grant = call_finish (self, tag, result, error);

  return grant != NULL;
}

gboolean
yy_service_report_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return finish_with_grant (self, yy_service_report_async, result, error);
}

static gpointer
read_order (YyService *self, Call *call, YyHttpAnswer *answer, GError **error)
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
  Call *call = grant_call_new ("GET", grant, "order", read_order, (GDestroyNotify) yy_grant_unref);

  call_start (self, yy_service_look_async, call, cancellable, callback, user_data);
}

gboolean
yy_service_look_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return finish_with_grant (self, yy_service_look_async, result, error);
}

static gpointer
read_message (YyService *self, Call *call, YyHttpAnswer *answer, GError **error)
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
  Call *call = call_new ("POST", g_strdup ("/.well-known/cmp"), read_message,
                         (GDestroyNotify) g_bytes_unref);

  call->request.content_type = "application/pkixcmp";
  call->request.body = g_bytes_ref (request);
  call->request.accept = "application/pkixcmp";
  call->request.limit = CMP_LIMIT;
  /* CMP has its own idea of repetition: a message with a known transactionID is an attack. */
  call->request.repeatable = FALSE;
  call_start (self, yy_service_cmp_async, call, cancellable, callback, user_data);
}

GBytes *
yy_service_cmp_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return call_finish (self, yy_service_cmp_async, result, error);
}

static gboolean
is_possible_key (const YySecret *key)
{
  const char *bytes = yy_secret_bytes (key);

  for (gsize i = 0; i < yy_secret_length (key); i++)
    if (bytes[i] <= 0x20 || bytes[i] >= 0x7f)
      return FALSE;
  return TRUE;
}

static YySecret *
load_office_key (YyService *self, GError **error)
{
  g_autoptr (YySecret) key = NULL;
  int fd = -1;

  if (self->office_key_file == NULL)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE,
                           _ ("The settings name no key of an office account"));
      return NULL;
    }
  fd = g_open (self->office_key_file, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_USAGE,
                   _ ("The key of the office account cannot be read: %s: %s"),
                   self->office_key_file, g_strerror (errno));
      return NULL;
    }
  key = yy_secret_new_from_fd (fd, error);
  close (fd);
  if (key == NULL || is_possible_key (key))
    return g_steal_pointer (&key);
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
               _ ("The key of the office account is malformed: %s"), self->office_key_file);
  return NULL;
}

static Call *
office_call_new (YyService *self,
                 const char *token_serial,
                 const char *what,
                 ReadFunc read,
                 GDestroyNotify destroy,
                 GError **error)
{
  g_autofree char *serial = g_uri_escape_string (token_serial, NULL, FALSE);
  g_autoptr (YySecret) key = load_office_key (self, error);
  Call *call = NULL;

  if (key == NULL)
    return NULL;
  call = call_new ("POST", g_strdup_printf ("/api/v1/office/tokens/%s/%s", serial, what), read,
                   destroy);
  call->serial = g_strdup (token_serial);
  call->request.bearer = call->office_key = g_steal_pointer (&key);
  return call;
}

static gpointer
read_preparation (YyService *self, Call *call, YyHttpAnswer *answer, GError **error)
{
  Secrets *secrets = read_two_secrets (self, call, answer, error);

  if (secrets == NULL)
    return NULL;
  secrets->label = yy_reply_read_label (answer, error);
  if (secrets->label != NULL)
    return secrets;
  secrets_free (secrets);
  return NULL;
}

void
yy_service_prepare_async (YyService *self,
                          const char *token_serial,
                          const char *model,
                          const char *order_number,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  const char *const pairs[] = { "order", order_number, "model", model, NULL };
  GError *error = NULL;
  Call *call =
      office_call_new (self, token_serial, "prepare", read_preparation, secrets_free, &error);

  if (call == NULL)
    {
      g_task_report_error (self, callback, user_data, yy_service_prepare_async, error);
      return;
    }
  expect_secret (call);
  set_body (call, pairs, NULL, NULL);
  call_start (self, yy_service_prepare_async, call, cancellable, callback, user_data);
}

gboolean
yy_service_prepare_finish (YyService *self,
                           GAsyncResult *result,
                           YySecret **present,
                           YySecret **next,
                           char **label,
                           GError **error)
{
  Secrets *secrets = call_finish (self, yy_service_prepare_async, result, error);

  if (secrets == NULL)
    return FALSE;
  *present = g_steal_pointer (&secrets->first);
  *next = g_steal_pointer (&secrets->second);
  *label = g_steal_pointer (&secrets->label);
  secrets_free (secrets);
  return TRUE;
}

static gpointer
read_prepared (YyService *self, Call *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_check_prepared (answer, call->serial, error) ? self : NULL;
}

void
yy_service_prepared_async (YyService *self,
                           const char *token_serial,
                           const char *order_number,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  const char *const pairs[] = { "order", order_number, NULL };
  GError *error = NULL;
  Call *call = office_call_new (self, token_serial, "prepared", read_prepared, NULL, &error);

  if (call == NULL)
    {
      g_task_report_error (self, callback, user_data, yy_service_prepared_async, error);
      return;
    }
  set_body (call, pairs, NULL, NULL);
  call_start (self, yy_service_prepared_async, call, cancellable, callback, user_data);
}

gboolean
yy_service_prepared_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return call_finish (self, yy_service_prepared_async, result, error) != NULL;
}
