/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-apdu.h"

static gsize
expected (gsize le, gsize zero_means)
{
  return le == 0 ? zero_means : le;
}

/* after the header: [Lc data] [Le] with one byte each */
static gboolean
parse_short (VtSpan body, VtCommand *command)
{
  gsize lc = body.data[0];

  if (body.length == 1)
    {
      command->le = expected (lc, 256);
      return TRUE;
    }
  if (lc == 0 || body.length < 1 + lc || body.length > 2 + lc)
    return FALSE;
  command->data = (VtSpan){ body.data + 1, lc };
  if (body.length == 2 + lc)
    command->le = expected (body.data[1 + lc], 256);
  return TRUE;
}

/* after the header: 00 [Lc data] [Le] with two bytes each */
static gboolean
parse_extended (VtSpan body, VtCommand *command)
{
  gsize lc = body.data[1] << 8 | body.data[2];

  if (body.length == 3)
    {
      command->le = expected (lc, 65536);
      return TRUE;
    }
  if (lc == 0 || (body.length != 3 + lc && body.length != 5 + lc))
    return FALSE;
  command->data = (VtSpan){ body.data + 3, lc };
  if (body.length == 5 + lc)
    command->le = expected (body.data[3 + lc] << 8 | body.data[4 + lc], 65536);
  return TRUE;
}

gboolean
vt_command_parse (const guint8 *bytes, gsize length, VtCommand *command)
{
  VtSpan body = { NULL, 0 };

  if (length < 4)
    return FALSE;
  *command = (VtCommand){ .cla = bytes[0], .ins = bytes[1], .p1 = bytes[2], .p2 = bytes[3] };
  body = (VtSpan){ bytes + 4, length - 4 };
  if (body.length == 0)
    return TRUE;
  if (body.data[0] == 0 && body.length >= 3)
    return parse_extended (body, command);
  return parse_short (body, command);
}
