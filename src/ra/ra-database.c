/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-database.h"

#include <stdarg.h>

#include <glib/gi18n.h>

#define BUSY_TIMEOUT_MS 10000

struct _RaDatabase
{
  sqlite3 *handle;
  GHashTable *statements; /* address of the SQL → sqlite3_stmt */
};

static gboolean
fail (RaDatabase *database, GError **error)
{
  g_set_error (error, YY_ERROR, YY_ERROR_FAILED, _ ("The database failed: %s"),
               sqlite3_errmsg (database->handle));
  return FALSE;
}

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

RaDatabase *
ra_database_open (const char *path, gboolean create, GError **error)
{
  static const char settings[] = "PRAGMA journal_mode = WAL;"
                                 "PRAGMA synchronous = FULL;"
                                 "PRAGMA foreign_keys = ON;"
                                 "PRAGMA trusted_schema = OFF;"
                                 "PRAGMA secure_delete = ON;";
  g_autoptr (RaDatabase) database = g_new0 (RaDatabase, 1);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);

  database->statements =
      g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, finalize_statement);
  if (sqlite3_open_v2 (path, &database->handle, flags, NULL) != SQLITE_OK)
    {
      fail (database, error);
      return NULL;
    }
  sqlite3_busy_timeout (database->handle, BUSY_TIMEOUT_MS);
  if (!ra_database_script (database, settings, error))
    return NULL;
  return g_steal_pointer (&database);
}

void
ra_database_close (RaDatabase *database)
{
  g_hash_table_unref (database->statements);
  sqlite3_close (database->handle);
  g_free (database);
}

gboolean
ra_database_script (RaDatabase *database, const char *sql, GError **error)
{
  return sqlite3_exec (database->handle, sql, NULL, NULL, NULL) == SQLITE_OK ||
         fail (database, error);
}

static sqlite3_stmt *
prepare (RaDatabase *database, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (database->statements, sql);

  if (statement != NULL)
    return statement;
  if (sqlite3_prepare_v3 (database->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
      SQLITE_OK)
    {
      fail (database, error);
      return NULL;
    }
  g_hash_table_insert (database->statements, (gpointer) sql, statement);
  return statement;
}

static int
bind_bytes (sqlite3_stmt *statement, int position, GBytes *bytes)
{
  gsize size = 0;
  const void *data = bytes == NULL ? NULL : g_bytes_get_data (bytes, &size);

  if (bytes == NULL)
    return sqlite3_bind_null (statement, position);
  return sqlite3_bind_blob64 (statement, position, data == NULL ? "" : data, size,
                              SQLITE_TRANSIENT);
}

static gboolean
bind_all (sqlite3_stmt *statement, const char *types, va_list values)
{
  for (int i = 0; types[i] != '\0'; i++)
    {
      int result = SQLITE_MISUSE;

      if (types[i] == 's')
        result = sqlite3_bind_text (statement, i + 1, va_arg (values, const char *), -1,
                                    SQLITE_TRANSIENT);
      else if (types[i] == 'i')
        result = sqlite3_bind_int64 (statement, i + 1, va_arg (values, gint64));
      else if (types[i] == 'b')
        result = bind_bytes (statement, i + 1, va_arg (values, GBytes *));
      if (result != SQLITE_OK)
        return FALSE;
    }
  return TRUE;
}

static RaRows
query (RaDatabase *database, GError **error, const char *sql, const char *types, va_list values)
{
  sqlite3_stmt *statement = prepare (database, sql, error);

  if (statement == NULL || bind_all (statement, types, values))
    return statement;
  fail (database, error);
  ra_rows_reset (statement);
  return NULL;
}

RaRows
ra_database_query (RaDatabase *database, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  RaRows rows = NULL;

  va_start (values, types);
  rows = query (database, error, sql, types, values);
  va_end (values);
  return rows;
}

gboolean
ra_database_next (RaDatabase *database, RaRows rows, GError **error)
{
  int result = sqlite3_step (rows);

  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    fail (database, error);
  return FALSE;
}

gboolean
ra_database_run (RaDatabase *database, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  g_auto (RaRows) rows = NULL;

  va_start (values, types);
  rows = query (database, error, sql, types, values);
  va_end (values);
  return rows != NULL && (sqlite3_step (rows) == SQLITE_DONE || fail (database, error));
}

int
ra_database_changes (RaDatabase *database)
{
  return sqlite3_changes (database->handle);
}

gint64
ra_database_last_id (RaDatabase *database)
{
  return sqlite3_last_insert_rowid (database->handle);
}

char *
ra_rows_dup_text (RaRows rows, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (rows, column));
}

GBytes *
ra_rows_dup_bytes (RaRows rows, int column)
{
  const void *data = sqlite3_column_blob (rows, column);

  if (sqlite3_column_type (rows, column) == SQLITE_NULL)
    return NULL;
  return g_bytes_new (data, (gsize) sqlite3_column_bytes (rows, column));
}

gint64
ra_rows_get_int (RaRows rows, int column)
{
  return sqlite3_column_int64 (rows, column);
}
