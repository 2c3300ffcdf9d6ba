/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-document-format.h"

#include <string.h>

/* ISO/IEC 15948, chapters 5 and 11 */
#define SIGNATURE_SIZE 8
#define CHUNK_OVERHEAD 12
#define HEADER_SIZE    13
#define MAX_SIDE       0x7FFFFFFF
#define PALETTE        3

typedef struct
{
  gboolean indexed;
  gboolean palette;
  gboolean pixels;
  gboolean pixels_over;
  gboolean ended;
} Walk;

static void
make_crc_table (guint32 table[256])
{
  for (guint32 i = 0; i < 256; i++)
    {
      guint32 crc = i;

      for (guint bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
      table[i] = crc;
    }
}

static guint32
crc_of (const guint32 table[256], const guint8 *data, gsize size)
{
  guint32 crc = 0xFFFFFFFF;

  for (gsize i = 0; i < size; i++)
    crc = table[(crc ^ data[i]) & 0xFF] ^ crc >> 8;
  return ~crc;
}

/* Table 11.1: the depths each type of colour allows, one bit each. */
static gboolean
is_depth_allowed (guint8 colour, guint8 depth)
{
  static const guint32 allowed[7] = {
    [0] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16,
    [2] = 1 << 8 | 1 << 16,
    [PALETTE] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8,
    [4] = 1 << 8 | 1 << 16,
    [6] = 1 << 8 | 1 << 16,
  };

  return colour < G_N_ELEMENTS (allowed) && depth <= 16 && (allowed[colour] >> depth & 1) != 0;
}

static gboolean
read_header (Walk *walk, const guint8 *data, gsize size, YyDocumentInfo *info)
{
  if (size != HEADER_SIZE || yy_document_be32 (data) > MAX_SIDE ||
      yy_document_be32 (data + 4) > MAX_SIDE || !is_depth_allowed (data[9], data[8]) ||
      data[10] != 0 || data[11] != 0 || data[12] > 1)
    return FALSE;
  walk->indexed = data[9] == PALETTE;
  return yy_document_set_pixels (info, yy_document_be32 (data), yy_document_be32 (data + 4));
}

/* Any chunk but the first. */
static gboolean
read_chunk (Walk *walk, const guint8 *type, gsize size)
{
  gboolean pixels = memcmp (type, "IDAT", 4) == 0;

  for (guint i = 0; i < 4; i++)
    if (!g_ascii_isalpha (type[i]))
      return FALSE;
  walk->pixels_over = walk->pixels_over || (walk->pixels && !pixels);
  if (pixels)
    {
      gboolean right = !walk->pixels_over && (!walk->indexed || walk->palette);

      walk->pixels = TRUE;
      return right;
    }
  if (memcmp (type, "PLTE", 4) == 0)
    {
      gboolean right = !walk->palette && !walk->pixels && size > 0 && size <= 768 && size % 3 == 0;

      walk->palette = TRUE;
      return right;
    }
  walk->ended = memcmp (type, "IEND", 4) == 0;
  /* A capital letter marks what a decoder has to know. */
  return walk->ended ? size == 0 && walk->pixels : g_ascii_islower (type[0]);
}

YyDocumentFault
yy_document_check_png (const guint8 *data, gsize size, YyDocumentInfo *info)
{
  Walk walk = { 0 };
  guint32 table[256];
  gsize position = SIGNATURE_SIZE;

  make_crc_table (table);
  while (!walk.ended)
    {
      const guint8 *chunk = data + position;
      const guint8 *type = chunk + 4;
      gsize rest = size - position;
      gsize length = 0;
      gboolean right = FALSE;

      if (rest < CHUNK_OVERHEAD)
        return YY_DOCUMENT_CONTENT;
      length = yy_document_be32 (chunk);
      if (length > rest - CHUNK_OVERHEAD ||
          crc_of (table, type, length + 4) != yy_document_be32 (type + 4 + length))
        return YY_DOCUMENT_CONTENT;
      if (position == SIGNATURE_SIZE)
        right = memcmp (type, "IHDR", 4) == 0 && read_header (&walk, type + 4, length, info);
      else
        right = read_chunk (&walk, type, length);
      if (!right)
        return YY_DOCUMENT_CONTENT;
      position += length + CHUNK_OVERHEAD;
    }
  return yy_document_is_harmless_tail (data + position, size - position) ? YY_DOCUMENT_GOOD
                                                                         : YY_DOCUMENT_CONTENT;
}
