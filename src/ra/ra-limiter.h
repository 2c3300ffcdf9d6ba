/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RaLimiter:
 *
 * Counts what may be guesses within an hour, by key. In memory and bounded: it slows guessing down;
 * what ends it are the tries of each code, which are in the store. Main thread only.
 */
typedef struct _RaLimiter RaLimiter;

RaLimiter *ra_limiter_new (void);
void ra_limiter_free (RaLimiter *limiter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaLimiter, ra_limiter_free)

/**
 * ra_limiter_key:
 * @kind: what is counted
 * @subject: whose
 *
 * Returns: (transfer full): a key that no other kind shares
 */
char *ra_limiter_key (const char *kind, const char *subject);

/**
 * ra_limiter_key_of_address:
 * @address: of a client, as text
 *
 * One household has 2^64 IPv6 addresses or more (RFC 6177): those are counted by their first 64
 * bits.
 *
 * Returns: (transfer full): a key that no other kind, and no ra_limiter_key(), shares
 */
char *ra_limiter_key_of_address (const char *kind, const char *address);

/** ra_limiter_wait: Returns: seconds until @key may try again, 0: now */
guint ra_limiter_wait (RaLimiter *limiter, const char *key, guint limit);
void ra_limiter_count (RaLimiter *limiter, const char *key);

/** ra_limiter_is_news: Returns: whether it is a minute or longer since this was asked for @key,
 * which was counted before */
gboolean ra_limiter_is_news (RaLimiter *limiter, const char *key);

G_END_DECLS
