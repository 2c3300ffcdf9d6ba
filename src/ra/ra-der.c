/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-der.h"

gboolean
ra_der_take (RaDer *der, guint8 *tag, RaDer *content)
{
  gsize header = 2;
  gsize length = 0;

  if (der->left < 2 || (der->data[0] & 0x1f) == 0x1f)
    return FALSE;
  length = der->data[1];
  if (length >= 0x80)
    {
      gsize count = length & 0x7f;

      if (count < 1 || count > 4 || der->left < 2 + count || der->data[2] == 0)
        return FALSE;
      length = 0;
      for (gsize i = 0; i < count; i++)
        length = length << 8 | der->data[2 + i];
      if (length < 0x80)
        return FALSE;
      header += count;
    }
  if (length > der->left - header)
    return FALSE;
  *tag = der->data[0];
  *content = (RaDer){ der->data + header, length };
  der->data += header + length;
  der->left -= header + length;
  return TRUE;
}

gboolean
ra_der_take_tagged (RaDer *der, guint8 wanted, RaDer *content)
{
  guint8 tag = 0;

  return ra_der_take (der, &tag, content) && tag == wanted;
}
