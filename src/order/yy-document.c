/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-document.h"

#include "order/yy-document-format.h"

#include <string.h>

#include <glib/gi18n.h>

#define MAX_TAIL 64
/* Readers of PDF look for its header that far into a file. */
#define PDF_HEADER_AREA 1024
#define ZIP_END_SIZE    22

static const struct
{
  const char *nick;
  const char *message;
} faults[YY_DOCUMENT_N_FAULTS] = {
  [YY_DOCUMENT_GOOD] = { "good", N_ ("The document can be taken") },
  [YY_DOCUMENT_EMPTY] = { "empty", N_ ("The file is empty. Choose the file with the scan") },
  [YY_DOCUMENT_TOO_LARGE] = { "too-large", N_ ("The file is larger than 1024 KB. Scan it with a "
                                               "lower resolution, or as a picture") },
  [YY_DOCUMENT_TYPE] = { "type", N_ ("This is no picture or PDF, whatever it is called. Choose a "
                                     "file of the type jpg, png, gif, bmp or pdf") },
  [YY_DOCUMENT_CONTENT] = { "content", N_ ("The file is damaged or protected by a password. Scan "
                                           "or save it again") },
  [YY_DOCUMENT_PAGES] = { "pages", N_ ("The file has more than 20 pages. Choose one that holds "
                                       "only this document") },
  [YY_DOCUMENT_DIGEST] = { "digest", N_ ("The file changed while it was uploaded. Upload it "
                                         "again") },
};

static const struct
{
  const char *suffix;
  const char *mark;
  gsize mark_size;
  YyDocumentFault (*check) (const guint8 *data, gsize size, YyDocumentInfo *info);
} formats[] = {
  [YY_DOCUMENT_JPEG] = { "jpg", "\xff\xd8\xff", 3, yy_document_check_jpeg },
  [YY_DOCUMENT_PNG] = { "png", "\x89PNG\r\n\x1a\n", 8, yy_document_check_png },
  [YY_DOCUMENT_GIF] = { "gif", "GIF8", 4, yy_document_check_gif },
  [YY_DOCUMENT_BMP] = { "bmp", "BM", 2, yy_document_check_bmp },
  [YY_DOCUMENT_PDF] = { "pdf", "%PDF-", 5, yy_document_check_pdf },
};

gboolean
yy_document_set_pixels (YyDocumentInfo *info, guint64 width, guint64 height)
{
  if (width == 0 || height == 0 || width > YY_DOCUMENT_MAX_PIXELS ||
      height > YY_DOCUMENT_MAX_PIXELS / width)
    return FALSE;
  info->width = (guint) width;
  info->height = (guint) height;
  info->pages = 1;
  return TRUE;
}

gboolean
yy_document_is_harmless_tail (const guint8 *data, gsize size)
{
  static const char padding[] = "\xff\t\n\f\r ";

  /* A line's end or a block's rest is no content, however long it is. */
  while (size > 0 && (data[size - 1] == 0 || strchr (padding, data[size - 1]) != NULL))
    size--;
  return size <= MAX_TAIL && memmem (data, size, "%PDF", 4) == NULL &&
         memmem (data, size, "PK", 2) == NULL;
}

/* The end of a ZIP's directory, which is where its readers begin (APPNOTE.TXT, section 4.3.16). */
static gboolean
is_zip_end (const guint8 *data, gsize size, gsize position)
{
  const guint8 *end = data + position;

  return size - position >= ZIP_END_SIZE &&
         (guint64) yy_document_le32 (end + 12) + yy_document_le32 (end + 16) <= position &&
         yy_document_le16 (end + 20) <= size - position - ZIP_END_SIZE;
}

/* A file that is a picture to one program and something else to another has no place here. */
static gboolean
is_something_else_too (const guint8 *data, gsize size)
{
  const guint8 *end = data + size;

  if (memmem (data, MIN (size, PDF_HEADER_AREA), "%PDF-", 5) != NULL)
    return TRUE;
  for (const guint8 *c = data; (c = memmem (c, (gsize) (end - c), "PK\5\6", 4)) != NULL; c++)
    if (is_zip_end (data, size, (gsize) (c - data)))
      return TRUE;
  return FALSE;
}

gboolean
yy_document_guess_format (GBytes *bytes, YyDocumentFormat *format)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (size >= formats[i].mark_size && memcmp (data, formats[i].mark, formats[i].mark_size) == 0)
      {
        *format = (YyDocumentFormat) i;
        return TRUE;
      }
  return FALSE;
}

YyDocumentFault
yy_document_check (GBytes *bytes, YyDocumentInfo *info)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  *info = (YyDocumentInfo){ 0 };
  if (size == 0)
    return YY_DOCUMENT_EMPTY;
  if (size > YY_DOCUMENT_MAX_SIZE)
    return YY_DOCUMENT_TOO_LARGE;
  if (!yy_document_guess_format (bytes, &info->format))
    return YY_DOCUMENT_TYPE;
  if (info->format != YY_DOCUMENT_PDF && is_something_else_too (data, size))
    return YY_DOCUMENT_CONTENT;
  return formats[info->format].check (data, size, info);
}

YyDocumentFault
yy_document_check_original (GBytes *bytes, YyDocumentInfo *info)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  *info = (YyDocumentInfo){ 0 };
  if (size == 0)
    return YY_DOCUMENT_EMPTY;
  if (size > YY_DOCUMENT_MAX_ORIGINAL)
    return YY_DOCUMENT_TOO_LARGE;
  if (!yy_document_guess_format (bytes, &info->format))
    return YY_DOCUMENT_TYPE;
  if (info->format == YY_DOCUMENT_PDF)
    return YY_DOCUMENT_TOO_LARGE;
  /* Films, larger copies and notes of a camera's maker are not taken over. */
  if (info->format == YY_DOCUMENT_JPEG)
    return yy_document_check_first_jpeg (data, size, info);
  return formats[info->format].check (data, size, info);
}

const char *
yy_document_fault_get_nick (YyDocumentFault fault)
{
  return faults[fault].nick;
}

gboolean
yy_document_fault_from_nick (const char *nick, YyDocumentFault *fault)
{
  for (guint i = 0; i < YY_DOCUMENT_N_FAULTS; i++)
    if (g_strcmp0 (nick, faults[i].nick) == 0)
      {
        *fault = (YyDocumentFault) i;
        return TRUE;
      }
  return FALSE;
}

const char *
yy_document_fault_get_message (YyDocumentFault fault)
{
  return _ (faults[fault].message);
}

const char *
yy_document_format_get_suffix (YyDocumentFormat format)
{
  return formats[format].suffix;
}
