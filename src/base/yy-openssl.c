/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yy-openssl.h"

#include <openssl/err.h>

gboolean
yy_set_openssl_error (GError **error, YyError code, const char *message)
{
  unsigned long reason = ERR_peek_error ();
  const char *text = reason == 0 ? NULL : ERR_reason_error_string (reason);

  ERR_clear_error ();
  if (text == NULL)
    g_set_error_literal (error, YY_ERROR, (int) code, message);
  else
    g_set_error (error, YY_ERROR, (int) code, "%s: %s", message, text);
  return FALSE;
}
