/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <glib/gi18n.h>

#include "cli/pin-input.h"
#include "cli/text.h"
#include "token/yy-token-session.h"

/* Without --id the certificate issued last is meant. */
static YyTokenCertificate *
choose_certificate (YyToken *token, const char *id, GError **error)
{
  GPtrArray *certificates = yy_token_get_certificates (token);
  YyTokenCertificate *chosen = NULL;

  for (guint i = 0; i < certificates->len; i++)
    {
      YyTokenCertificate *item = certificates->pdata[i];
      g_autofree char *hex = text_dup_hex (item->id);

      if (id != NULL ? g_ascii_strcasecmp (hex, id) != 0 : item->has_key == 0)
        continue;
      if (chosen == NULL ||
          g_date_time_compare (yy_certificate_get_not_before (item->certificate),
                               yy_certificate_get_not_before (chosen->certificate)) > 0)
        chosen = item;
    }
  if (chosen == NULL)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_NO_SUCH_OBJECT,
                         _ ("There is no certificate with a key on the token to sign with"));
  return chosen;
}

static gboolean
login_and_sign (Cli *cli, YyTokenSession *session, const YySecret *pin, GBytes *id, GError **error)
{
  g_autoptr (GAsyncResult) login = NULL;
  g_autoptr (GAsyncResult) test = NULL;

  yy_token_session_login_async (session, pin, cli->cancellable, cli_ready, &login);
  cli_await (&login);
  if (!yy_token_session_finish (session, login, error))
    return FALSE;
  yy_token_session_test_signature_async (session, id, cli->cancellable, cli_ready, &test);
  cli_await (&test);
  return yy_token_session_finish (session, test, error);
}

static gboolean
test_signature (Cli *cli,
                YyToken *token,
                const YySecret *pin,
                gboolean last_try,
                GBytes *id,
                GError **error)
{
  g_autoptr (YyTokenSession) session =
      yy_token_session_new (cli->manager, yy_token_get_serial (token), yy_token_get_module (token),
                            error);
  GError *local = NULL;

  if (session == NULL)
    return FALSE;
  if (last_try)
    yy_token_session_allow_last_try (session);
  return login_and_sign (cli, session, pin, id, &local) || cli_fail_pin (cli, token, local, error);
}

static void
print_result (Cli *cli, YyToken *token, const YyTokenCertificate *item)
{
  g_autofree char *id = text_dup_hex (item->id);
  g_autofree char *name = text_clean (yy_certificate_get_common_name (item->certificate));
  JsonBuilder *builder = NULL;

  if (!cli->json)
    {
      g_print (_ ("The token signed, and the signature was verified with the certificate of %s.\n"),
               name);
      return;
    }
  builder = cli_begin_result (token, "verified");
  cli_add_text (builder, "id", id);
  cli_add_text (builder, "subject", yy_certificate_get_subject (item->certificate));
  cli_add_text (builder, "sha256", yy_certificate_get_sha256 (item->certificate));
  json_builder_set_member_name (builder, "verified");
  json_builder_add_boolean_value (builder, TRUE);
  cli_end_result (builder);
}

static gboolean
run (Cli *cli, const char *id, int pin_fd, gboolean last_try, GError **error)
{
  g_autoptr (YyToken) token = NULL;
  g_autoptr (YySecret) pin = NULL;
  YyTokenCertificate *item = NULL;

  if (!cli_start_tokens (cli, error) || (token = cli_find_token (cli, TRUE, error)) == NULL)
    return FALSE;
  item = choose_certificate (token, id, error);
  if (item == NULL)
    return FALSE;
  pin = pin_input_read_present (cli, pin_fd, token, last_try, error);
  if (pin == NULL || !test_signature (cli, token, pin, last_try, item->id, error))
    return FALSE;
  print_result (cli, token, item);
  return TRUE;
}

gboolean
command_test_signature (Cli *cli, char **arguments, GError **error)
{
  static const char *const names[] = { "--pin-fd" };
  g_autofree char *id = NULL;
  int fd = PIN_INPUT_NONE;
  gboolean last_try = FALSE;
  const GOptionEntry entries[] = {
    { "id", 'i', 0, G_OPTION_ARG_STRING, &id,
      N_ ("Sign with the key of the certificate with this id"), N_ ("HEX") },
    { "pin-fd", 0, 0, G_OPTION_ARG_INT, &fd, N_ ("Read the PIN from this descriptor"), "N" },
    { "last-try", 0, 0, G_OPTION_ARG_NONE, &last_try,
      N_ ("Send the PIN even if it is the last try"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  return cli_parse (cli, "test-signature", _ ("sign with a token's key and verify the signature"),
                    entries, arguments, error) &&
         pin_input_check_descriptors (names, &fd, 1, error) && run (cli, id, fd, last_try, error);
}
