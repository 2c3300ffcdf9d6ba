/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-limiter.h"

#include <string.h>

#include <gio/gio.h>

#define WINDOW_SECONDS 3600
#define NEWS_SECONDS   60
#define MAX_KEYS       65536
#define IPV6_SIZE      16
#define IPV6_NETWORK   8

struct _RaLimiter
{
  GHashTable *counters; /* key → Counter */
};

typedef struct
{
  guint failures;
  gint64 end;  /* monotonic seconds */
  gint64 news; /* monotonic seconds: from when on it is worth telling again */
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

char *
ra_limiter_key (const char *kind, const char *subject)
{
  return g_strconcat (kind, " of ", subject, NULL);
}

/* IPv4 clients of a socket for both kinds (RFC 4291, section 2.5.5.2). */
static GInetAddress *
unmap (GInetAddress *address)
{
  static const guint8 prefix[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (memcmp (bytes, prefix, sizeof prefix) != 0)
    return NULL;
  return g_inet_address_new_from_bytes (bytes + sizeof prefix, G_SOCKET_FAMILY_IPV4);
}

static char *
network_of (GInetAddress *address)
{
  guint8 bytes[IPV6_SIZE] = { 0 };
  g_autoptr (GInetAddress) inner = unmap (address);
  g_autoptr (GInetAddress) network = NULL;
  g_autofree char *text = NULL;

  if (inner != NULL)
    return g_inet_address_to_string (inner);
  memcpy (bytes, g_inet_address_to_bytes (address), IPV6_NETWORK);
  network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  text = g_inet_address_to_string (network);
  return g_strconcat (text, "/64", NULL);
}

char *
ra_limiter_key_of_address (const char *kind, const char *address)
{
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);
  g_autofree char *network = NULL;

  if (parsed != NULL && g_inet_address_get_family (parsed) == G_SOCKET_FAMILY_IPV6)
    network = network_of (parsed);
  return g_strconcat (kind, " from ", network == NULL ? address : network, NULL);
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
    *counter = (Counter){ 0, now () + WINDOW_SECONDS, 0 };
  counter->failures++;
}

gboolean
ra_limiter_is_news (RaLimiter *limiter, const char *key)
{
  Counter *counter = g_hash_table_lookup (limiter->counters, key);

  if (counter == NULL || counter->news > now ())
    return FALSE;
  counter->news = now () + NEWS_SECONDS;
  return TRUE;
}
