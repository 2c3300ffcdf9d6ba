/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "base/yy-secret.h"

G_BEGIN_DECLS

/**
 * terminal_wait_readable:
 *
 * Turns the main loop until @fd can be read from.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED when @cancellable was cancelled
 */
gboolean terminal_wait_readable (int fd, GCancellable *cancellable, GError **error);

/**
 * terminal_read_secret:
 * @prompt: question, already translated
 * @cancellable: its cancellation ends the wait; the terminal is restored first
 *
 * Asks at the controlling terminal, whatever stdin and stdout are, and shows nothing of what is
 * typed. Turns the main loop meanwhile.
 *
 * Returns: (transfer full): what was typed, maybe empty; %NULL with %YY_ERROR_USAGE when there is
 *   no terminal, or %G_IO_ERROR_CANCELLED
 */
YySecret *terminal_read_secret (const char *prompt, GCancellable *cancellable, GError **error);

G_END_DECLS
