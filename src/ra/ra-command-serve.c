/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-command.h"

#include "ra/ra-listener.h"
#include "ra/ra-server.h"

#include <stdio.h>

#include <gio/gio.h>
#include <glib/gi18n.h>

static char *address;
static int validity_days = -1;

static char *
default_address (RaSite *site)
{
  g_autoptr (GUri) uri = g_uri_parse (site->url, G_URI_FLAGS_NONE, NULL);
  int port = g_uri_get_port (uri);

  return g_strdup_printf ("127.0.0.1:%d", port < 0 ? 443 : port);
}

static GSocket *
get_listener (RaSite *site, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *standard = NULL;
  GSocket *inherited = ra_listener_inherit (&local);

  if (inherited != NULL || local != NULL)
    {
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      return inherited;
    }
  standard = default_address (site);
  return ra_listener_open (address == NULL ? standard : address, error);
}

static void
ready (GSocket *listener)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (listener, NULL);
  g_autofree char *text =
      local == NULL ? NULL : g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (local));

  g_print ("ready %s\n", text == NULL ? "" : text);
  fflush (stdout);
}

static gboolean
run (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = ra_command_open (error);
  g_autoptr (GSocket) listener = NULL;

  /* GIO has no setting for this; other TLS backends ignore it, and ra-connections.c looks again. */
  g_setenv ("G_TLS_GNUTLS_PRIORITY", "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", FALSE);
  if (site == NULL)
    return FALSE;
  if (validity_days >= 0)
    site->rules->validity_days = (guint) validity_days;
  if (!ra_site_refresh_server (site, error))
    return FALSE;
  listener = get_listener (site, error);
  return listener != NULL && ra_server_run (site, listener, ready, error);
}

static const GOptionEntry options[] = {
  { "listen", 0, 0, G_OPTION_ARG_STRING, &address,
    N_ ("Where to listen, if no socket is inherited"), "ADDRESS:PORT" },
  { "validity-days", 0, 0, G_OPTION_ARG_INT, &validity_days,
    N_ ("Days certificates are valid, instead of the order's years"), "N" },
  G_OPTION_ENTRY_NULL
};

const RaCommand ra_command_serve = { "serve", "",      0,
                                     run,     options, N_ ("Answer clients until SIGTERM") };
