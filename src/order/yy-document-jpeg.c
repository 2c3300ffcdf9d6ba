/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-document-format.h"

#include <string.h>

/* ISO/IEC 10918-1, table B.1 */
#define SOF0 0xC0
#define DHT  0xC4
#define JPG  0xC8
#define RST0 0xD0
#define RST7 0xD7
#define SOI  0xD8
#define EOI  0xD9
#define SOS  0xDA
#define DQT  0xDB
#define DAC  0xCC
#define DRI  0xDD
#define APP0 0xE0
#define APPF 0xEF
#define COM  0xFE

/* Each scan of a progressive picture makes a decoder go through all of it again. */
#define MAX_SCANS 64
/* A telephone's camera puts a small picture or two behind the large one (CIPA DC-007). */
#define MAX_PICTURES 4

typedef struct
{
  const guint8 *data;
  gsize size;
  gsize position;
  gboolean framed;
  guint scans;
} Walk;

static gboolean
is_frame (guint8 marker)
{
  return marker >= SOF0 && marker <= 0xCF && marker != DHT && marker != JPG && marker != DAC;
}

static gboolean
is_table (guint8 marker)
{
  return marker == DHT || marker == DAC || marker == DQT || marker == DRI || marker == COM ||
         (marker >= APP0 && marker <= APPF);
}

/* Baseline, extended and progressive, with Huffman or arithmetic coding: what decoders know. */
static gboolean
read_frame (Walk *walk, guint8 marker, gsize length, YyDocumentInfo *info)
{
  const guint8 *frame = walk->data + walk->position + 2;
  gboolean known = marker <= SOF0 + 2 || marker == SOF0 + 9 || marker == SOF0 + 10;

  if (walk->framed || !known || length < 8 || frame[0] != 8 ||
      (frame[5] != 1 && frame[5] != 3 && frame[5] != 4) || length != 8 + 3 * (gsize) frame[5])
    return FALSE;
  walk->framed = TRUE;
  return yy_document_set_pixels (info, yy_document_be16 (frame + 3), yy_document_be16 (frame + 1));
}

/* To the next marker that is not part of the coded data. */
static gboolean
skip_scan (Walk *walk)
{
  while (walk->position < walk->size)
    {
      const guint8 *start = walk->data + walk->position;
      const guint8 *found = memchr (start, 0xFF, walk->size - walk->position);

      if (found == NULL || found + 1 >= walk->data + walk->size)
        return FALSE;
      walk->position = (gsize) (found - walk->data);
      if (found[1] == 0xFF)
        walk->position++;
      else if (found[1] == 0 || (found[1] >= RST0 && found[1] <= RST7))
        walk->position += 2;
      else
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_marker (Walk *walk, guint8 *marker)
{
  if (walk->position >= walk->size || walk->data[walk->position] != 0xFF)
    return FALSE;
  while (walk->position < walk->size && walk->data[walk->position] == 0xFF)
    walk->position++;
  if (walk->position >= walk->size)
    return FALSE;
  *marker = walk->data[walk->position++];
  return TRUE;
}

static gboolean
read_segment (Walk *walk, guint8 marker, YyDocumentInfo *info)
{
  gsize length = 0;

  if (walk->size - walk->position < 2)
    return FALSE;
  length = yy_document_be16 (walk->data + walk->position);
  if (length < 2 || length > walk->size - walk->position)
    return FALSE;
  if (is_frame (marker) && !read_frame (walk, marker, length, info))
    return FALSE;
  if (!is_frame (marker) && !is_table (marker) && marker != SOS)
    return FALSE;
  walk->position += length;
  if (marker != SOS)
    return TRUE;
  return walk->framed && ++walk->scans <= MAX_SCANS && skip_scan (walk);
}

/* One picture, from SOI to EOI. */
static gboolean
read_picture (Walk *walk, YyDocumentInfo *info)
{
  guint8 marker = 0;

  walk->framed = FALSE;
  walk->scans = 0;
  if (!read_marker (walk, &marker) || marker != SOI)
    return FALSE;
  while (read_marker (walk, &marker))
    if (marker == EOI)
      return walk->scans > 0;
    else if (!read_segment (walk, marker, info))
      return FALSE;
  return FALSE;
}

static gboolean
is_picture (const Walk *walk)
{
  return walk->size - walk->position > 2 &&
         memcmp (walk->data + walk->position, "\xff\xd8\xff", 3) == 0;
}

YyDocumentFault
yy_document_check_first_jpeg (const guint8 *data, gsize size, YyDocumentInfo *info)
{
  Walk walk = { .data = data, .size = size };

  return read_picture (&walk, info) ? YY_DOCUMENT_GOOD : YY_DOCUMENT_CONTENT;
}

YyDocumentFault
yy_document_check_jpeg (const guint8 *data, gsize size, YyDocumentInfo *info)
{
  Walk walk = { .data = data, .size = size };

  if (!read_picture (&walk, info))
    return YY_DOCUMENT_CONTENT;
  for (guint i = 1; i < MAX_PICTURES && is_picture (&walk); i++)
    {
      YyDocumentInfo other = { 0 };

      if (!read_picture (&walk, &other))
        return YY_DOCUMENT_CONTENT;
    }
  return yy_document_is_harmless_tail (data + walk.position, size - walk.position)
             ? YY_DOCUMENT_GOOD
             : YY_DOCUMENT_CONTENT;
}
