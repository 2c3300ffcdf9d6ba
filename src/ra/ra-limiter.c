/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-limiter.h"

#define WINDOW_SECONDS 3600
#define MAX_KEYS       65536

struct _RaLimiter
{
  GHashTable *counters; /* key → Counter */
};

typedef struct
{
  guint failures;
  gint64 end; /* monotonic seconds */
} Counter;

static gint64
now (void)
{
  return g_get_monotonic_time () / G_USEC_PER_SEC;
}

RaLimiter *
ra_limiter_new (void)
{
  RaLimiter *limiter = g_new0 (RaLimiter, 1);

  limiter->counters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return limiter;
}

void
ra_limiter_free (RaLimiter *limiter)
{
  g_hash_table_unref (limiter->counters);
  g_free (limiter);
}

static gboolean
is_over (gpointer key, gpointer value, gpointer user_data)
{
  return ((Counter *) value)->end <= now ();
}

guint
ra_limiter_wait (RaLimiter *limiter, const char *key, guint limit)
{
  Counter *counter = g_hash_table_lookup (limiter->counters, key);

  if (counter == NULL || counter->failures < limit || counter->end <= now ())
    return 0;
  return (guint) (counter->end - now ());
}

void
ra_limiter_count (RaLimiter *limiter, const char *key)
{
  Counter *counter = g_hash_table_lookup (limiter->counters, key);

  if (counter == NULL)
    {
      if (g_hash_table_size (limiter->counters) >= MAX_KEYS)
        g_hash_table_foreach_remove (limiter->counters, is_over, NULL);
      if (g_hash_table_size (limiter->counters) >= MAX_KEYS)
        g_hash_table_remove_all (limiter->counters);
      counter = g_new0 (Counter, 1);
      g_hash_table_insert (limiter->counters, g_strdup (key), counter);
    }
  if (counter->end <= now ())
    *counter = (Counter){ 0, now () + WINDOW_SECONDS };
  counter->failures++;
}
