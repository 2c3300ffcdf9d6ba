/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * yy_shrink_async:
 * @document: contents of a file that somebody chose, larger than %YY_DOCUMENT_MAX_SIZE
 *
 * Makes a picture small enough to be uploaded, in another process: photos of telephones never are.
 * It has a minute. Fails with %YY_ERROR_INVALID_DATA and what to do when @document is no picture
 * or cannot be made so small that its text stays readable.
 */
void yy_shrink_async (GBytes *document,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
/** yy_shrink_finish: Returns: (transfer full): a JPEG of at most %YY_DOCUMENT_MAX_SIZE bytes */
GBytes *yy_shrink_finish (GAsyncResult *result, GError **error);

/** yy_shrink_dup_sentence: Returns: (transfer full): translated; that it was done; sizes in bytes
 */
char *yy_shrink_dup_sentence (gsize before, gsize after);
/** yy_shrink_dup_name: Returns: (transfer full): the file's name, with the suffix of what it is now
 */
char *yy_shrink_dup_name (const char *file_name);

G_END_DECLS
