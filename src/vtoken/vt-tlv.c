/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-tlv.h"

static gboolean
take (VtSpan *rest, guint8 *byte)
{
  if (rest->length == 0)
    return FALSE;
  *byte = *rest->data++;
  rest->length--;
  return TRUE;
}

static gboolean
take_tag (VtSpan *rest, guint *tag)
{
  guint8 byte = 0;

  if (!take (rest, &byte))
    return FALSE;
  *tag = byte;
  if ((byte & 0x1f) != 0x1f)
    return TRUE;
  if (!take (rest, &byte) || (byte & 0x80) != 0)
    return FALSE;
  *tag = *tag << 8 | byte;
  return TRUE;
}

static gboolean
take_length (VtSpan *rest, gsize *length)
{
  guint8 byte = 0;
  guint more = 0;

  if (!take (rest, &byte))
    return FALSE;
  *length = byte;
  if (byte < 0x80)
    return TRUE;
  more = byte & 0x7f;
  if (more < 1 || more > 2)
    return FALSE;
  for (*length = 0; more > 0; more--)
    {
      if (!take (rest, &byte))
        return FALSE;
      *length = *length << 8 | byte;
    }
  return TRUE;
}

gboolean
vt_tlv_next (VtSpan *rest, guint *tag, VtSpan *value)
{
  gsize length = 0;

  if (!take_tag (rest, tag) || !take_length (rest, &length) || length > rest->length)
    return FALSE;
  *value = (VtSpan){ rest->data, length };
  rest->data += length;
  rest->length -= length;
  return TRUE;
}

gboolean
vt_tlv_find (VtSpan span, guint tag, VtSpan *value)
{
  guint found = 0;

  while (vt_tlv_next (&span, &found, value))
    if (found == tag)
      return TRUE;
  return FALSE;
}

void
vt_tlv_append (GByteArray *out, guint tag, const guint8 *value, gsize length)
{
  const guint8 tag_bytes[] = { tag >> 8, tag };
  const guint8 length_bytes[] = { 0x82, length >> 8, length };
  const guint8 short_length[] = { 0x81, length };

  g_return_if_fail (length <= G_MAXUINT16);

  g_byte_array_append (out, tag > 0xff ? tag_bytes : tag_bytes + 1, tag > 0xff ? 2 : 1);
  if (length < 0x80)
    g_byte_array_append (out, short_length + 1, 1);
  else if (length < 0x100)
    g_byte_array_append (out, short_length, 2);
  else
    g_byte_array_append (out, length_bytes, 3);
  if (length > 0)
    g_byte_array_append (out, value, length);
}

void
vt_tlv_append_array (GByteArray *out, guint tag, const GByteArray *value)
{
  vt_tlv_append (out, tag, value->data, value->len);
}
