/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/agent.h"
#include "agent/file-cache.h"
#include "base/yy-process.h"
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gi18n.h>

/* How long a module may take to say goodbye. */
#define GOODBYE_SECONDS 10

/* The client is gone: whatever call the main thread is in gets a last while to end. */
static void
on_client_died (int number)
{
  alarm (GOODBYE_SECONDS);
}

static void
give_up_rights (void)
{
  struct sigaction action = { .sa_handler = on_client_died, .sa_flags = SA_RESTART };

  (void) prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  (void) sigaction (SIGHUP, &action, NULL);
  (void) prctl (PR_SET_PDEATHSIG, SIGHUP);
  (void) signal (SIGPIPE, SIG_IGN);
}

/*
 * OpenSC reads its configuration when it is initialised. An administrator's choice comes first, and
 * then its cache is none of ours.
 */
static void
set_up_opensc (const char *module)
{
  g_autofree char *name = g_path_get_basename (module);
  g_autofree char *path = yy_process_find_data ("opensc.conf");
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "yinyao", NULL);

  if (strstr (name, "opensc") == NULL || g_getenv ("OPENSC_CONF") != NULL ||
      !g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  g_setenv ("OPENSC_CONF", path, FALSE);
  yy_file_cache_enable (cache);
}

static GDBusConnection *
connect_client (int fd, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, error);
  g_autoptr (GSocketConnection) stream = NULL;

  if (socket == NULL)
    return NULL;
  stream = g_socket_connection_factory_create_connection (socket);
  return g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                         G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                     NULL, NULL, error);
}

static void
on_closed (GDBusConnection *connection, gboolean remote, GError *error, GMainLoop *loop)
{
  g_main_loop_quit (loop);
}

static gboolean
run (const char *path, int fd, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (YyAgent) agent = NULL;
  YyModule *module = NULL;

  /* Before GDBus starts its thread: a module may look at the environment at any time. */
  set_up_opensc (path);
  connection = connect_client (fd, error);
  if (connection == NULL)
    return FALSE;
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), loop);
  module = yy_module_open (path, error);
  if (module == NULL)
    return FALSE;
  agent = yy_agent_new (module, connection);
  g_dbus_connection_start_message_processing (connection);
  if (!g_dbus_connection_is_closed (connection))
    g_main_loop_run (loop);
  alarm (GOODBYE_SECONDS);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autofree char *module = NULL;
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int fd = -1;
  const GOptionEntry entries[] = {
    { "module", 0, 0, G_OPTION_ARG_FILENAME, &module, N_ ("PKCS #11 module to load"), "PATH" },
    { "fd", 0, 0, G_OPTION_ARG_INT, &fd, N_ ("Connected socket to the client"), "N" },
    { NULL },
  };

  yy_process_init ();
  yy_process_overwrite_freed ();
  give_up_rights ();
  g_option_context_set_summary (options,
                                _ ("Runs one PKCS #11 module for Yinyao; started by its programs"));
  g_option_context_add_main_entries (options, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (options, &argc, &argv, &error) || module == NULL || fd < 0)
    {
      g_printerr ("%s\n", error != NULL ? error->message : _ ("--module and --fd are needed"));
      return 2;
    }
  if (!run (module, fd, &error))
    {
      g_printerr ("%s: %s\n", module, error->message);
      return EXIT_FAILURE;
    }
  return EXIT_SUCCESS;
}
