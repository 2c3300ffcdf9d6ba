/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store-private.h"

void
ra_certificate_free (RaCertificate *certificate)
{
  g_free (certificate->serial);
  g_free (certificate->order);
  g_clear_pointer (&certificate->der, g_bytes_unref);
  g_clear_pointer (&certificate->key, g_bytes_unref);
  g_free (certificate);
}

gboolean
ra_store_add_certificate (RaStore *store, RaCertificate *certificate, GError **error)
{
  return ra_database_run (
      store->database, error,
      "INSERT INTO certificates (serial, order_number, der, key, state, revoked, reason) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      "ssbbiii", certificate->serial, certificate->order, certificate->der, certificate->key,
      (gint64) certificate->state, certificate->revoked, certificate->reason);
}

#define COLUMNS "SELECT serial, order_number, der, key, state, revoked, reason FROM certificates "

static RaCertificate *
read_certificate (RaRows rows)
{
  RaCertificate *certificate = g_new0 (RaCertificate, 1);

  certificate->serial = ra_rows_dup_text (rows, 0);
  certificate->order = ra_rows_dup_text (rows, 1);
  certificate->der = ra_rows_dup_bytes (rows, 2);
  certificate->key = ra_rows_dup_bytes (rows, 3);
  certificate->state = (RaCertificateState) ra_rows_get_int (rows, 4);
  certificate->revoked = ra_rows_get_int (rows, 5);
  certificate->reason = ra_rows_get_int (rows, 6);
  return certificate;
}

gboolean
ra_store_get_current_certificate (RaStore *store,
                                  const char *order,
                                  RaCertificate **certificate,
                                  GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, COLUMNS "WHERE order_number = ? AND state < 2",
                         "s", order);

  *certificate = NULL;
  if (rows != NULL && ra_database_next (store->database, rows, &local))
    *certificate = read_certificate (rows);
  return ra_store_finish (g_steal_pointer (&local), error);
}

gboolean
ra_store_update_certificate (RaStore *store, RaCertificate *certificate, GError **error)
{
  return ra_database_run (
      store->database, error,
      "UPDATE certificates SET state = ?, revoked = ?, reason = ? WHERE serial = ?", "iiis",
      (gint64) certificate->state, certificate->revoked, certificate->reason, certificate->serial);
}

GPtrArray *
ra_store_list_revoked (RaStore *store, GError **error)
{
  g_autoptr (GPtrArray) revoked =
      g_ptr_array_new_with_free_func ((GDestroyNotify) ra_certificate_free);
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, COLUMNS "WHERE state = 2 ORDER BY revoked", "");

  while (rows != NULL && ra_database_next (store->database, rows, &local))
    g_ptr_array_add (revoked, read_certificate (rows));
  return ra_store_finish (g_steal_pointer (&local), error) ? g_steal_pointer (&revoked) : NULL;
}

gboolean
ra_store_count_revoked (RaStore *store, gint64 *count, GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error,
                         "SELECT count (*) FROM certificates WHERE state = 2", "");

  if (rows == NULL || !ra_database_next (store->database, rows, error))
    return FALSE;
  *count = ra_rows_get_int (rows, 0);
  return TRUE;
}
