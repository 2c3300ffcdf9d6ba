/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store-private.h"

RaDocument *
ra_document_new (const char *order, const char *name)
{
  RaDocument *document = g_new0 (RaDocument, 1);

  document->order = g_strdup (order);
  document->name = g_strdup (name);
  return document;
}

void
ra_document_free (RaDocument *document)
{
  g_free (document->order);
  g_free (document->name);
  g_free (document->sha256);
  g_free (document->format);
  g_free (document->file_name);
  g_free (document);
}

#define DOCUMENT_COLUMNS                                                                           \
  "SELECT order_number, name, sha256, size, format, file_name, uploaded FROM documents "

static RaDocument *
read_document (RaRows rows)
{
  RaDocument *document = g_new0 (RaDocument, 1);

  document->order = ra_rows_dup_text (rows, 0);
  document->name = ra_rows_dup_text (rows, 1);
  document->sha256 = ra_rows_dup_text (rows, 2);
  document->size = ra_rows_get_int (rows, 3);
  document->format = ra_rows_dup_text (rows, 4);
  document->file_name = ra_rows_dup_text (rows, 5);
  document->uploaded = ra_rows_get_int (rows, 6);
  return document;
}

gboolean
ra_store_get_document (RaStore *store,
                       const char *order,
                       const char *name,
                       RaDocument **document,
                       GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local,
                         DOCUMENT_COLUMNS "WHERE order_number = ? AND name = ?", "ss", order, name);

  *document = NULL;
  if (rows != NULL && ra_database_next (store->database, rows, &local))
    *document = read_document (rows);
  return ra_store_finish (g_steal_pointer (&local), error);
}

GPtrArray *
ra_store_list_documents (RaStore *store, const char *order, GError **error)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) ra_document_free);
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local,
                         DOCUMENT_COLUMNS "WHERE order_number = ? ORDER BY name", "s", order);

  while (rows != NULL && ra_database_next (store->database, rows, &local))
    g_ptr_array_add (documents, read_document (rows));
  return ra_store_finish (g_steal_pointer (&local), error) ? g_steal_pointer (&documents) : NULL;
}

gboolean
ra_store_save_document (RaStore *store, const RaDocument *document, GError **error)
{
  return ra_database_run (store->database, error,
                          "INSERT OR REPLACE INTO documents "
                          "(order_number, name, sha256, size, format, file_name, uploaded) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?)",
                          "sssissi", document->order, document->name, document->sha256,
                          document->size, document->format, document->file_name,
                          document->uploaded);
}

gboolean
ra_store_drop_document (RaStore *store, const char *order, const char *name, GError **error)
{
  return ra_database_run (store->database, error,
                          "DELETE FROM documents WHERE order_number = ? AND name = ?", "ss", order,
                          name);
}

GHashTable *
ra_store_list_contents (RaStore *store, GError **error)
{
  g_autoptr (GHashTable) contents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, "SELECT DISTINCT sha256 FROM documents", "");

  while (rows != NULL && ra_database_next (store->database, rows, &local))
    g_hash_table_add (contents, ra_rows_dup_text (rows, 0));
  return ra_store_finish (g_steal_pointer (&local), error) ? g_steal_pointer (&contents) : NULL;
}

RaUpload *
ra_upload_new (const char *order, const char *name)
{
  RaUpload *upload = g_new0 (RaUpload, 1);

  upload->order = g_strdup (order);
  upload->name = g_strdup (name);
  return upload;
}

void
ra_upload_free (RaUpload *upload)
{
  g_free (upload->order);
  g_free (upload->name);
  g_free (upload->sha256);
  g_free (upload->file_name);
  g_free (upload);
}

#define UPLOAD_COLUMNS                                                                             \
  "SELECT order_number, name, sha256, size, received, file_name, started FROM uploads "

static RaUpload *
read_upload (RaRows rows)
{
  RaUpload *upload = g_new0 (RaUpload, 1);

  upload->order = ra_rows_dup_text (rows, 0);
  upload->name = ra_rows_dup_text (rows, 1);
  upload->sha256 = ra_rows_dup_text (rows, 2);
  upload->size = ra_rows_get_int (rows, 3);
  upload->received = ra_rows_get_int (rows, 4);
  upload->file_name = ra_rows_dup_text (rows, 5);
  upload->started = ra_rows_get_int (rows, 6);
  return upload;
}

gboolean
ra_store_get_upload (RaStore *store,
                     const char *order,
                     const char *name,
                     RaUpload **upload,
                     GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local,
                         UPLOAD_COLUMNS "WHERE order_number = ? AND name = ?", "ss", order, name);

  *upload = NULL;
  if (rows != NULL && ra_database_next (store->database, rows, &local))
    *upload = read_upload (rows);
  return ra_store_finish (g_steal_pointer (&local), error);
}

GPtrArray *
ra_store_list_uploads (RaStore *store, GError **error)
{
  g_autoptr (GPtrArray) uploads = g_ptr_array_new_with_free_func ((GDestroyNotify) ra_upload_free);
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, UPLOAD_COLUMNS "ORDER BY started", "");

  while (rows != NULL && ra_database_next (store->database, rows, &local))
    g_ptr_array_add (uploads, read_upload (rows));
  return ra_store_finish (g_steal_pointer (&local), error) ? g_steal_pointer (&uploads) : NULL;
}

gboolean
ra_store_save_upload (RaStore *store, const RaUpload *upload, GError **error)
{
  return ra_database_run (store->database, error,
                          "INSERT OR REPLACE INTO uploads "
                          "(order_number, name, sha256, size, received, file_name, started) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?)",
                          "sssiisi", upload->order, upload->name, upload->sha256, upload->size,
                          upload->received, upload->file_name, upload->started);
}

gboolean
ra_store_drop_upload (RaStore *store, const char *order, const char *name, GError **error)
{
  return ra_database_run (store->database, error,
                          "DELETE FROM uploads WHERE order_number = ? AND name = ?", "ss", order,
                          name);
}

gboolean
ra_store_forget_documents (RaStore *store, const char *order, gboolean documents, GError **error)
{
  return ra_database_run (store->database, error, "DELETE FROM uploads WHERE order_number = ?", "s",
                          order) &&
         (!documents ||
          ra_database_run (store->database, error, "DELETE FROM documents WHERE order_number = ?",
                           "s", order));
}
