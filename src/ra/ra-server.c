/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-server.h"

#include "ra/ra-api.h"
#include "ra/ra-batch.h"
#include "ra/ra-connections.h"
#include "ra/ra-fault.h"
#include "ra/ra-documents.h"

#include <signal.h>
#include <string.h>

#include <gio/gio.h>
#include <glib-unix.h>
#include <libsoup/soup.h>

/* Seconds from the beginning of a request, or the end of the one before, to the end of its head;
   from there to its end; and for the answer. */
#define HEAD_SECONDS   60
#define BODY_SECONDS   30
#define ANSWER_SECONDS 30
/* What is too large is read and thrown away up to here, so that the client sees the answer. */
#define MAX_DISCARDED   (4 * 1024 * 1024)
#define MAX_PATH_LENGTH 512
#define MAX_BEARER      256
/* There is none of more than 17 characters (IANA, HTTP Method Registry). */
#define MAX_METHOD_LENGTH 32
#define DRAIN_SECONDS     10
#define EXPIRE_SECONDS    30
#define CLEAN_SECONDS     3600
#define SIZE_KEY          "ra-size"

typedef struct
{
  RaApi *api;
  RaBatch *batch;
  SoupServer *soup;
  GMainLoop *loop;
  guint active; /* requests with a complete head */
  gboolean draining;
} RaServer;

/* A failed request leaves one line, without anything the client sent but method and path, and of
   these only so much. */
static void
log_answer (const RaRequest *request, guint status, const GError *fault)
{
  g_autofree char *method = NULL;
  g_autofree char *path = NULL;

  if (status < 400)
    return;
  method = g_strescape (request->method, NULL);
  path = g_strescape (request->path, NULL);
  g_message ("%s %.*s %.*s: %u %s", request->address, MAX_METHOD_LENGTH, method, MAX_PATH_LENGTH,
             path, status, fault == NULL ? "" : fault->message);
}

static gboolean
run_handler (RaServer *self,
             const RaRoute *route,
             const RaRequest *request,
             RaAnswer *answer,
             GError **error)
{
  g_autoptr (GError) fault = NULL;
  gboolean done = FALSE;
  gboolean keep = FALSE;

  if (!route->stores)
    return route->handler (self->api, request, answer, error);
  if (!ra_batch_enter (self->batch, error))
    return FALSE;
  done = route->handler (self->api, request, answer, &fault);
  /* A refusal is part of what happened: the try it cost and its line in the log stay. */
  keep = done || (fault->domain == RA_FAULT && fault->code != RA_FAULT_INTERNAL);
  if (!ra_batch_leave (self->batch, keep, error))
    return FALSE;
  if (fault != NULL)
    g_propagate_error (error, g_steal_pointer (&fault));
  return done;
}

static void
set_answer (SoupServerMessage *message, const RaAnswer *answer)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  soup_server_message_set_status (message, answer->status, NULL);
  soup_message_headers_replace (headers, "Content-Type", answer->content_type);
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  if (answer->label != NULL)
    soup_message_headers_replace (headers, "Yinyao-Label", answer->label);
  if (answer->retry_after > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", answer->retry_after);

      soup_message_headers_replace (headers, "Retry-After", seconds);
    }
  soup_message_body_truncate (body);
  soup_message_body_append_bytes (body, answer->body);
}

static void
send_held (gboolean committed, gpointer user_data)
{
  g_autoptr (SoupServerMessage) message = user_data;

  if (!committed)
    {
      g_autoptr (GError) fault = g_error_new_literal (RA_FAULT, RA_FAULT_INTERNAL, "no commit");
      g_auto (RaAnswer) answer = { 0 };

      ra_api_set_error (&answer, fault);
      set_answer (message, &answer);
    }
  soup_server_message_unpause (message);
}

static YySecret *
get_bearer (SoupServerMessage *message)
{
  static const char scheme[] = "Bearer ";
  const char *header =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                    "Authorization");
  gsize length = header == NULL ? 0 : strlen (header);

  if (header == NULL || !g_str_has_prefix (header, scheme) || length > MAX_BEARER)
    return NULL;
  return yy_secret_new (header + strlen (scheme), length - strlen (scheme));
}

static char *
get_address (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return g_strdup ("?");
  return g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
}

static void
answer_request (RaServer *self, RaRequest *request, gboolean too_large, RaAnswer *answer)
{
  g_autoptr (GError) fault = NULL;
  g_auto (GStrv) parts = NULL;
  const RaRoute *route = NULL;
  gboolean done = FALSE;

  if (too_large)
    ra_fault_set (&fault, RA_FAULT_TOO_LARGE, "the request is too large");
  else if (strlen (request->path) <= MAX_PATH_LENGTH &&
           (route = ra_api_find_route (request, &parts)) != NULL)
    done = run_handler (self, route, request, answer, &fault);
  else
    ra_fault_set (&fault, RA_FAULT_NOT_FOUND, "there is nothing here");
  if (!done)
    ra_api_set_error (answer, fault);
  log_answer (request, answer->status, fault);
}

static gsize
get_size (SoupServerMessage *message)
{
  return GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (message), SIZE_KEY));
}

static void
handle (SoupServer *soup,
        SoupServerMessage *message,
        const char *path,
        GHashTable *query,
        gpointer user_data)
{
  RaServer *self = user_data;
  g_autoptr (YySecret) bearer = get_bearer (message);
  g_autofree char *address = get_address (message);
  gboolean too_large = get_size (message) > RA_API_MAX_BODY;
  /* Of what is too large not everything was kept. */
  g_autoptr (GBytes) body =
      too_large ? g_bytes_new (NULL, 0)
                : soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_auto (RaAnswer) answer = { 0 };
  RaRequest request = {
    .method = soup_server_message_get_method (message),
    .path = path,
    .address = address,
    .content_type =
        soup_message_headers_get_content_type (soup_server_message_get_request_headers (message),
                                               NULL),
    .bearer = bearer,
    .body = body,
  };

  answer_request (self, &request, too_large, &answer);
  set_answer (message, &answer);
  ra_connections_allow (message, ANSWER_SECONDS, FALSE);
  if (self->draining || ra_connections_are_many (message))
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection",
                                  "close");
  if (ra_batch_is_open (self->batch))
    {
      soup_server_message_pause (message);
      ra_batch_hold (self->batch, send_held, g_object_ref (message));
    }
}

/* Counts the body's bytes, announced or arrived, and stops keeping them when they are too many. */
static void
set_size (SoupServerMessage *message, gsize size)
{
  g_object_set_data (G_OBJECT (message), SIZE_KEY, GSIZE_TO_POINTER (size));
  if (size > RA_API_MAX_BODY)
    soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  if (size > MAX_DISCARDED)
    ra_connections_drop (message);
}

static void
got_headers (SoupServerMessage *message, RaServer *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  self->active++;
  ra_connections_allow (message, BODY_SECONDS, TRUE);
  /* libsoup never forgets a method it has seen (g_intern_string()). */
  if (strlen (soup_server_message_get_method (message)) > MAX_METHOD_LENGTH)
    ra_connections_drop_abuser (message);
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      soup_message_headers_get_content_length (headers) > RA_API_MAX_BODY)
    set_size (message, RA_API_MAX_BODY + 1);
}

static void
got_chunk (SoupServerMessage *message, GBytes *chunk, RaServer *self)
{
  set_size (message, get_size (message) + g_bytes_get_size (chunk));
}

static void
finished (SoupServerMessage *message, RaServer *self)
{
  self->active--;
  if (self->draining && self->active == 0)
    g_main_loop_quit (self->loop);
}

static void
head_finished (SoupServerMessage *message, RaServer *self)
{
  g_signal_connect (message, "finished", G_CALLBACK (finished), self);
}

static void
request_started (SoupServer *soup, SoupServerMessage *message, RaServer *self)
{
  ra_connections_allow (message, HEAD_SECONDS, TRUE);
  g_signal_connect (message, "got-headers", G_CALLBACK (got_headers), self);
  g_signal_connect (message, "got-headers", G_CALLBACK (head_finished), self);
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk), self);
}

static gboolean
drained (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

typedef struct
{
  RaServer *server;
  RaConnections *connections;
} Ending;

static gboolean
terminate (gpointer user_data)
{
  Ending *ending = user_data;
  RaServer *self = ending->server;

  self->draining = TRUE;
  ra_connections_stop (ending->connections);
  if (self->active == 0)
    g_main_loop_quit (self->loop);
  else
    g_timeout_add_seconds (DRAIN_SECONDS, drained, self->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
expire (gpointer user_data)
{
  ra_cmp_expire (user_data);
  return G_SOURCE_CONTINUE;
}

/* What is under way is committed first: its files are on the disk already. */
static gboolean
clean (gpointer user_data)
{
  RaServer *self = user_data;
  g_autoptr (GError) error = NULL;

  ra_batch_flush (self->batch);
  if (!ra_documents_clean (self->api->site, &error))
    g_warning ("%s", error->message);
  return G_SOURCE_CONTINUE;
}

static void
run_loop (RaServer *self,
          GSocket *listener,
          GTlsCertificate *certificate,
          GTlsDatabase *database,
          void (*ready) (GSocket *))
{
  g_autoptr (RaConnections) connections =
      ra_connections_new (listener, certificate, database, self->soup);
  Ending ending = { self, connections };
  guint term = g_unix_signal_add (SIGTERM, terminate, &ending);
  guint interrupt = g_unix_signal_add (SIGINT, terminate, &ending);
  guint expiry = g_timeout_add_seconds (EXPIRE_SECONDS, expire, self->api->cmp);
  guint cleaning = g_timeout_add_seconds (CLEAN_SECONDS, clean, self);

  clean (self);
  ready (listener);
  g_main_loop_run (self->loop);
  ra_batch_flush (self->batch);
  g_source_remove (cleaning);
  g_source_remove (expiry);
  g_source_remove (interrupt);
  g_source_remove (term);
}

gboolean
ra_server_run (RaSite *site, GSocket *listener, void (*ready) (GSocket *), GError **error)
{
  g_autofree char *cert = g_build_filename (site->directory, "server.pem", NULL);
  g_autofree char *key = g_build_filename (site->directory, "server.key", NULL);
  g_autofree char *ca = g_build_filename (site->directory, "ca.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_files (cert, key, error);
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (RaBatch) batch = NULL;
  g_autoptr (RaDelivery) delivery = NULL;
  g_autoptr (RaApi) api = NULL;
  g_autoptr (SoupServer) soup = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  RaServer self = { .loop = loop };

  if (certificate == NULL)
    return FALSE;
  database = g_tls_file_database_new (ca, error);
  if (database == NULL)
    return FALSE;
  self.batch = batch = ra_batch_new (site->store);
  delivery = ra_delivery_new (site, batch);
  self.api = api = ra_api_new (site, delivery);
  self.soup = soup = soup_server_new ("server-header", "yinyao-ra", NULL);
  soup_server_add_handler (soup, NULL, handle, &self, NULL);
  g_signal_connect (soup, "request-started", G_CALLBACK (request_started), &self);
  ra_delivery_resume (delivery);
  run_loop (&self, listener, certificate, database, ready);
  return TRUE;
}
