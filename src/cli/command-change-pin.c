/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <glib/gi18n.h>

#include "cli/pin-input.h"
#include "token/yy-token-session.h"

static gboolean
check_different (const YySecret *old_pin, const YySecret *new_pin, GError **error)
{
  if (!yy_secret_equal (old_pin, new_pin))
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_PIN_POLICY,
                       _ ("The new PIN is the same as the present one"));
  return FALSE;
}

static gboolean
change_pin (Cli *cli,
            YyToken *token,
            const YySecret *old_pin,
            const YySecret *new_pin,
            gboolean last_try,
            GError **error)
{
  g_autoptr (YyTokenSession) session =
      yy_token_session_new (cli->manager, yy_token_get_serial (token), yy_token_get_module (token),
                            error);
  g_autoptr (GAsyncResult) result = NULL;
  GError *local = NULL;

  if (session == NULL)
    return FALSE;
  if (last_try)
    yy_token_session_allow_last_try (session);
  yy_token_session_change_pin_async (session, old_pin, new_pin, cli->cancellable, cli_ready,
                                     &result);
  cli_await (&result);
  return yy_token_session_finish (session, result, &local) ||
         cli_fail_pin (cli, token, local, error);
}

static gboolean
run (Cli *cli, int pin_fd, int new_pin_fd, gboolean last_try, GError **error)
{
  g_autoptr (YyToken) token = NULL;
  g_autoptr (YySecret) old_pin = NULL;
  g_autoptr (YySecret) new_pin = NULL;

  if (!cli_start_tokens (cli, error) || (token = cli_find_token (cli, TRUE, error)) == NULL)
    return FALSE;
  old_pin = pin_input_read_present (cli, pin_fd, token, last_try, error);
  if (old_pin == NULL)
    return FALSE;
  new_pin = pin_input_read_new (cli, new_pin_fd, token, error);
  if (new_pin == NULL || !check_different (old_pin, new_pin, error) ||
      !change_pin (cli, token, old_pin, new_pin, last_try, error))
    return FALSE;
  if (cli->json)
    cli_end_result (cli_begin_result (token, "pin-changed"));
  else
    g_print ("%s\n", _ ("The PIN was changed."));
  return TRUE;
}

gboolean
command_change_pin (Cli *cli, char **arguments, GError **error)
{
  static const char *const names[] = { "--pin-fd", "--new-pin-fd" };
  int fds[] = { PIN_INPUT_NONE, PIN_INPUT_NONE };
  gboolean last_try = FALSE;
  const GOptionEntry entries[] = {
    { "pin-fd", 0, 0, G_OPTION_ARG_INT, &fds[0], N_ ("Read the PIN from this descriptor"), "N" },
    { "new-pin-fd", 0, 0, G_OPTION_ARG_INT, &fds[1], N_ ("Read the new PIN from this descriptor"),
      "N" },
    { "last-try", 0, 0, G_OPTION_ARG_NONE, &last_try,
      N_ ("Send the PIN even if it is the last try"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  return cli_parse (cli, "change-pin", _ ("change the PIN of a token"), entries, arguments,
                    error) &&
         pin_input_check_descriptors (names, fds, G_N_ELEMENTS (fds), error) &&
         run (cli, fds[0], fds[1], last_try, error);
}
