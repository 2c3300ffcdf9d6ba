/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * yy_filter_async:
 * @command: (array zero-terminated=1): a program and its arguments
 * @input: for its standard input
 * @max_output: bytes of its standard output; one that writes more is stopped
 * @seconds: that it has; one that needs more is stopped
 *
 * Runs a program that makes one thing of another. It is stopped when @cancellable is cancelled.
 * Nothing that it does is trusted: what is read of it is bounded in size and time.
 */
void yy_filter_async (const char *const *command,
                      GBytes *input,
                      gsize max_output,
                      guint seconds,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
/** yy_filter_finish: Returns: (transfer full): what it wrote, when its exit status was 0 */
GBytes *yy_filter_finish (GAsyncResult *result, GError **error);

G_END_DECLS
