/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-code.h"

#include <glib/gi18n.h>

#define DEFAULT_LENGTH 6
#define MAX_LENGTH     64

guint
yy_code_get_length (YyProfile *profile, YyCodeKind kind)
{
  static const char *const groups[] = {
    [YY_CODE_ACTIVATION] = "code",
    [YY_CODE_VERIFICATION] = "verification",
  };
  int length =
      g_key_file_get_integer (yy_profile_get_key_file (profile), groups[kind], "length", NULL);

  return length > 0 && length <= MAX_LENGTH ? (guint) length : DEFAULT_LENGTH;
}

gboolean
yy_code_check (YyProfile *profile, YyCodeKind kind, const YySecret *code, GError **error)
{
  guint length = yy_code_get_length (profile, kind);
  const char *bytes = yy_secret_bytes (code);
  gboolean good = yy_secret_length (code) == length;

  for (guint i = 0; good && i < length; i++)
    good = g_ascii_isdigit (bytes[i]);
  if (!good)
    g_set_error (error, YY_ERROR, YY_ERROR_CODE_INCORRECT,
                 ngettext ("The code has %u digit and nothing else, so this one was not sent",
                           "The code has %u digits and nothing else, so this one was not sent",
                           length),
                 length);
  return good;
}

gboolean
yy_code_check_possible (const YySecret *code, GError **error)
{
  const char *bytes = yy_secret_bytes (code);
  gsize length = yy_secret_length (code);
  gboolean good = length > 0 && length <= MAX_LENGTH;

  for (gsize i = 0; good && i < length; i++)
    good = bytes[i] > 0x20 && bytes[i] < 0x7f;
  if (!good)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_CODE_INCORRECT,
                         _ ("The code cannot be right, so it was not sent"));
  return good;
}
