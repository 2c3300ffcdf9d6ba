/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-connections.h"

#include "ra/ra-limiter.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNECTIONS 4000
/* libsoup 3.2 never lets go of a connection that its client closes at rest. So with more than this
   many open each is closed after its answer: about this many can be lost. */
#define MAX_RESTING 256
/* A connection has its socket, and while it shakes hands a descriptor of GIO's. */
#define FILES_EACH  2
#define OTHER_FILES 96
/* From the connection to the client's first record, and from there to the end of the handshake. */
#define HELLO_SECONDS     15
#define HANDSHAKE_SECONDS 10
#define SWEEP_SECONDS     1
/* Handshakes under way at once with clients of one network. A client that means it needs a moment
   for its part; ten of those threads are there for all. */
#define HANDSHAKES_EACH 4
/* How often clients of one network may do what harms the service, within an hour. */
#define ABUSES_EACH    10
#define RECORD_HEAD    5
#define MAX_RECORD     (RECORD_HEAD + 16384)
#define CONNECTION_KEY "ra-connection"

struct _RaConnections
{
  SoupServer *server;
  GTlsCertificate *certificate;
  GTlsDatabase *database;
  GSocket *listener;
  GSource *source;
  guint sweeper;
  guint limit;
  GHashTable *open;    /* set of Connection */
  GHashTable *shaking; /* network → how many handshakes are under way */
  GQueue waiting;      /* of Connection: said hello, and wait for their turn */
  RaLimiter *abuses;   /* by network */
  int silent_end;
};

typedef struct
{
  RaConnections *owner;
  GSocket *socket;
  GIOStream *stream; /* until its handshake begins */
  char *network;
  gint64 deadline; /* monotonic seconds */
  gint64 since;    /* monotonic microseconds: the client has been waited for; 0: it is not */
} Connection;

static gint64
now (void)
{
  return g_get_monotonic_time () / G_USEC_PER_SEC;
}

static void watch (RaConnections *self);

/* The stream is gone, and nobody uses the connection any more. */
static void
stream_gone (gpointer data, GObject *stream)
{
  Connection *connection = data;
  RaConnections *self = connection->owner;

  g_hash_table_remove (self->open, connection);
  g_object_unref (connection->socket);
  g_free (connection->network);
  g_free (connection);
  if (self->listener != NULL && self->source == NULL)
    watch (self);
}

static gboolean
is_new_enough (GTlsConnection *connection, GError **error)
{
  GTlsProtocolVersion version = g_tls_connection_get_protocol_version (connection);

  if (version >= G_TLS_PROTOCOL_VERSION_TLS_1_2 && version < G_TLS_PROTOCOL_VERSION_DTLS_1_0)
    return TRUE;
  g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE, "the TLS version is too old");
  return FALSE;
}

static guint
count_shaking (Connection *connection)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (connection->owner->shaking, connection->network));
}

static void
set_shaking (Connection *connection, guint count)
{
  GHashTable *shaking = connection->owner->shaking;

  if (count == 0)
    g_hash_table_remove (shaking, connection->network);
  else
    g_hash_table_insert (shaking, g_strdup (connection->network), GUINT_TO_POINTER (count));
}

static void shake_next (RaConnections *self);

static void
handshake_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GIOStream) stream = G_IO_STREAM (source);
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GSocketAddress) remote = NULL;
  g_autoptr (GError) error = NULL;
  Connection *connection = user_data;

  set_shaking (connection, count_shaking (connection) - 1);
  shake_next (connection->owner);
  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error) &&
      is_new_enough (G_TLS_CONNECTION (source), &error))
    {
      local = g_socket_get_local_address (connection->socket, &error);
      remote = local == NULL ? NULL : g_socket_get_remote_address (connection->socket, &error);
    }
  if (remote == NULL)
    {
      g_debug ("A connection was not made: %s", error->message);
      return;
    }
  /* The address object is the one thing of ours that libsoup hands back with each message. */
  g_object_set_data (G_OBJECT (remote), CONNECTION_KEY, connection);
  if (!soup_server_accept_iostream (connection->owner->server, stream, local, remote, &error))
    g_debug ("A connection was not taken: %s", error->message);
}

/* handshake_done() takes the stream. */
static void
begin_handshake (Connection *connection)
{
  GIOStream *stream = g_steal_pointer (&connection->stream);

  set_shaking (connection, count_shaking (connection) + 1);
  if (connection->deadline != G_MAXINT64)
    connection->deadline = now () + HANDSHAKE_SECONDS;
  g_tls_connection_handshake_async (G_TLS_CONNECTION (stream), G_PRIORITY_DEFAULT, NULL,
                                    handshake_done, connection);
}

/* The first that waits and whose network has a place free. */
static void
shake_next (RaConnections *self)
{
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      Connection *connection = link->data;

      if (count_shaking (connection) >= HANDSHAKES_EACH)
        continue;
      g_queue_delete_link (&self->waiting, link);
      begin_handshake (connection);
      return;
    }
}

static gboolean
want_handshake (Connection *connection)
{
  g_socket_set_option (connection->socket, SOL_SOCKET, SO_RCVLOWAT, 1, NULL);
  if (connection->deadline != G_MAXINT64 && count_shaking (connection) >= HANDSHAKES_EACH)
    g_queue_push_tail (&connection->owner->waiting, connection);
  else
    begin_handshake (connection);
  return G_SOURCE_REMOVE;
}

/* Bytes of the client's first record (RFC 8446, section 5.1) if it is still to come, else 0: then
   the handshake will say what is wrong. */
static int
missing_record (GSocket *socket)
{
  guint8 head[RECORD_HEAD];
  ssize_t got = recv (g_socket_get_fd (socket), head, sizeof head, MSG_PEEK | MSG_DONTWAIT);
  int waiting = 0;
  int length = 0;

  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return RECORD_HEAD;
  if (got < RECORD_HEAD || ioctl (g_socket_get_fd (socket), FIONREAD, &waiting) != 0)
    return 0;
  length = RECORD_HEAD + (head[3] << 8 | head[4]);
  return length <= MAX_RECORD && waiting < length ? length : 0;
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Connection *connection = user_data;
  int missing = (condition & (G_IO_HUP | G_IO_ERR)) != 0 ? 0 : missing_record (socket);

  if (missing == 0 || connection->deadline == G_MAXINT64)
    return want_handshake (connection);
  g_socket_set_option (socket, SOL_SOCKET, SO_RCVLOWAT, missing, NULL);
  return G_SOURCE_CONTINUE;
}

/* GIO's handshakes wait for their clients in ten threads, which they share: a few dozen clients
   that say nothing would keep everybody else out. */
static void
wait_for_hello (Connection *connection)
{
  g_autoptr (GSource) source = g_socket_create_source (connection->socket, G_IO_IN, NULL);

  g_socket_set_option (connection->socket, SOL_SOCKET, SO_RCVLOWAT, RECORD_HEAD, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), connection, NULL);
  g_source_attach (source, NULL);
}

static char *
network_of (GSocket *socket)
{
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);
  g_autofree char *address = NULL;

  if (G_IS_INET_SOCKET_ADDRESS (remote))
    address = g_inet_address_to_string (
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  return ra_limiter_key_of_address ("handshake", address == NULL ? "?" : address);
}

static gboolean
is_banned (RaConnections *self, GSocket *socket)
{
  g_autofree char *network = network_of (socket);

  return ra_limiter_wait (self->abuses, network, ABUSES_EACH) > 0;
}

static void
take (RaConnections *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) base = g_socket_connection_factory_create_connection (socket);
  /* Without a database of its own each connection would read the system's authorities, for client
     certificates that nobody asks for. */
  GIOStream *stream =
      g_initable_new (g_tls_backend_get_server_connection_type (g_tls_backend_get_default ()), NULL,
                      NULL, "base-io-stream", base, "certificate", self->certificate, "database",
                      self->database, NULL);
  Connection *connection = NULL;

  if (stream == NULL)
    return;
  connection = g_new0 (Connection, 1);
  connection->owner = self;
  connection->socket = g_object_ref (socket);
  connection->stream = stream;
  connection->network = network_of (socket);
  connection->deadline = now () + HELLO_SECONDS;
  connection->since = g_get_monotonic_time ();
  g_hash_table_add (self->open, connection);
  g_object_weak_ref (G_OBJECT (stream), stream_gone, connection);
  /* Clients that close without saying goodbye are ordinary. */
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (stream), FALSE);
  wait_for_hello (connection);
}

/* Whoever waits on the stream sees its end, and lets go of it. */
static void
shut (Connection *connection)
{
  connection->deadline = G_MAXINT64;
  connection->since = 0;
  g_socket_shutdown (connection->socket, TRUE, TRUE, NULL);
  /* Its handshake ends as soon as it begins. */
  if (g_queue_remove (&connection->owner->waiting, connection))
    begin_handshake (connection);
}

/* Silent clients must not keep others out: a client that means it is done in a moment. */
static void
make_room (RaConnections *self)
{
  Connection *oldest = NULL;
  GHashTableIter iter;
  gpointer key = NULL;

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Connection *connection = key;

      if (connection->since != 0 && (oldest == NULL || connection->since < oldest->since))
        oldest = connection;
    }
  if (oldest != NULL)
    shut (oldest);
}

/* Until a connection is gone, or the next sweep: what cannot be accepted stays in the queue, and
   would only be reported again at once. */
static gboolean
pause_accepting (RaConnections *self)
{
  g_clear_pointer (&self->source, g_source_unref);
  return G_SOURCE_REMOVE;
}

static gboolean
accept_some (GSocket *listener, GIOCondition condition, gpointer user_data)
{
  RaConnections *self = user_data;

  for (guint i = 0; i < 64; i++)
    {
      g_autoptr (GSocket) socket = NULL;
      g_autoptr (GError) error = NULL;

      if (g_hash_table_size (self->open) < self->limit)
        socket = g_socket_accept (listener, NULL, &error);
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      if (socket == NULL)
        {
          make_room (self);
          return pause_accepting (self);
        }
      if (!is_banned (self, socket))
        take (self, socket);
    }
  return G_SOURCE_CONTINUE;
}

static void
watch (RaConnections *self)
{
  self->source = g_socket_create_source (self->listener, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (accept_some), self, NULL);
  g_source_attach (self->source, NULL);
}

static gboolean
sweep (gpointer user_data)
{
  RaConnections *self = user_data;
  GHashTableIter iter;
  gpointer key = NULL;

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (((Connection *) key)->deadline <= now ())
      shut (key);
  if (self->listener != NULL && self->source == NULL)
    watch (self);
  return G_SOURCE_CONTINUE;
}

/* How many connections there may be: GLib ends a program that has no descriptor left for it. */
static guint
find_limit (void)
{
  const rlim_t wanted = FILES_EACH * MAX_CONNECTIONS + OTHER_FILES;
  struct rlimit limit = { 0, 0 };

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return 1;
  if (limit.rlim_cur < wanted)
    {
      limit.rlim_cur = MIN (limit.rlim_max, wanted);
      (void) setrlimit (RLIMIT_NOFILE, &limit);
    }
  return limit.rlim_cur <= OTHER_FILES
             ? 1
             : (guint) MIN ((limit.rlim_cur - OTHER_FILES) / FILES_EACH, MAX_CONNECTIONS);
}

/* libsoup keeps connections open only while it has a listener of its own. It gets one end of a
   socket pair, on which nobody will ever call. */
static void
keep_alive (RaConnections *self)
{
  g_autoptr (GSocket) silent = NULL;
  int ends[2] = { -1, -1 };

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    g_error ("no socket pair: %s", g_strerror (errno));
  self->silent_end = ends[0];
  silent = g_socket_new_from_fd (ends[1], NULL);
  soup_server_listen_socket (self->server, silent, 0, NULL);
}

RaConnections *
ra_connections_new (GSocket *listener,
                    GTlsCertificate *certificate,
                    GTlsDatabase *database,
                    SoupServer *server)
{
  RaConnections *self = g_new0 (RaConnections, 1);

  self->server = g_object_ref (server);
  self->certificate = g_object_ref (certificate);
  self->database = g_object_ref (database);
  self->listener = g_object_ref (listener);
  self->open = g_hash_table_new (g_direct_hash, g_direct_equal);
  self->shaking = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->waiting);
  self->abuses = ra_limiter_new ();
  self->sweeper = g_timeout_add_seconds (SWEEP_SECONDS, sweep, self);
  self->limit = find_limit ();
  keep_alive (self);
  watch (self);
  return self;
}

void
ra_connections_stop (RaConnections *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  if (self->listener != NULL)
    g_socket_close (self->listener, NULL);
  g_clear_object (&self->listener);
}

void
ra_connections_free (RaConnections *self)
{
  GHashTableIter iter;
  gpointer key = NULL;

  ra_connections_stop (self);
  g_clear_handle_id (&self->sweeper, g_source_remove);
  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    shut (key);
  soup_server_disconnect (self->server);
  close (self->silent_end);
  /* What was still shaking hands ends in its own callback. */
  while (g_hash_table_size (self->open) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_hash_table_unref (self->open);
  g_hash_table_unref (self->shaking);
  ra_limiter_free (self->abuses);
  g_object_unref (self->certificate);
  g_object_unref (self->database);
  g_object_unref (self->server);
  g_free (self);
}

static Connection *
connection_of (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote == NULL ? NULL : g_object_get_data (G_OBJECT (remote), CONNECTION_KEY);
}

void
ra_connections_allow (SoupServerMessage *message, guint seconds, gboolean waiting)
{
  Connection *connection = connection_of (message);

  if (connection == NULL)
    return;
  connection->deadline = now () + seconds;
  if (!waiting)
    connection->since = 0;
  else if (connection->since == 0)
    connection->since = g_get_monotonic_time ();
}

gboolean
ra_connections_are_many (SoupServerMessage *message)
{
  Connection *connection = connection_of (message);

  return connection != NULL && g_hash_table_size (connection->owner->open) > MAX_RESTING;
}

void
ra_connections_drop (SoupServerMessage *message)
{
  Connection *connection = connection_of (message);

  if (connection != NULL)
    shut (connection);
}

void
ra_connections_drop_abuser (SoupServerMessage *message)
{
  Connection *connection = connection_of (message);

  if (connection == NULL)
    return;
  ra_limiter_count (connection->owner->abuses, connection->network);
  shut (connection);
}
