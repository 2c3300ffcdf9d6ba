/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <glib/gi18n.h>

/* Many clients may come at once, when a school of them was told to activate today. */
#define BACKLOG  1024
#define FIRST_FD 3

/* Connections take this over from the socket they arrive at. */
static void
set_options (GSocket *socket)
{
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
}

static gboolean
is_for_us (void)
{
  const char *pid = g_getenv ("LISTEN_PID");
  const char *count = g_getenv ("LISTEN_FDS");
  guint64 number = 0;

  return pid != NULL && count != NULL &&
         g_ascii_string_to_unsigned (pid, 10, 1, G_MAXINT, &number, NULL) &&
         number == (guint64) getpid () && g_str_equal (count, "1");
}

GSocket *
ra_listener_inherit (GError **error)
{
  gboolean given = is_for_us ();
  GSocket *socket = NULL;
  int accepting = 0;

  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  if (!given)
    return NULL;
  (void) fcntl (FIRST_FD, F_SETFD, FD_CLOEXEC);
  socket = g_socket_new_from_fd (FIRST_FD, error);
  if (socket == NULL)
    return NULL;
  if (!g_socket_get_option (socket, SOL_SOCKET, SO_ACCEPTCONN, &accepting, error) || !accepting)
    {
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE,
                             _ ("The inherited descriptor is not a listening socket"));
      g_object_unref (socket);
      return NULL;
    }
  set_options (socket);
  return socket;
}

GSocket *
ra_listener_open (const char *address, GError **error)
{
  g_autoptr (GSocketConnectable) connectable = g_network_address_parse (address, 0, error);
  g_autoptr (GSocketAddress) bind_to = NULL;
  g_autoptr (GInetAddress) inet = NULL;
  g_autoptr (GSocket) socket = NULL;

  if (connectable == NULL)
    return NULL;
  inet = g_inet_address_new_from_string (
      g_network_address_get_hostname (G_NETWORK_ADDRESS (connectable)));
  if (inet == NULL)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_USAGE, _ ("“%s” is not ADDRESS:PORT"), address);
      return NULL;
    }
  bind_to =
      g_inet_socket_address_new (inet,
                                 g_network_address_get_port (G_NETWORK_ADDRESS (connectable)));
  socket = g_socket_new (g_inet_address_get_family (inet), G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, bind_to, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  set_options (socket);
  return g_steal_pointer (&socket);
}
