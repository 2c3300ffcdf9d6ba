/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-document.h"

G_BEGIN_DECLS

/** YY_PDF_MAX_REFERENCES: an array with more of them has too many to be one of pages */
#define YY_PDF_MAX_REFERENCES (YY_DOCUMENT_MAX_PAGES + 1)

typedef enum
{
  YY_PDF_OTHER, /* a string, a real number, true, false, null; a keyword where one is allowed */
  YY_PDF_INTEGER,
  YY_PDF_REFERENCE,
  YY_PDF_NAME,
  YY_PDF_ARRAY,
  YY_PDF_DICTIONARY,
} YyPdfType;

/**
 * YyPdfValue:
 * @integer: of an integer; the object's number of a reference
 * @name: of a name, or the first name of an array; longer ones are cut
 * @n_items: in an array
 * @n_references: how many of an array's items are references
 * @references: the first of them: numbers of objects
 */
typedef struct
{
  YyPdfType type;
  gint64 integer;
  char name[16];
  guint n_items;
  guint n_references;
  guint32 references[YY_PDF_MAX_REFERENCES];
} YyPdfValue;

/**
 * YyPdfEntryFunc:
 * @depth: 1 for an entry of the object's own dictionary, more for those inside
 *
 * Called for each entry of each dictionary. Returns: %FALSE to stop
 */
typedef gboolean (*YyPdfEntryFunc) (const char *key,
                                    const YyPdfValue *value,
                                    guint depth,
                                    gpointer user_data);

/**
 * YyPdfReader:
 * @budget: how many bytes may still be read; shared by all readers of a document, so that objects
 * that lie in each other cost no more than others
 *
 * Reads values as ISO 32000-1, 7.2 and 7.3 write them, hostile ones included. It keeps no tree.
 */
typedef struct
{
  const guint8 *data;
  gsize size;
  gsize position;
  gsize *budget;
  YyPdfEntryFunc entry;
  gpointer user_data;
} YyPdfReader;

/** yy_pdf_reader_read_value: Returns: %FALSE when there is no value, or no end to it */
gboolean yy_pdf_reader_read_value (YyPdfReader *self, YyPdfValue *value);

/** yy_pdf_reader_skip_keyword: Returns: whether @keyword comes next; then it was read */
gboolean yy_pdf_reader_skip_keyword (YyPdfReader *self, const char *keyword);

/** yy_pdf_reader_is_dictionary: Returns: whether a dictionary comes next; nothing was read */
gboolean yy_pdf_reader_is_dictionary (YyPdfReader *self);

/** yy_pdf_is_space: Returns: whether @c is white space in a PDF */
gboolean yy_pdf_is_space (guint8 c);

G_END_DECLS
