/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-pdf-reader.h"

G_BEGIN_DECLS

/**
 * YyPdfPages:
 *
 * The objects of a document as far as its number of pages depends on them. Where a file holds an
 * object more than once, readers may disagree about which of them counts: then the one with the
 * most pages does.
 */
typedef struct _YyPdfPages YyPdfPages;

YyPdfPages *yy_pdf_pages_new (void);
void yy_pdf_pages_free (YyPdfPages *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyPdfPages, yy_pdf_pages_free)

/** yy_pdf_pages_add_root: @number: of the object that some catalogue names as its pages */
void yy_pdf_pages_add_root (YyPdfPages *self, gint64 number);

/**
 * yy_pdf_pages_add:
 * @number: of the object
 * @value: the object
 * @kids: (nullable): its entry of that name
 * @count: its entry of that name, or 0
 */
void yy_pdf_pages_add (YyPdfPages *self,
                       guint32 number,
                       const YyPdfValue *value,
                       const YyPdfValue *kids,
                       gint64 count);

/**
 * yy_pdf_pages_count:
 * @pages: (out): at most one more than %YY_DOCUMENT_MAX_PAGES
 *
 * Returns: %FALSE if the tree of pages is damaged or has no end
 */
gboolean yy_pdf_pages_count (YyPdfPages *self, guint *pages);

G_END_DECLS
