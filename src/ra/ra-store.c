/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store-private.h"

#include <glib/gi18n.h>

#define SCHEMA_VERSION 1

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE orders ("
    "  id INTEGER PRIMARY KEY,"
    "  number TEXT NOT NULL UNIQUE,"
    "  details TEXT NOT NULL,"
    "  type TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  paid INTEGER NOT NULL,"
    "  token TEXT REFERENCES tokens (serial),"
    "  reason TEXT,"
    "  created INTEGER NOT NULL,"
    "  updated INTEGER NOT NULL) STRICT;"
    "CREATE TABLE tokens ("
    "  serial TEXT NOT NULL PRIMARY KEY,"
    "  model TEXT,"
    "  state TEXT NOT NULL CHECK (state IN ('preparing', 'prepared', 'issued')),"
    "  order_number TEXT REFERENCES orders (number),"
    "  so_pin BLOB,"
    "  pending BLOB,"
    "  previous BLOB) STRICT;"
    "CREATE TABLE codes ("
    "  id INTEGER PRIMARY KEY,"
    "  order_number TEXT NOT NULL REFERENCES orders (number),"
    "  hash BLOB NOT NULL,"
    "  state INTEGER NOT NULL,"
    "  tries_left INTEGER NOT NULL CHECK (tries_left >= 0),"
    "  expires INTEGER NOT NULL) STRICT;"
    "CREATE INDEX codes_order ON codes (order_number);"
    "CREATE TABLE grants ("
    "  sequence INTEGER PRIMARY KEY,"
    "  id TEXT NOT NULL UNIQUE,"
    "  order_number TEXT NOT NULL REFERENCES orders (number),"
    "  token TEXT NOT NULL REFERENCES tokens (serial),"
    "  code INTEGER NOT NULL REFERENCES codes (id),"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),"
    "  session TEXT NOT NULL,"
    "  bearer BLOB NOT NULL,"
    "  cmp_secret BLOB NOT NULL) STRICT;"
    "CREATE INDEX grants_order ON grants (order_number);"
    "CREATE TABLE certificates ("
    "  serial TEXT NOT NULL PRIMARY KEY,"
    "  order_number TEXT NOT NULL REFERENCES orders (number),"
    "  der BLOB NOT NULL,"
    "  key BLOB NOT NULL,"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),"
    "  revoked INTEGER NOT NULL,"
    "  reason INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX certificates_current ON certificates (order_number) WHERE state < 2;"
    "CREATE INDEX certificates_revoked ON certificates (revoked) WHERE state = 2;"
    "CREATE TABLE outbox ("
    "  id INTEGER PRIMARY KEY,"
    "  order_number TEXT NOT NULL REFERENCES orders (number),"
    "  recipient TEXT NOT NULL,"
    "  text TEXT NOT NULL,"
    "  code BLOB,"
    "  time INTEGER NOT NULL,"
    "  delivery TEXT NOT NULL) STRICT;"
    "CREATE INDEX outbox_order ON outbox (order_number);"
    "CREATE TABLE accounts ("
    "  name TEXT NOT NULL PRIMARY KEY,"
    "  key_hash BLOB NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE audit ("
    "  id INTEGER PRIMARY KEY,"
    "  time INTEGER NOT NULL,"
    "  who TEXT NOT NULL,"
    "  what TEXT NOT NULL,"
    "  subject TEXT NOT NULL,"
    "  why TEXT NOT NULL,"
    "  hash BLOB NOT NULL) STRICT;"
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit"
    "  BEGIN SELECT RAISE (ABORT, 'the audit log only grows'); END;"
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit"
    "  BEGIN SELECT RAISE (ABORT, 'the audit log only grows'); END;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

static RaStore *
store_new (RaDatabase *database)
{
  RaStore *store = g_new0 (RaStore, 1);

  store->database = database;
  return store;
}

RaStore *
ra_store_create (const char *path, GError **error)
{
  g_autoptr (RaDatabase) database = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_REFUSED, _ ("There is a database already"));
      return NULL;
    }
  database = ra_database_open (path, TRUE, error);
  if (database == NULL || !ra_database_script (database, schema, error))
    return NULL;
  return store_new (g_steal_pointer (&database));
}

static gboolean
check_version (RaDatabase *database, GError **error)
{
  g_auto (RaRows) rows = ra_database_query (database, error, "PRAGMA user_version", "");

  if (rows == NULL || !ra_database_next (database, rows, error))
    return FALSE;
  if (ra_rows_get_int (rows, 0) == SCHEMA_VERSION)
    return TRUE;
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
               _ ("The database has version %d; this program knows version %d"),
               (int) ra_rows_get_int (rows, 0), SCHEMA_VERSION);
  return FALSE;
}

RaStore *
ra_store_open (const char *path, GError **error)
{
  g_autoptr (RaDatabase) database = ra_database_open (path, FALSE, error);

  if (database == NULL || !check_version (database, error))
    return NULL;
  return store_new (g_steal_pointer (&database));
}

void
ra_store_free (RaStore *store)
{
  ra_database_close (store->database);
  g_free (store);
}

gboolean
ra_store_begin (RaStore *store, GError **error)
{
  return ra_database_run (store->database, error, "BEGIN IMMEDIATE", "");
}

gboolean
ra_store_commit (RaStore *store, GError **error)
{
  if (ra_database_run (store->database, error, "COMMIT", ""))
    return TRUE;
  ra_store_rollback (store);
  return FALSE;
}

void
ra_store_rollback (RaStore *store)
{
  g_autoptr (GError) error = NULL;

  /* SQLite may have rolled back by itself, after a full disk for example. */
  if (!ra_database_run (store->database, &error, "ROLLBACK", ""))
    g_debug ("%s", error->message);
}

gboolean
ra_store_mark (RaStore *store, GError **error)
{
  return ra_database_run (store->database, error, "SAVEPOINT mark", "");
}

gboolean
ra_store_keep_mark (RaStore *store, GError **error)
{
  return ra_database_run (store->database, error, "RELEASE mark", "");
}

gboolean
ra_store_undo_mark (RaStore *store, GError **error)
{
  return ra_database_run (store->database, error, "ROLLBACK TO mark", "") &&
         ra_store_keep_mark (store, error);
}
