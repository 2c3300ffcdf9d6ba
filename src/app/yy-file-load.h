/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * yy_file_load_async:
 * @max_size: bytes; what is larger, or grows meanwhile, is read no further than one byte beyond
 *
 * Reads a file that somebody chose. What is no ordinary file (a folder, a pipe, a device) is
 * refused before it is opened: %G_IO_ERROR_NOT_REGULAR_FILE.
 */
void yy_file_load_async (GFile *file,
                         gsize max_size,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
/** yy_file_load_finish: Returns: (transfer full): the contents, or the first @max_size + 1 bytes */
GBytes *yy_file_load_finish (GAsyncResult *result, GError **error);

G_END_DECLS
