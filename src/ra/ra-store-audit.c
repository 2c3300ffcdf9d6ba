/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store-private.h"

#include <string.h>

#include <glib/gi18n.h>

gboolean
ra_store_add_account (RaStore *store, const char *name, GBytes *key_hash, GError **error)
{
  if (!ra_database_run (store->database, error,
                        "INSERT OR IGNORE INTO accounts (name, key_hash) VALUES (?, ?)", "sb", name,
                        key_hash))
    return FALSE;
  if (ra_database_changes (store->database) == 1)
    return TRUE;
  g_set_error (error, YY_ERROR, YY_ERROR_REFUSED, _ ("There is an office account “%s” already"),
               name);
  return FALSE;
}

gboolean
ra_store_find_account (RaStore *store, GBytes *key_hash, char **name, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, "SELECT name FROM accounts WHERE key_hash = ?",
                         "b", key_hash);

  *name = NULL;
  if (rows != NULL && ra_database_next (store->database, rows, &local))
    *name = ra_rows_dup_text (rows, 0);
  return ra_store_finish (g_steal_pointer (&local), error);
}

void
ra_audit_free (RaAudit *audit)
{
  g_free (audit->who);
  g_free (audit->what);
  g_free (audit->subject);
  g_free (audit->why);
  g_clear_pointer (&audit->hash, g_bytes_unref);
  g_free (audit);
}

static void
add_text (GChecksum *sum, const char *text)
{
  guint32 length = GUINT32_TO_BE ((guint32) strlen (text));

  g_checksum_update (sum, (const guchar *) &length, sizeof length);
  g_checksum_update (sum, (const guchar *) text, (gssize) strlen (text));
}

/* SHA-256 over the hash before and every field with its length, so that no entry can be changed,
   moved or left out without breaking all that follow. */
static GBytes *
chain_hash (GBytes *before, const RaAudit *audit)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gint64 time = GINT64_TO_BE (audit->time);
  guint8 hash[32];
  gsize size = sizeof hash;

  if (before != NULL)
    g_checksum_update (sum, g_bytes_get_data (before, NULL), (gssize) g_bytes_get_size (before));
  g_checksum_update (sum, (const guchar *) &time, sizeof time);
  add_text (sum, audit->who);
  add_text (sum, audit->what);
  add_text (sum, audit->subject);
  add_text (sum, audit->why);
  g_checksum_get_digest (sum, hash, &size);
  return g_bytes_new (hash, size);
}

static gboolean
get_last_hash (RaStore *store, GBytes **hash, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows = ra_database_query (store->database, &local,
                                            "SELECT hash FROM audit ORDER BY id DESC LIMIT 1", "");

  *hash = NULL;
  if (rows != NULL && ra_database_next (store->database, rows, &local))
    *hash = ra_rows_dup_bytes (rows, 0);
  return ra_store_finish (g_steal_pointer (&local), error);
}

gboolean
ra_store_audit (RaStore *store,
                const char *who,
                const char *what,
                const char *subject,
                const char *why,
                GError **error)
{
  RaAudit audit = { .time = g_get_real_time () / G_USEC_PER_SEC,
                    .who = (char *) who,
                    .what = (char *) what,
                    .subject = (char *) subject,
                    .why = (char *) (why == NULL ? "" : why) };
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) hash = NULL;

  if (!get_last_hash (store, &before, error))
    return FALSE;
  hash = chain_hash (before, &audit);
  return ra_database_run (
      store->database, error,
      "INSERT INTO audit (time, who, what, subject, why, hash) VALUES (?, ?, ?, ?, ?, ?)", "issssb",
      audit.time, audit.who, audit.what, audit.subject, audit.why, hash);
}

static RaAudit *
read_audit (RaRows rows)
{
  RaAudit *audit = g_new0 (RaAudit, 1);

  audit->id = ra_rows_get_int (rows, 0);
  audit->time = ra_rows_get_int (rows, 1);
  audit->who = ra_rows_dup_text (rows, 2);
  audit->what = ra_rows_dup_text (rows, 3);
  audit->subject = ra_rows_dup_text (rows, 4);
  audit->why = ra_rows_dup_text (rows, 5);
  audit->hash = ra_rows_dup_bytes (rows, 6);
  return audit;
}

static gboolean
check_chain (GPtrArray *entries, GError **error)
{
  GBytes *before = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      RaAudit *audit = entries->pdata[i];
      g_autoptr (GBytes) hash = chain_hash (before, audit);

      if (!g_bytes_equal (hash, audit->hash))
        {
          g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, audit->id);

          g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                       _ ("The audit log was changed at entry %s"), number);
          return FALSE;
        }
      before = audit->hash;
    }
  return TRUE;
}

GPtrArray *
ra_store_list_audit (RaStore *store, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) ra_audit_free);
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local,
                         "SELECT id, time, who, what, subject, why, hash FROM audit ORDER BY id",
                         "");

  while (rows != NULL && ra_database_next (store->database, rows, &local))
    g_ptr_array_add (entries, read_audit (rows));
  if (local == NULL && check_chain (entries, &local))
    return g_steal_pointer (&entries);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}
