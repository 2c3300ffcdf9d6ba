/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * yy_preview_async:
 * @document: contents of a file that somebody chose
 * @size: pixels of the picture's longer side, at most
 *
 * Makes a picture of a document (of its first page) in another process, so that a document made to
 * break a decoder breaks nothing here. It has ten seconds.
 */
void yy_preview_async (GBytes *document,
                       guint size,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
/** yy_preview_finish: Returns: (transfer full): the picture */
GdkTexture *yy_preview_finish (GAsyncResult *result, GError **error);

G_END_DECLS
