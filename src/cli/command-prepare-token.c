/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <glib/gi18n.h>

#include "procedure/yy-preparation.h"

static gboolean
run (Cli *cli, const char *order, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (YyToken) token = NULL;
  JsonBuilder *builder = NULL;

  if (!cli_start_service (cli, error) || !cli_start_tokens (cli, error) ||
      (token = cli_find_token (cli, FALSE, error)) == NULL)
    return FALSE;
  yy_preparation_run_async (cli->manager, cli->service, yy_token_get_serial (token),
                            yy_token_get_module (token), order, cli->cancellable, cli_ready,
                            &result);
  cli_await (&result);
  if (!yy_preparation_run_finish (result, error))
    return FALSE;
  if (!cli->json)
    {
      g_print (_ ("The token %s was prepared for the order %s.\n"), yy_token_get_serial (token),
               order);
      return TRUE;
    }
  builder = cli_begin_result (token, "prepared");
  cli_add_text (builder, "order", order);
  cli_end_result (builder);
  return TRUE;
}

gboolean
command_prepare_token (Cli *cli, char **arguments, GError **error)
{
  g_autofree char *order = NULL;
  const GOptionEntry entries[] = {
    { "order", 'o', 0, G_OPTION_ARG_STRING, &order, N_ ("Number of the order the token is for"),
      N_ ("NUMBER") },
    G_OPTION_ENTRY_NULL,
  };

  if (!cli_parse (cli, "prepare-token",
                  _ ("for the CA's office: erase a token and prepare it for an order"), entries,
                  arguments, error))
    return FALSE;
  if (cli->token == NULL || order == NULL || *order == '\0')
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE,
                           cli->token == NULL ? _ ("--token is missing")
                                              : _ ("--order is missing"));
      return FALSE;
    }
  return run (cli, order, error);
}
