/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** yy_document_chooser_run_async: lets somebody choose a picture or a PDF; @title: of the document
 * wanted */
void yy_document_chooser_run_async (GtkWindow *parent,
                                    const char *title,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/** yy_document_chooser_run_finish: Returns: (transfer full): %NULL with %G_IO_ERROR_CANCELLED when
 * none was chosen */
GFile *yy_document_chooser_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
