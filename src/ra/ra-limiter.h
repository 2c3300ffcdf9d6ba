/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RaLimiter:
 *
 * Counts failures by address or token within an hour. In memory and bounded: it slows guessing
 * down; what ends it are the tries of each code, which are in the store. Main thread only.
 */
typedef struct _RaLimiter RaLimiter;

RaLimiter *ra_limiter_new (void);
void ra_limiter_free (RaLimiter *limiter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaLimiter, ra_limiter_free)

/** ra_limiter_wait: Returns: seconds until @key may try again, 0: now */
guint ra_limiter_wait (RaLimiter *limiter, const char *key, guint limit);
void ra_limiter_count (RaLimiter *limiter, const char *key);

G_END_DECLS
