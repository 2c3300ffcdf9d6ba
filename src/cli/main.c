/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "base/yy-process.h"
#include "cli/cli.h"
#include "cli/exit-status.h"
#include "cli/text.h"

static const struct
{
  const char *name;
  const char *summary;
  CommandFunc run;
} commands[] = {
  { "tokens", N_ ("list the tokens that are plugged in"), command_tokens },
  { "certificates", N_ ("list the certificates on the tokens, or save one"), command_certificates },
  { "activate", N_ ("activate a token received from the CA"), command_activate },
  { "unlock", N_ ("unlock a token whose PIN is locked or forgotten"), command_unlock },
  { "change-pin", N_ ("change the PIN of a token"), command_change_pin },
  { "test-signature", N_ ("sign with a token's key and verify the signature"),
    command_test_signature },
  { "prepare-token", N_ ("for the CA's office: erase a token and prepare it for an order"),
    command_prepare_token },
};

static void
print_help (void)
{
  g_autofree char *statuses = exit_status_dup_help ();

  g_print ("%s\n  yinyaoctl [--json] %s\n\n%s\n", _ ("Usage:"), _ ("COMMAND [OPTION…]"),
           _ ("Commands (each has its own --help):"));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-16s %s\n", commands[i].name, _ (commands[i].summary));
  g_print ("\n%s\n  --json           %s\n  --help           %s\n  --version        %s\n",
           _ ("Options:"), _ ("print JSON"), _ ("print this"), _ ("print the version"));
  g_print ("\n%s\n%s", _ ("Exit status:"), statuses);
}

static void
print_error (const GError *error)
{
  const char *advice = yy_error_advice (error);
  g_auto (GStrv) lines = g_strsplit (error->message, "\n", -1);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    advice = _ ("A step that the token had begun is finished or undone by the token itself. "
                "Nothing is lost: run the command again to go on.");
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *clean = text_clean (lines[i]);

      if (i > 0)
        g_printerr ("%s\n", clean);
      else if (lines[1] != NULL)
        g_printerr ("yinyaoctl: %s\n", clean);
      else
        g_printerr (_ ("yinyaoctl: %s.\n"), clean);
    }
  if (error->domain == YY_ERROR && error->code == YY_ERROR_USAGE)
    advice = _ ("See “yinyaoctl --help”.");
  if (advice != NULL)
    g_printerr ("%s\n", advice);
}

/* Messages follow settings and CA profile as far as they can be read. */
static gboolean
load_settings (Cli *cli, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GBytes) file = NULL;
  gsize length = 0;

  cli->settings = yy_settings_load (error);
  if (cli->settings == NULL)
    return FALSE;
  if (g_file_get_contents (yy_settings_get_profile (cli->settings), &text, &length, error))
    {
      file = g_bytes_new (text, length);
      cli->profile = yy_profile_new (file, error);
    }
  if (cli->profile == NULL)
    g_prefix_error (error, _ ("The CA profile cannot be used: %s: "),
                    yy_settings_get_profile (cli->settings));
  yy_process_set_language (yy_settings_get_language (cli->settings),
                           cli->profile == NULL ? NULL : yy_profile_get_language (cli->profile));
  return cli->profile != NULL;
}

/* The second signal ends the program at once. */
static gboolean
on_signal (gpointer data)
{
  Cli *cli = data;

  g_cancellable_cancel (cli->cancellable);
  return G_SOURCE_REMOVE;
}

/* Takes the options before the command off; NULL when one ended the program's work. */
static char **
parse_globals (Cli *cli, char **arguments, GError **error)
{
  for (; *arguments != NULL && (*arguments)[0] == '-'; arguments++)
    if (strcmp (*arguments, "--json") == 0 || strcmp (*arguments, "-j") == 0)
      cli->json = TRUE;
    else if (strcmp (*arguments, "--help") == 0 || strcmp (*arguments, "-h") == 0)
      {
        print_help ();
        return NULL;
      }
    else if (strcmp (*arguments, "--version") == 0)
      {
        g_print ("yinyaoctl %s\n", VERSION);
        return NULL;
      }
    else
      {
        g_set_error (error, YY_ERROR, YY_ERROR_USAGE, _ ("Unknown option “%s”"), *arguments);
        return NULL;
      }
  if (*arguments == NULL)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("No command was given"));
  return *arguments == NULL ? NULL : arguments;
}

/* Takes @settings_error: it matters to commands only. */
static gboolean
run_command (Cli *cli, char **arguments, GError *settings_error, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      if (strcmp (commands[i].name, arguments[0]) != 0)
        continue;
      if (settings_error == NULL)
        return commands[i].run (cli, arguments + 1, error);
      g_propagate_error (error, settings_error);
      return FALSE;
    }
  g_clear_error (&settings_error);
  g_set_error (error, YY_ERROR, YY_ERROR_USAGE, _ ("Unknown command “%s”"), arguments[0]);
  return FALSE;
}

static void
cli_clear (Cli *cli)
{
  g_autofree char *warning =
      cli->service == NULL ? NULL : yy_service_dup_clock_warning (cli->service);

  if (warning != NULL)
    cli_warn ("%s", warning);
  if (cli->manager != NULL)
    yy_token_manager_stop (cli->manager);
  g_clear_object (&cli->manager);
  g_clear_object (&cli->service);
  g_clear_object (&cli->profile);
  g_clear_object (&cli->settings);
  g_clear_object (&cli->cancellable);
  g_free (cli->token);
  g_free (cli->module);
}

int
main (int argc, char **argv)
{
  Cli cli = { 0 };
  GError *settings_error = NULL;
  g_autoptr (GError) error = NULL;
  char **arguments = NULL;

  yy_process_init ();
  yy_process_overwrite_freed ();
  g_set_prgname ("yinyaoctl");
  (void) load_settings (&cli, &settings_error);
  cli.cancellable = g_cancellable_new ();
  g_unix_signal_add (SIGINT, on_signal, &cli);
  g_unix_signal_add (SIGTERM, on_signal, &cli);
  g_unix_signal_add (SIGHUP, on_signal, &cli);
  arguments = parse_globals (&cli, argv + 1, &error);
  if (arguments != NULL)
    (void) run_command (&cli, arguments, g_steal_pointer (&settings_error), &error);
  if (error != NULL)
    print_error (error);
  cli_clear (&cli);
  g_clear_error (&settings_error);
  if (error == NULL)
    return EXIT_SUCCESS;
  return cli.status != 0 ? cli.status : exit_status_for (error);
}
