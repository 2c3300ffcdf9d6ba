/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/code-input.h"

#include <string.h>

#include <glib/gi18n.h>
#include <openssl/crypto.h>

#include "cli/pin-input.h"

void
code_input_hide (char **arguments, const char *code)
{
  for (gsize i = 0; code != NULL && *code != '\0' && arguments[i] != NULL; i++)
    {
      char *place = strstr (arguments[i], code);

      if (place != NULL)
        memset (place, 'x', strlen (code));
    }
}

static YySecret *
read_code (Cli *cli, YyCodeKind kind, char *text, int fd, GError **error)
{
  const char *prompt =
      kind == YY_CODE_ACTIVATION ? _ ("Activation code: ") : _ ("Verification code: ");
  gsize length = text == NULL ? 0 : strlen (text);
  YySecret *code = NULL;

  if (text == NULL)
    return pin_input_read (cli, fd, prompt, error);
  if (length == 0 || length > YY_SECRET_MAX)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("--code is empty or too long"));
      return NULL;
    }
  code = yy_secret_new (text, length);
  OPENSSL_cleanse (text, length);
  return code;
}

YySecret *
code_input_take (Cli *cli, YyCodeKind kind, char *text, int fd, GError **error)
{
  g_autoptr (YySecret) code = read_code (cli, kind, text, fd, error);

  return code != NULL && yy_code_check (cli->profile, kind, code, error) ? g_steal_pointer (&code)
                                                                         : NULL;
}

void
code_input_free (char *text)
{
  if (text != NULL)
    OPENSSL_cleanse (text, strlen (text));
  g_free (text);
}
