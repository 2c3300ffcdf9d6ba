/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <glib/gi18n.h>

#include "cli/code-input.h"
#include "cli/pin-input.h"
#include "cli/text.h"
#include "procedure/yy-activation.h"

typedef struct
{
  char *code;
  int fds[2]; /* code, new PIN */
} Options;

static void
on_progress (YyActivationStep step, gpointer data)
{
  Cli *cli = data;
  const char *title = yy_activation_step_get_title (step);

  if (cli->json)
    g_printerr ("• %s\n", title);
  else
    g_print ("• %s\n", title);
}

/* What the token shows of it now; without its id when the new snapshot is not there yet. */
static void
print_result (Cli *cli, YyToken *token, YyCertificate *certificate)
{
  YyToken *now = yy_token_manager_find (cli->manager, yy_token_get_serial (token),
                                        yy_token_get_module (token));
  GPtrArray *items = yy_token_get_certificates (now == NULL ? token : now);
  YyTokenCertificate shown = { .certificate = certificate, .has_key = 1 };
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  for (guint i = 0; i < items->len; i++)
    {
      YyTokenCertificate *item = items->pdata[i];

      if (g_bytes_equal (yy_certificate_get_der (item->certificate),
                         yy_certificate_get_der (certificate)))
        shown.id = item->id;
    }
  json_builder_begin_array (builder);
  cli_add_certificate (builder, token, &shown);
  json_builder_end_array (builder);
  cli_print_json (builder);
}

static void
print_words (YyCertificate *certificate)
{
  g_autofree char *name = text_clean (yy_certificate_get_common_name (certificate));
  g_autofree char *validity = text_dup_validity (certificate);

  g_print (
      _ ("The certificate of %s is on the token, %s. A test signature with it was verified.\n"),
      name, validity);
}

static gboolean
activate (Cli *cli, YyToken *token, YySecret *code, YySecret *new_pin, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (YyCertificate) certificate = NULL;

  yy_activation_run_async (cli->manager, cli->service, yy_profile_get_pin_policy (cli->profile),
                           yy_token_get_serial (token), yy_token_get_module (token), code, new_pin,
                           on_progress, cli, cli->cancellable, cli_ready, &result);
  cli_await (&result);
  certificate = yy_activation_run_finish (result, error);
  if (certificate == NULL)
    return FALSE;
  if (cli->json)
    print_result (cli, token, certificate);
  else
    print_words (certificate);
  return TRUE;
}

static gboolean
run (Cli *cli, Options *options, GError **error)
{
  g_autoptr (YyToken) token = NULL;
  g_autoptr (YySecret) code = NULL;
  g_autoptr (YySecret) new_pin = NULL;

  if (!cli_start_service (cli, error) || !cli_start_tokens (cli, error) ||
      (token = cli_find_token (cli, TRUE, error)) == NULL)
    return FALSE;
  code = code_input_take (cli, YY_CODE_ACTIVATION, options->code, options->fds[0], error);
  if (code == NULL)
    return FALSE;
  new_pin = pin_input_read_new (cli, options->fds[1], token, error);
  if (new_pin == NULL)
    return FALSE;
  return activate (cli, token, g_steal_pointer (&code), g_steal_pointer (&new_pin), error);
}

gboolean
command_activate (Cli *cli, char **arguments, GError **error)
{
  static const char *const names[] = { "--code-fd", "--new-pin-fd" };
  Options options = { .fds = { PIN_INPUT_NONE, PIN_INPUT_NONE } };
  const GOptionEntry entries[] = {
    { "code", 'c', 0, G_OPTION_ARG_STRING, &options.code,
      N_ ("Activation code from the text message"), N_ ("CODE") },
    { "code-fd", 0, 0, G_OPTION_ARG_INT, &options.fds[0],
      N_ ("Read the activation code from this descriptor"), "N" },
    { "new-pin-fd", 0, 0, G_OPTION_ARG_INT, &options.fds[1],
      N_ ("Read the new PIN from this descriptor"), "N" },
    G_OPTION_ENTRY_NULL,
  };
  gboolean good = cli_parse (cli, "activate", _ ("activate a token received from the CA"), entries,
                             arguments, error) &&
                  pin_input_check_descriptors (names, options.fds, 2, error);

  code_input_hide (arguments, options.code);
  if (good && options.code != NULL && options.fds[0] != PIN_INPUT_NONE)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE,
                           _ ("--code and --code-fd cannot be used together"));
      good = FALSE;
    }
  good = good && run (cli, &options, error);
  code_input_free (options.code);
  return good;
}
