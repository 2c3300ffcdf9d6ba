/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** VtSpan: bytes that belong to somebody else. */
typedef struct
{
  const guint8 *data;
  gsize length;
} VtSpan;

/**
 * vt_tlv_next:
 * @rest: what is left to read; moved behind the object
 * @tag: (out): one or two bytes, for example 0x7f49
 * @value: (out): points into @rest
 *
 * Reads one BER-TLV object (ISO 7816-4, 5.2.2) with a definite length of up to two bytes.
 *
 * Returns: %FALSE at the end and where the bytes are not such an object
 */
gboolean vt_tlv_next (VtSpan *rest, guint *tag, VtSpan *value);

/** vt_tlv_find: Finds the first object with @tag among the objects of @span, at this level only. */
gboolean vt_tlv_find (VtSpan span, guint tag, VtSpan *value);

/** vt_tlv_append: Appends an object; @length below 65536. */
void vt_tlv_append (GByteArray *out, guint tag, const guint8 *value, gsize length);
void vt_tlv_append_array (GByteArray *out, guint tag, const GByteArray *value);

G_END_DECLS
