/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gi18n.h>
#include <openssl/crypto.h>

#include "service/yy-http-error.h"
#include "service/yy-http-private.h"
#include "service/yy-wiped-buffer.h"

/* A service that always sends a little, but never ends, is given up after so many time-outs. */
#define TOTAL_TIMEOUTS 4
#define CHUNK          4096
#define ERROR_LIMIT    (16 * 1024)

typedef struct
{
  const YyHttpRequest *request;
  SoupMessage *message;
  SoupSession *probe;
  GInputStream *stream;
  YyWipedBuffer *body;
  YySecret *secret;
  GCancellable *inner;
  GSource *cancel_source;
  guint progress_timer;
  guint total_timer;
  GTlsCertificate *certificate;
  GTlsCertificateFlags tls_errors;
  gboolean timed_out;
  gboolean old_protocol;
  gboolean fresh;
  gboolean repeated;
  gboolean secured; /* an error is not about trust any more */
} Exchange;

static void exchange_send (GTask *task);
static void read_more (GTask *task);

void
yy_http_answer_free (YyHttpAnswer *answer)
{
  g_clear_pointer (&answer->body, g_bytes_unref);
  yy_secret_free (answer->secret);
  g_free (answer->label);
  g_free (answer);
}

/* The header holds a copy of the bearer key that would outlive the exchange. */
static void
wipe_authorization (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  const char *value = soup_message_headers_get_one (headers, "Authorization");

  if (value != NULL)
    OPENSSL_cleanse ((char *) value, strlen (value));
}

static void
exchange_reset (Exchange *exchange)
{
  if (exchange->message != NULL)
    {
      g_signal_handlers_disconnect_by_data (exchange->message, exchange);
      wipe_authorization (exchange->message);
    }
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->stream);
  g_clear_object (&exchange->certificate);
  g_clear_pointer (&exchange->body, yy_wiped_buffer_free);
  g_clear_pointer (&exchange->secret, yy_secret_free);
}

static void
exchange_stop_timers (Exchange *exchange)
{
  g_clear_handle_id (&exchange->progress_timer, g_source_remove);
  g_clear_handle_id (&exchange->total_timer, g_source_remove);
  if (exchange->cancel_source != NULL)
    g_source_destroy (exchange->cancel_source);
  g_clear_pointer (&exchange->cancel_source, g_source_unref);
}

static void
exchange_free (gpointer data)
{
  Exchange *exchange = data;

  exchange_stop_timers (exchange);
  exchange_reset (exchange);
  if (exchange->probe != NULL)
    soup_session_abort (exchange->probe);
  g_clear_object (&exchange->probe);
  g_clear_object (&exchange->inner);
  g_free (exchange);
}

static gboolean
on_timeout (gpointer data)
{
  Exchange *exchange = data;

  exchange->timed_out = TRUE;
  g_cancellable_cancel (exchange->inner);
  return G_SOURCE_CONTINUE;
}

static void
made_progress (GTask *task)
{
  YyHttp *self = g_task_get_source_object (task);
  Exchange *exchange = g_task_get_task_data (task);

  g_clear_handle_id (&exchange->progress_timer, g_source_remove);
  exchange->progress_timer = g_timeout_add_seconds (self->timeout, on_timeout, exchange);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Exchange *exchange = data;

  g_cancellable_cancel (exchange->inner);
  return G_SOURCE_REMOVE;
}

/* libsoup is cancelled from the main loop, never from inside the caller's "cancelled" signal. */
static void
watch_cancellable (Exchange *exchange, GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;
  exchange->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_callback (exchange->cancel_source, G_SOURCE_FUNC (on_cancelled), exchange, NULL);
  g_source_attach (exchange->cancel_source, g_main_context_get_thread_default ());
}

static void
exchange_fail (GTask *task, GError *error)
{
  exchange_stop_timers (g_task_get_task_data (task));
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Takes @error. */
static void
fail_transport (GTask *task, GError *error)
{
  YyHttp *self = g_task_get_source_object (task);
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) cause = error;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    exchange_fail (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled")));
  else if (exchange->timed_out)
    exchange_fail (task, yy_http_error_timed_out (self->host, self->timeout));
  else if (exchange->old_protocol)
    exchange_fail (task,
                   g_error_new (YY_ERROR, YY_ERROR_CA_NOT_TRUSTED,
                                _ ("The CA's service at %s only speaks an old version of TLS"),
                                self->host));
  else if (exchange->tls_errors != 0)
    exchange_fail (task, yy_http_error_from_certificate (self->host, exchange->certificate,
                                                         exchange->tls_errors));
  else
    exchange_fail (task, yy_http_error_from_transport (self->host, cause, exchange->secured));
}

static void
fail_answer (GTask *task, const char *reason)
{
  YyHttp *self = g_task_get_source_object (task);

  exchange_fail (task, g_error_new (YY_ERROR, YY_ERROR_SERVICE_FAILED,
                                    _ ("The answer of the CA's service at %s cannot be used: %s"),
                                    self->host, reason));
}

/* Seconds this computer is ahead of @message's Date header; FALSE when it has none. */
static gboolean
read_skew (SoupMessage *message, gint64 *skew)
{
  const char *text =
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Date");
  g_autoptr (GDateTime) date = text == NULL ? NULL : soup_date_time_new_from_http_string (text);

  if (date == NULL)
    return FALSE;
  *skew = g_get_real_time () / G_USEC_PER_SEC - g_date_time_to_unix (date);
  return TRUE;
}

static gboolean
accept_wrong_date (SoupMessage *message,
                   GTlsCertificate *certificate,
                   GTlsCertificateFlags errors,
                   gpointer data)
{
  return (errors & ~(GTlsCertificateFlags) YY_TLS_DATE_ERRORS) == 0;
}

static gboolean
was_valid_at (GTlsCertificate *certificate, gint64 moment)
{
  g_autoptr (GDateTime) after = g_tls_certificate_get_not_valid_after (certificate);
  g_autoptr (GDateTime) before = g_tls_certificate_get_not_valid_before (certificate);

  return after != NULL && before != NULL && g_date_time_to_unix (before) <= moment &&
         g_date_time_to_unix (after) >= moment;
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, NULL);
  GTask *task = data;
  Exchange *exchange = g_task_get_task_data (task);
  SoupMessage *probe = g_object_get_data (G_OBJECT (exchange->probe), "message");
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 skew = 0;

  if (stream != NULL && read_skew (probe, &skew) && ABS (skew) > YY_CLOCK_TOLERANCE &&
      exchange->certificate != NULL && was_valid_at (exchange->certificate, now - skew))
    exchange_fail (task, yy_http_error_clock (skew));
  else
    fail_transport (task, NULL);
}

/* The certificate is fine but for its dates: is it old, or is this computer's clock wrong? Looks at
 * the Date header of a request that carries nothing, on a connection that is used for nothing else.
 */
static void
probe_clock (GTask *task)
{
  YyHttp *self = g_task_get_source_object (task);
  Exchange *exchange = g_task_get_task_data (task);
  g_autofree char *uri = g_strconcat (self->base, "/ca.pem", NULL);
  SoupMessage *probe = soup_message_new (SOUP_METHOD_HEAD, uri);

  exchange->probe = yy_http_session_new (self->database);
  g_object_set_data_full (G_OBJECT (exchange->probe), "message", probe, g_object_unref);
  soup_message_add_flags (probe, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect (probe, "accept-certificate", G_CALLBACK (accept_wrong_date), NULL);
  made_progress (task);
  soup_session_send_async (exchange->probe, probe, G_PRIORITY_DEFAULT, exchange->inner, on_probed,
                           task);
}

static void
finish_body (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  YyHttpAnswer *answer = g_new0 (YyHttpAnswer, 1);
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);

  answer->status = soup_message_get_status (exchange->message);
  answer->json = g_strcmp0 (type, "application/json") == 0;
  answer->label = g_strdup (soup_message_headers_get_one (headers, "Yinyao-Label"));
  answer->secret = g_steal_pointer (&exchange->secret);
  if (exchange->body != NULL)
    answer->body = yy_wiped_buffer_to_bytes (g_steal_pointer (&exchange->body));
  exchange_stop_timers (exchange);
  g_task_return_pointer (task, answer, (GDestroyNotify) yy_http_answer_free);
  g_object_unref (task);
}

static gsize
limit_of (Exchange *exchange)
{
  return soup_message_get_status (exchange->message) == SOUP_STATUS_OK ? exchange->request->limit
                                                                       : ERROR_LIMIT;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;
  gssize got = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (got > 0 && exchange->body != NULL)
    exchange->body->length += (gsize) got;
  else if (got > 0)
    yy_secret_extend (exchange->secret, (gsize) got);
  if (got < 0)
    fail_transport (task, error);
  else if (got == 0)
    finish_body (task);
  else
    read_more (task);
}

static void
read_more (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  gsize room = CHUNK;
  gpointer buffer = NULL;

  made_progress (task);
  if (exchange->secret != NULL)
    buffer = yy_secret_get_tail (exchange->secret, &room);
  if (room == 0 || (exchange->body != NULL && exchange->body->length > limit_of (exchange)))
    {
      fail_answer (task, _ ("it is too long"));
      return;
    }
  if (exchange->body != NULL)
    buffer = yy_wiped_buffer_make_room (exchange->body, CHUNK);
  g_input_stream_read_async (exchange->stream, buffer, room, G_PRIORITY_DEFAULT, exchange->inner,
                             on_read, task);
}

/* What is wrong with the head of an answer, translated, or NULL. */
static const char *
judge_head (Exchange *exchange)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  guint status = soup_message_get_status (exchange->message);

  if (SOUP_STATUS_IS_REDIRECTION (status))
    return _ ("it points to another address");
  if (status < 400 && status != SOUP_STATUS_OK)
    return _ ("its status is unknown");
  /* Without a length nobody could tell a whole answer from one cut off. */
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_EOF && status == SOUP_STATUS_OK)
    return _ ("it does not tell its length");
  if (status == SOUP_STATUS_OK && g_strcmp0 (type, exchange->request->accept) != 0)
    return _ ("it has the wrong type");
  if (soup_message_headers_get_content_length (headers) > (goffset) limit_of (exchange))
    return _ ("it is too long");
  return NULL;
}

static void
begin_body (GTask *task)
{
  YyHttp *self = g_task_get_source_object (task);
  Exchange *exchange = g_task_get_task_data (task);
  const char *problem = judge_head (exchange);
  gint64 skew = 0;

  if (read_skew (exchange->message, &skew))
    self->skew = skew;
  if (problem != NULL)
    {
      fail_answer (task, problem);
      return;
    }
  if (exchange->request->secret && soup_message_get_status (exchange->message) == SOUP_STATUS_OK)
    exchange->secret = yy_secret_new ("", 0);
  else
    exchange->body = yy_wiped_buffer_new ();
  read_more (task);
}

/* A kept connection that the service had closed meanwhile: nothing was answered on it. libsoup
 * repeats a GET by itself, but no POST. */
static gboolean
is_stale_connection (Exchange *exchange, const GError *error)
{
  return !exchange->fresh && !exchange->repeated && exchange->request->repeatable &&
         !g_cancellable_is_cancelled (exchange->inner) &&
         soup_message_get_status (exchange->message) == SOUP_STATUS_NONE &&
         (error->domain == G_TLS_ERROR ||
          g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
          g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
          g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE));
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (exchange->stream != NULL)
    {
      begin_body (task);
      return;
    }
  if (is_stale_connection (exchange, error))
    {
      g_clear_error (&error);
      exchange->repeated = TRUE;
      exchange_reset (exchange);
      exchange_send (task);
      return;
    }
  if (exchange->tls_errors != 0 &&
      (exchange->tls_errors & ~(GTlsCertificateFlags) YY_TLS_DATE_ERRORS) == 0 &&
      !exchange->timed_out && !g_cancellable_is_cancelled (exchange->inner))
    {
      g_clear_error (&error);
      probe_clock (task);
      return;
    }
  fail_transport (task, error);
}

static gboolean
on_bad_certificate (SoupMessage *message,
                    GTlsCertificate *certificate,
                    GTlsCertificateFlags errors,
                    Exchange *exchange)
{
  exchange->tls_errors = errors;
  g_set_object (&exchange->certificate, certificate);
  return FALSE;
}

/* Before the first byte of the request: GIO's defaults may still allow TLS 1.0. */
static void
on_network_event (SoupMessage *message,
                  GSocketClientEvent event,
                  GIOStream *connection,
                  Exchange *exchange)
{
  exchange->fresh = TRUE;
  if (event != G_SOCKET_CLIENT_COMPLETE)
    exchange->secured = FALSE;
  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKED || !G_IS_TLS_CONNECTION (connection))
    return;
  switch (g_tls_connection_get_protocol_version (G_TLS_CONNECTION (connection)))
    {
    case G_TLS_PROTOCOL_VERSION_SSL_3_0:
    case G_TLS_PROTOCOL_VERSION_TLS_1_0:
    case G_TLS_PROTOCOL_VERSION_TLS_1_1:
      exchange->old_protocol = TRUE;
      g_cancellable_cancel (exchange->inner);
      break;
    default:
      exchange->secured = TRUE;
      break;
    }
}

static void
add_bearer (SoupMessage *message, const YySecret *bearer)
{
  char *value = g_strconcat ("Bearer ", yy_secret_bytes (bearer), NULL);

  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", value);
  OPENSSL_cleanse (value, strlen (value));
  g_free (value);
}

static void
exchange_send (GTask *task)
{
  YyHttp *self = g_task_get_source_object (task);
  Exchange *exchange = g_task_get_task_data (task);
  const YyHttpRequest *request = exchange->request;
  g_autofree char *uri = g_strconcat (self->base, request->path, NULL);

  exchange->fresh = FALSE;
  exchange->secured = TRUE;
  exchange->message = soup_message_new (request->method, uri);
  soup_message_add_flags (exchange->message, SOUP_MESSAGE_NO_REDIRECT);
  /* Otherwise libsoup makes a connection for each POST, which is right for one that must not be
   * sent twice. */
  if (request->repeatable)
    soup_message_add_flags (exchange->message, SOUP_MESSAGE_IDEMPOTENT);
  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (exchange->message, request->content_type,
                                              request->body);
  if (request->bearer != NULL)
    add_bearer (exchange->message, request->bearer);
  g_signal_connect (exchange->message, "accept-certificate", G_CALLBACK (on_bad_certificate),
                    exchange);
  g_signal_connect (exchange->message, "network-event", G_CALLBACK (on_network_event), exchange);
  made_progress (task);
  soup_session_send_async (self->session, exchange->message, G_PRIORITY_DEFAULT, exchange->inner,
                           on_sent, task);
}

void
yy_http_exchange_async (YyHttp *self,
                        const YyHttpRequest *request,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Exchange *exchange = g_new0 (Exchange, 1);

  g_task_set_source_tag (task, yy_http_exchange_async);
  exchange->request = request;
  exchange->inner = g_cancellable_new ();
  g_task_set_task_data (task, exchange, exchange_free);
  if (g_task_return_error_if_cancelled (task))
    {
      g_object_unref (task);
      return;
    }
  watch_cancellable (exchange, cancellable);
  exchange->total_timer =
      g_timeout_add_seconds (TOTAL_TIMEOUTS * self->timeout, on_timeout, exchange);
  exchange_send (task);
}

YyHttpAnswer *
yy_http_exchange_finish (YyHttp *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
