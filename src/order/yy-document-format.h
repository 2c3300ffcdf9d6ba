/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-document.h"

G_BEGIN_DECLS

/* What yy_document_check() is made of: one function a format. Each is given hostile bytes that
   begin with the format's mark, sets the size or the number of pages, and takes linear time. */

YyDocumentFault yy_document_check_jpeg (const guint8 *data, gsize size, YyDocumentInfo *info);
YyDocumentFault yy_document_check_png (const guint8 *data, gsize size, YyDocumentInfo *info);
YyDocumentFault yy_document_check_gif (const guint8 *data, gsize size, YyDocumentInfo *info);
YyDocumentFault yy_document_check_bmp (const guint8 *data, gsize size, YyDocumentInfo *info);
YyDocumentFault yy_document_check_pdf (const guint8 *data, gsize size, YyDocumentInfo *info);

/** yy_document_check_first_jpeg: looks at the first picture only, whatever stands behind it */
YyDocumentFault yy_document_check_first_jpeg (const guint8 *data, gsize size, YyDocumentInfo *info);

/**
 * yy_document_set_pixels:
 *
 * Sets the size of a picture. Returns: %FALSE if it has no pixels, or more than
 * %YY_DOCUMENT_MAX_PIXELS
 */
gboolean yy_document_set_pixels (YyDocumentInfo *info, guint64 width, guint64 height);

/**
 * yy_document_is_harmless_tail:
 *
 * Whether what stands behind the end of a document can stay there: nothing, padding, or the few
 * bytes that some scanners leave, but no other kind of file.
 */
gboolean yy_document_is_harmless_tail (const guint8 *data, gsize size);

static inline guint16
yy_document_be16 (const guint8 *data)
{
  return (guint16) (data[0] << 8 | data[1]);
}

static inline guint32
yy_document_be32 (const guint8 *data)
{
  return (guint32) yy_document_be16 (data) << 16 | yy_document_be16 (data + 2);
}

static inline guint16
yy_document_le16 (const guint8 *data)
{
  return (guint16) (data[1] << 8 | data[0]);
}

static inline guint32
yy_document_le32 (const guint8 *data)
{
  return (guint32) yy_document_le16 (data + 2) << 16 | yy_document_le16 (data);
}

G_END_DECLS
