/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-document-format.h"

#include <string.h>

/* GIF89a specification, sections 17 to 27 */
#define HEADER_SIZE     13
#define DESCRIPTOR_SIZE 10
#define IMAGE           0x2C
#define EXTENSION       0x21
#define TRAILER         0x3B
#define HAS_TABLE       0x80

typedef struct
{
  const guint8 *data;
  gsize size;
  gsize position;
  guint64 pixels; /* of all images: a decoder makes every one of them */
} Walk;

static gboolean
skip (Walk *walk, gsize count)
{
  if (count > walk->size - walk->position)
    return FALSE;
  walk->position += count;
  return TRUE;
}

static gboolean
skip_table (Walk *walk, guint8 flags)
{
  return (flags & HAS_TABLE) == 0 || skip (walk, (gsize) 3 << ((flags & 7) + 1));
}

static gboolean
skip_blocks (Walk *walk)
{
  while (walk->position < walk->size)
    {
      gsize length = walk->data[walk->position++];

      if (length == 0)
        return TRUE;
      if (!skip (walk, length))
        return FALSE;
    }
  return FALSE;
}

static gboolean
read_image (Walk *walk)
{
  const guint8 *image = walk->data + walk->position;
  guint64 width = 0;
  guint64 height = 0;
  guint8 code_size = 0;

  if (!skip (walk, DESCRIPTOR_SIZE))
    return FALSE;
  width = yy_document_le16 (image + 5);
  height = yy_document_le16 (image + 7);
  walk->pixels += width * height;
  if (width == 0 || height == 0 || walk->pixels > YY_DOCUMENT_MAX_PIXELS ||
      !skip_table (walk, image[9]) || walk->position >= walk->size)
    return FALSE;
  code_size = walk->data[walk->position++];
  return code_size >= 1 && code_size <= 8 && skip_blocks (walk);
}

static gboolean
read_block (Walk *walk)
{
  switch (walk->data[walk->position])
    {
    case IMAGE:
      return read_image (walk);
    case EXTENSION:
      return skip (walk, 2) && skip_blocks (walk);
    default:
      return FALSE;
    }
}

YyDocumentFault
yy_document_check_gif (const guint8 *data, gsize size, YyDocumentInfo *info)
{
  Walk walk = { .data = data, .size = size };

  if (!skip (&walk, HEADER_SIZE) ||
      (memcmp (data, "GIF87a", 6) != 0 && memcmp (data, "GIF89a", 6) != 0) ||
      !yy_document_set_pixels (info, yy_document_le16 (data + 6), yy_document_le16 (data + 8)) ||
      !skip_table (&walk, data[10]))
    return YY_DOCUMENT_CONTENT;
  while (walk.position < size && data[walk.position] != TRAILER)
    if (!read_block (&walk))
      return YY_DOCUMENT_CONTENT;
  if (walk.position >= size || walk.pixels == 0)
    return YY_DOCUMENT_CONTENT;
  walk.position++;
  return yy_document_is_harmless_tail (data + walk.position, size - walk.position)
             ? YY_DOCUMENT_GOOD
             : YY_DOCUMENT_CONTENT;
}
