/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store-private.h"

#include <glib/gi18n.h>

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
  if (database == NULL || !ra_store_upgrade (database, TRUE, error))
    return NULL;
  return store_new (g_steal_pointer (&database));
}

RaStore *
ra_store_open (const char *path, GError **error)
{
  g_autoptr (RaDatabase) database = ra_database_open (path, FALSE, error);

  if (database == NULL || !ra_store_upgrade (database, FALSE, error))
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

gboolean
ra_store_finish (GError *local, GError **error)
{
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}
