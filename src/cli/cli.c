/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include "config.h"

#include <glib/gi18n.h>

#include "cli/text.h"

/* How long a driver that has not told its tokens yet is waited for when the right one is there. */
#define GRACE_MS 1500

static gboolean
run_parser (GOptionContext *context, char **arguments, GError **error)
{
  /* The parser takes what it knows out of the array, but does not free it. */
  guint n = g_strv_length (arguments);
  g_autofree char **argv = g_new0 (char *, n + 2);
  char **rest = argv;
  int argc = (int) n + 1;

  argv[0] = g_get_prgname () == NULL ? (char *) "yinyaoctl" : (char *) g_get_prgname ();
  for (guint i = 0; i < n; i++)
    argv[i + 1] = arguments[i];
  if (!g_option_context_parse (context, &argc, &rest, error))
    return FALSE;
  if (argc == 1)
    return TRUE;
  g_set_error (error, YY_ERROR, YY_ERROR_USAGE, _ ("Unexpected argument “%s”"), rest[1]);
  return FALSE;
}

gboolean
cli_parse (Cli *cli,
           const char *name,
           const char *summary,
           const GOptionEntry *entries,
           char **arguments,
           GError **error)
{
  const GOptionEntry common[] = {
    { "token", 't', 0, G_OPTION_ARG_STRING, &cli->token, N_ ("Serial number of the token"),
      N_ ("SERIAL") },
    { "module", 'm', 0, G_OPTION_ARG_FILENAME, &cli->module,
      N_ ("PKCS#11 module that sees the token"), N_ ("PATH") },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &cli->json, N_ ("Print JSON"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autofree char *parameters = g_strdup_printf ("— %s", summary);
  g_autofree char *program = g_strdup_printf ("yinyaoctl %s", name);
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_autoptr (GError) local = NULL;

  g_set_prgname (program);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, common, GETTEXT_PACKAGE);
  if (run_parser (context, arguments, &local))
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, local->message);
  return FALSE;
}

void
cli_ready (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

void
cli_await (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
on_over (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_interrupted (GCancellable *cancellable, gpointer data)
{
  return G_SOURCE_REMOVE;
}

gboolean
cli_sleep (Cli *cli, guint milliseconds, GError **error)
{
  gboolean over = FALSE;
  guint timer = g_timeout_add (milliseconds, on_over, &over);
  g_autoptr (GSource) interrupted = g_cancellable_source_new (cli->cancellable);

  g_source_set_callback (interrupted, G_SOURCE_FUNC (on_interrupted), NULL, NULL);
  g_source_attach (interrupted, NULL);
  while (!over && !g_cancellable_is_cancelled (cli->cancellable))
    g_main_context_iteration (NULL, TRUE);
  g_source_destroy (interrupted);
  if (!over)
    g_source_remove (timer);
  return over || !g_cancellable_set_error_if_cancelled (cli->cancellable, error);
}

void
cli_warn (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = text_clean (text);
  g_printerr (_ ("yinyaoctl: warning: %s.\n"), clean);
}

static gboolean
has_failed (YyDriver *driver)
{
  return yy_driver_get_state (driver) == YY_DRIVER_FAILED ||
         yy_driver_get_state (driver) == YY_DRIVER_NOT_RESPONDING;
}

static void
warn_of_drivers (Cli *cli)
{
  GListModel *drivers = yy_token_manager_get_drivers (cli->manager);

  if (g_list_model_get_n_items (drivers) == 0)
    cli_warn ("%s", _ ("No PKCS#11 module is configured"));
  for (guint i = 0; i < g_list_model_get_n_items (drivers); i++)
    {
      g_autoptr (YyDriver) driver = g_list_model_get_item (drivers, i);
      const GError *problem = yy_driver_get_problem (driver);

      if (has_failed (driver) || yy_driver_get_state (driver) == YY_DRIVER_STARTING)
        cli_warn ("%s: %s", yy_driver_get_module (driver),
                  problem == NULL ? _ ("The driver does not respond") : problem->message);
    }
}

/* Waiting for the drivers' tokens: until all have told theirs or, when the token that is meant is
 * there already, a little longer, for another driver that may see it too. */
typedef struct
{
  Cli *cli;
  GCancellable *patience;
  guint timer;
} Wait;

static gboolean
on_enough (gpointer data)
{
  Wait *wait = data;

  wait->timer = 0;
  g_cancellable_cancel (wait->patience);
  return G_SOURCE_REMOVE;
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, Wait *wait)
{
  g_autoptr (GPtrArray) tokens = cli_find_tokens (wait->cli);

  if (wait->cli->token != NULL && tokens->len > 0 && wait->timer == 0)
    wait->timer = g_timeout_add (wait->cli->module == NULL ? GRACE_MS : 0, on_enough, wait);
}

static void
on_cancelled (GCancellable *cancellable, GCancellable *patience)
{
  g_cancellable_cancel (patience);
}

static gboolean
wait_for_tokens (Cli *cli, GError **error)
{
  g_autoptr (GCancellable) patience = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) local = NULL;
  Wait wait = { .cli = cli, .patience = patience };
  gulong items =
      g_signal_connect (cli->manager, "items-changed", G_CALLBACK (on_items_changed), &wait);
  gulong cancelled =
      g_cancellable_connect (cli->cancellable, G_CALLBACK (on_cancelled), patience, NULL);

  yy_token_manager_wait_async (cli->manager, patience, cli_ready, &result);
  cli_await (&result);
  g_cancellable_disconnect (cli->cancellable, cancelled);
  g_signal_handler_disconnect (cli->manager, items);
  g_clear_handle_id (&wait.timer, g_source_remove);
  if (yy_token_manager_wait_finish (cli->manager, result, &local) ||
      (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
       !g_cancellable_is_cancelled (cli->cancellable)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
cli_start_tokens (Cli *cli, GError **error)
{
  cli->manager = yy_token_manager_new (cli->settings);
  yy_token_manager_start (cli->manager);
  if (!wait_for_tokens (cli, error))
    return FALSE;
  warn_of_drivers (cli);
  return TRUE;
}

gboolean
cli_start_service (Cli *cli, GError **error)
{
  cli->service = yy_service_new (cli->settings, error);
  return cli->service != NULL;
}

/* A module may be named by its whole path or by its file's name. */
static gboolean
is_module (YyToken *token, const char *wanted)
{
  const char *path = yy_token_get_module (token);
  g_autofree char *name = g_path_get_basename (path);

  return g_strcmp0 (path, wanted) == 0 || g_strcmp0 (name, wanted) == 0;
}

GPtrArray *
cli_find_tokens (Cli *cli)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *model = G_LIST_MODEL (cli->manager);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (YyToken) token = g_list_model_get_item (model, i);

      if (cli->token != NULL && g_strcmp0 (yy_token_get_serial (token), cli->token) != 0)
        continue;
      if (cli->module == NULL || is_module (token, cli->module))
        g_ptr_array_add (tokens, g_steal_pointer (&token));
    }
  return tokens;
}

/* A token that is not there may well be behind a driver that failed. */
static gboolean
blame_driver (Cli *cli, GError **error)
{
  GListModel *drivers = yy_token_manager_get_drivers (cli->manager);

  for (guint i = 0; i < g_list_model_get_n_items (drivers); i++)
    {
      g_autoptr (YyDriver) driver = g_list_model_get_item (drivers, i);
      gboolean hangs = yy_driver_get_state (driver) == YY_DRIVER_NOT_RESPONDING;

      if (!has_failed (driver))
        continue;
      g_set_error (error, YY_ERROR, hangs ? YY_ERROR_DRIVER_NOT_RESPONDING : YY_ERROR_DRIVER_FAILED,
                   hangs ? _ ("No token was found, and the driver %s does not respond")
                         : _ ("No token was found, and the driver %s failed"),
                   yy_driver_get_module (driver));
      return TRUE;
    }
  return FALSE;
}

static void
set_none (Cli *cli, GError **error)
{
  if (blame_driver (cli, error))
    return;
  if (cli->token == NULL)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_NO_SUCH_TOKEN, _ ("No token is plugged in"));
  else
    g_set_error (error, YY_ERROR, YY_ERROR_NO_SUCH_TOKEN,
                 _ ("No token with the serial number %s is plugged in"), cli->token);
}

static void
set_several (GPtrArray *tokens, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < tokens->len; i++)
    g_string_append_printf (list, "\n  --token %s --module %s",
                            yy_token_get_serial (tokens->pdata[i]),
                            yy_token_get_module (tokens->pdata[i]));
  g_set_error (error, YY_ERROR, YY_ERROR_USAGE, _ ("Say which token is meant:%s"), list->str);
}

YyToken *
cli_find_token (Cli *cli, gboolean may_choose, GError **error)
{
  g_autoptr (GPtrArray) tokens = NULL;

  if (cli->token == NULL && !may_choose)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("--token is missing"));
      return NULL;
    }
  tokens = cli_find_tokens (cli);
  if (tokens->len == 1)
    return g_object_ref (tokens->pdata[0]);
  if (tokens->len == 0)
    set_none (cli, error);
  else
    set_several (tokens, error);
  return NULL;
}

gboolean
cli_check_found (Cli *cli, GPtrArray *tokens, GError **error)
{
  GListModel *drivers = yy_token_manager_get_drivers (cli->manager);
  guint n = g_list_model_get_n_items (drivers);
  guint failed = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (YyDriver) driver = g_list_model_get_item (drivers, i);

      failed += has_failed (driver) ? 1 : 0;
    }
  if (tokens->len > 0 || (cli->token == NULL && (failed == 0 || failed < n)))
    return TRUE;
  set_none (cli, error);
  return FALSE;
}

gboolean
cli_fail_pin (Cli *cli, YyToken *token, GError *cause, GError **error)
{
  YyToken *now = yy_token_manager_find (cli->manager, yy_token_get_serial (token),
                                        yy_token_get_module (token));

  if (now != NULL && g_error_matches (cause, YY_ERROR, YY_ERROR_PIN_INCORRECT))
    {
      g_autofree char *tries = yy_token_dup_tries_text (now);
      char *message = g_strconcat (cause->message, _ ("; "), tries, NULL);

      g_free (cause->message);
      cause->message = message;
    }
  g_propagate_error (error, cause);
  return FALSE;
}
