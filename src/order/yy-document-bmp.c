/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-document-format.h"

/* BITMAPFILEHEADER and BITMAPCOREHEADER to BITMAPV5HEADER, as Windows documents them */
#define FILE_HEADER 14
#define CORE_HEADER 12
#define INFO_HEADER 40
#define V5_HEADER   124

enum
{
  RGB = 0,
  RLE8 = 1,
  RLE4 = 2,
  BITFIELDS = 3,
  ALPHA_BITFIELDS = 6,
};

typedef struct
{
  const guint8 *data;
  gsize size;
  guint32 header;
  guint32 pixels; /* where they begin */
  guint64 width;
  guint64 height;
  guint16 depth;
  guint32 compression;
  guint32 colours;
  gboolean upside_down;
} Bitmap;

static gboolean
is_header_known (guint32 header)
{
  return header == CORE_HEADER || header == INFO_HEADER || header == 52 || header == 56 ||
         header == 64 || header == 108 || header == V5_HEADER;
}

static void
read_core (Bitmap *bitmap, const guint8 *header)
{
  bitmap->width = yy_document_le16 (header + 4);
  bitmap->height = yy_document_le16 (header + 6);
  bitmap->depth = yy_document_le16 (header + 10);
}

/* A negative height says that the first row is the top one. */
static void
read_info (Bitmap *bitmap, const guint8 *header)
{
  gint64 width = (gint32) yy_document_le32 (header + 4);
  gint64 height = (gint32) yy_document_le32 (header + 8);

  bitmap->width = (guint64) MAX (width, 0);
  bitmap->height = (guint64) ABS (height);
  bitmap->upside_down = height > 0;
  bitmap->depth = yy_document_le16 (header + 14);
  bitmap->compression = yy_document_le32 (header + 16);
  bitmap->colours = yy_document_le32 (header + 32);
}

static gboolean
read_headers (Bitmap *bitmap)
{
  const guint8 *header = bitmap->data + FILE_HEADER;

  if (bitmap->size < FILE_HEADER + CORE_HEADER)
    return FALSE;
  bitmap->pixels = yy_document_le32 (bitmap->data + 10);
  bitmap->header = yy_document_le32 (header);
  if (!is_header_known (bitmap->header) || bitmap->header > bitmap->size - FILE_HEADER)
    return FALSE;
  if (bitmap->header == CORE_HEADER)
    read_core (bitmap, header);
  else
    read_info (bitmap, header);
  return yy_document_le16 (header + (bitmap->header == CORE_HEADER ? 8 : 12)) == 1;
}

static gboolean
is_coding_known (const Bitmap *bitmap)
{
  switch (bitmap->compression)
    {
    case RGB:
      return bitmap->depth == 1 || bitmap->depth == 4 || bitmap->depth == 8 ||
             bitmap->depth == 16 || bitmap->depth == 24 || bitmap->depth == 32;
    case RLE8:
      return bitmap->depth == 8 && bitmap->upside_down;
    case RLE4:
      return bitmap->depth == 4 && bitmap->upside_down;
    case BITFIELDS:
    case ALPHA_BITFIELDS:
      return bitmap->depth == 16 || bitmap->depth == 32;
    default:
      return FALSE;
    }
}

/* Where the pixels may begin: behind the headers, the masks and the table of colours. */
static guint64
get_pixels_start (const Bitmap *bitmap)
{
  guint64 start = FILE_HEADER + (guint64) bitmap->header;
  guint64 entry = bitmap->header == CORE_HEADER ? 3 : 4;

  if (bitmap->header == INFO_HEADER && bitmap->compression == BITFIELDS)
    start += 12;
  if (bitmap->header == INFO_HEADER && bitmap->compression == ALPHA_BITFIELDS)
    start += 16;
  if (bitmap->depth <= 8)
    start += entry * (bitmap->colours == 0 ? 1u << bitmap->depth : bitmap->colours);
  return start;
}

/* The codes of a picture with run lengths, up to the one that ends it; 0 if there is none. */
static gsize
find_runs_end (const Bitmap *bitmap)
{
  gsize position = bitmap->pixels;

  while (position + 2 <= bitmap->size)
    {
      guint8 first = bitmap->data[position];
      guint8 second = bitmap->data[position + 1];
      gsize literal = bitmap->compression == RLE8 ? second : ((gsize) second + 1) / 2;

      position += 2;
      if (first != 0 || second == 0)
        continue;
      if (second == 1)
        return position;
      position += second == 2 ? 2 : (literal + 1) & ~(gsize) 1;
    }
  return 0;
}

static gsize
find_pixels_end (const Bitmap *bitmap)
{
  guint64 row = (bitmap->width * bitmap->depth + 31) / 32 * 4;
  guint64 end = bitmap->pixels + row * bitmap->height;

  if (bitmap->compression == RLE8 || bitmap->compression == RLE4)
    return find_runs_end (bitmap);
  return end <= bitmap->size ? (gsize) end : 0;
}

/* A colour profile stands behind the pixels; its place counts from the second header. */
static gsize
find_profile_end (const Bitmap *bitmap)
{
  const guint8 *header = bitmap->data + FILE_HEADER;
  guint64 end = 0;

  if (bitmap->header == V5_HEADER && yy_document_le32 (header + 116) != 0)
    end = FILE_HEADER + (guint64) yy_document_le32 (header + 112) + yy_document_le32 (header + 116);
  return end <= bitmap->size ? (gsize) end : 0;
}

YyDocumentFault
yy_document_check_bmp (const guint8 *data, gsize size, YyDocumentInfo *info)
{
  Bitmap bitmap = { .data = data, .size = size };
  gsize end = 0;

  if (!read_headers (&bitmap) || !yy_document_set_pixels (info, bitmap.width, bitmap.height) ||
      !is_coding_known (&bitmap) || bitmap.colours > 256 ||
      bitmap.pixels < get_pixels_start (&bitmap) || bitmap.pixels >= size)
    return YY_DOCUMENT_CONTENT;
  end = find_pixels_end (&bitmap);
  if (end == 0)
    return YY_DOCUMENT_CONTENT;
  end = MAX (end, find_profile_end (&bitmap));
  return yy_document_is_harmless_tail (data + end, size - end) ? YY_DOCUMENT_GOOD
                                                               : YY_DOCUMENT_CONTENT;
}
