/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store-private.h"

gboolean
ra_store_add_attempt (RaStore *store, const char *subject, const char *kind, GError **error)
{
  return ra_database_run (store->database, error,
                          "INSERT INTO attempts (subject, kind, time) VALUES (?, ?, ?)", "ssi",
                          subject, kind, g_get_real_time () / G_USEC_PER_SEC);
}

gboolean
ra_store_count_attempts (RaStore *store,
                         const char *subject,
                         const char *kind,
                         gint64 since,
                         guint *count,
                         gint64 *first,
                         GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error,
                         "SELECT count (*), coalesce (min (time), 0) FROM attempts "
                         "WHERE subject = ? AND kind = ? AND time > ?",
                         "ssi", subject, kind, since);

  if (rows == NULL || !ra_database_next (store->database, rows, error))
    return FALSE;
  *count = (guint) ra_rows_get_int (rows, 0);
  *first = ra_rows_get_int (rows, 1);
  return TRUE;
}

gboolean
ra_store_prune_attempts (RaStore *store, gint64 before, GError **error)
{
  return ra_database_run (store->database, error, "DELETE FROM attempts WHERE time < ?", "i",
                          before);
}
