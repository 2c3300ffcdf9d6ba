/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyDocumentRow:
 *
 * One document that has to be handed in. A file comes in by the button, by dropping it on the row
 * or by pasting it; it is looked at before anything is sent, shown as a small picture, and
 * uploaded. What goes wrong is told in the row, and can be tried again. Signal: "changed": whether
 * it is busy may be different now.
 */
#define YY_TYPE_DOCUMENT_ROW (yy_document_row_get_type ())
G_DECLARE_FINAL_TYPE (YyDocumentRow, yy_document_row, YY, DOCUMENT_ROW, AdwPreferencesRow)

/** yy_document_row_new: @token: serial number of the token whose order it belongs to */
GtkWidget *yy_document_row_new (YyClient *client, const char *token, YyDocuments document);

/** yy_document_row_show: how the document stands at the service */
void yy_document_row_show (YyDocumentRow *self, const YyTicketDocument *document);

YyDocuments yy_document_row_get_document (YyDocumentRow *self);
/** yy_document_row_is_busy: Returns: whether a file is being read or uploaded */
gboolean yy_document_row_is_busy (YyDocumentRow *self);
/** yy_document_row_stop: stops what is under way; it can be gone on with */
void yy_document_row_stop (YyDocumentRow *self);

G_END_DECLS
