/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** YY_STALL_LIMIT: milliseconds an iteration of the main loop may take */
#define YY_STALL_LIMIT 50

/**
 * yy_stall_watch_start:
 *
 * From now on every iteration of the default main context that takes longer than %YY_STALL_LIMIT is
 * logged as a warning "main loop stalled N ms". For development builds. Main thread, once.
 */
void yy_stall_watch_start (void);

G_END_DECLS
