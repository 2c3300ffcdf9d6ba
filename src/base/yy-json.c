/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yy-json.h"

#include <string.h>

gboolean
yy_json_is_harmless (const char *text, gsize length, guint max_depth)
{
  static const char nul[] = "\\u0000";
  guint depth = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; i < length; i++)
    if (text[i] == '\\' && quoted)
      {
        if (length - i >= strlen (nul) && memcmp (text + i, nul, strlen (nul)) == 0)
          return FALSE;
        i++;
      }
    else if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && (text[i] == '{' || text[i] == '[') && ++depth > max_depth)
      return FALSE;
    else if (!quoted && (text[i] == '}' || text[i] == ']') && depth > 0)
      depth--;
  return TRUE;
}
