/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yy-process.h"
#include "ra/ra-command.h"

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gi18n.h>

#define EXIT_FAILED 1
#define EXIT_USAGE  2

static const RaCommand *const commands[] = {
  &ra_command_init,         &ra_command_serve,        &ra_command_order_add,
  &ra_command_order_list,   &ra_command_order_show,   &ra_command_order_approve,
  &ra_command_order_reject, &ra_command_order_resend, &ra_command_order_withdraw,
  &ra_command_order_open,   &ra_command_order_form,   &ra_command_outbox,
  &ra_command_audit,        &ra_command_token_list,   &ra_command_token_allow,
  &ra_command_office_add,
};

static const GOptionEntry common_options[] = {
  { "dir", 0, 0, G_OPTION_ARG_FILENAME, &ra_command_options.directory, N_ ("Directory of the CA"),
    "DIR" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &ra_command_options.json, N_ ("Print JSON"), NULL },
  G_OPTION_ENTRY_NULL
};

static void
print_help (void)
{
  g_print (_ ("Usage: yinyao-ra COMMAND --dir DIR [OPTION…]\n\nCommands:\n"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *line = g_strdup_printf ("%s %s", commands[i]->name, commands[i]->arguments);

      g_print ("  %-27s %s\n", line, _ (commands[i]->summary));
    }
  g_print (_ ("\n“yinyao-ra COMMAND --help” shows a command's options.\n"));
}

/* @words name no command. */
static int
run_without_command (char **words)
{
  g_autofree char *given = g_strjoinv (" ", words);

  if (g_strv_contains ((const char *const *) words, "--help") ||
      g_strv_contains ((const char *const *) words, "-h"))
    print_help ();
  else if (g_strcmp0 (words[0], "--version") == 0)
    g_print ("yinyao-ra %s\n", VERSION);
  else
    {
      g_printerr ("yinyao-ra: ");
      if (words[0] == NULL)
        g_printerr (_ ("No command was given"));
      else
        g_printerr (_ ("Unknown command “%s”"), given);
      g_printerr ("\n%s\n", _ ("See “yinyao-ra --help”."));
      return EXIT_USAGE;
    }
  return 0;
}

/* How many words of the command line are the command's name; 0: it is another one. */
static guint
match (const RaCommand *command, char **words, guint count)
{
  g_auto (GStrv) name = g_strsplit (command->name, " ", -1);
  guint length = g_strv_length (name);

  if (count < length)
    return 0;
  for (guint i = 0; i < length; i++)
    if (!g_str_equal (name[i], words[i]))
      return 0;
  return length;
}

static gboolean
parse (const RaCommand *command, char ***arguments, GError **error)
{
  g_autofree char *usage = g_strdup_printf ("%s %s", command->name, command->arguments);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);

  g_option_context_set_summary (context, _ (command->summary));
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, common_options, GETTEXT_PACKAGE);
  if (command->options != NULL)
    g_option_context_add_main_entries (context, command->options, GETTEXT_PACKAGE);
  if (!g_option_context_parse_strv (context, arguments, error))
    return FALSE;
  /* The parser leaves the program's name in front. */
  if (g_strv_length (*arguments) != command->n_arguments + 1)
    g_set_error (error, YY_ERROR, YY_ERROR_USAGE, _ ("Usage: yinyao-ra %s --dir DIR"), usage);
  else if (ra_command_options.directory == NULL)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("--dir is needed"));
  else
    return TRUE;
  return FALSE;
}

static int
run (const RaCommand *command, char **words)
{
  g_autoptr (GPtrArray) copy = g_ptr_array_new ();
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (copy, g_strdup ("yinyao-ra"));
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (copy, g_strdup (words[i]));
  g_ptr_array_add (copy, NULL);
  arguments = (char **) g_ptr_array_steal (copy, NULL);
  if (parse (command, &arguments, &error) && command->run (arguments + 1, &error))
    return 0;
  g_printerr ("yinyao-ra: %s\n", error->message);
  return error->domain == G_OPTION_ERROR || g_error_matches (error, YY_ERROR, YY_ERROR_USAGE)
             ? EXIT_USAGE
             : EXIT_FAILED;
}

int
main (int argc, char **argv)
{
  guint count = argc < 1 ? 0 : (guint) argc - 1;

  yy_process_init ();
  yy_process_overwrite_freed ();
  yy_process_set_language (NULL, NULL);
  /* Standard output is for answers. */
  g_log_writer_default_set_use_stderr (TRUE);
  /* A command for text messages may end before it has read one. */
  (void) signal (SIGPIPE, SIG_IGN);
  /* Where files may not grow further it is as with a full disk: an error, and nothing is lost. */
  (void) signal (SIGXFSZ, SIG_IGN);
  /* Nothing that is made here is for other users. */
  umask (077);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      guint words = match (commands[i], argv + 1, count);

      if (words > 0)
        return run (commands[i], argv + 1 + words);
    }
  return run_without_command (argc < 1 ? argv : argv + 1);
}
