/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/**
 * yy_token_lock_take:
 *
 * Keeps other runs of this user's programs from the token: two that set its PIN at the same time
 * would each be right about the SO PIN, but one of the two persons about the PIN. Ends with the
 * process at the latest. Where no lock can be made (no folder for it, or a strange file system)
 * the run goes on without.
 *
 * Returns: a descriptor for yy_token_lock_release(), -1 without a lock; @error is set when another
 *   run has it: %YY_ERROR_FAILED
 */
int yy_token_lock_take (const char *serial, GError **error);

/** yy_token_lock_release: @fd: -1 is allowed */
void yy_token_lock_release (int fd);

G_END_DECLS
