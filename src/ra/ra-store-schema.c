/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store-private.h"

#include <glib/gi18n.h>

static const char version_1[] =
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
    "  BEGIN SELECT RAISE (ABORT, 'the audit log only grows'); END;";

/* Orders begun in the client: their bearer keys, documents and what limits guessing. */
static const char version_2[] =
    "ALTER TABLE orders ADD COLUMN agent_matches INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE orders ADD COLUMN access BLOB;"
    "CREATE INDEX orders_token ON orders (token);"
    "ALTER TABLE tokens ADD COLUMN so_lost INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE codes ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE codes ADD COLUMN message INTEGER REFERENCES outbox (id);"
    "CREATE INDEX grants_token ON grants (token);"
    "CREATE INDEX outbox_pending ON outbox (id) WHERE delivery = 'pending';"
    "CREATE TABLE documents ("
    "  order_number TEXT NOT NULL REFERENCES orders (number),"
    "  name TEXT NOT NULL,"
    "  sha256 TEXT NOT NULL,"
    "  size INTEGER NOT NULL,"
    "  format TEXT NOT NULL,"
    "  file_name TEXT NOT NULL,"
    "  uploaded INTEGER NOT NULL,"
    "  PRIMARY KEY (order_number, name)) STRICT;"
    "CREATE INDEX documents_sha256 ON documents (sha256);"
    "CREATE TABLE uploads ("
    "  order_number TEXT NOT NULL REFERENCES orders (number),"
    "  name TEXT NOT NULL,"
    "  sha256 TEXT NOT NULL,"
    "  size INTEGER NOT NULL,"
    "  received INTEGER NOT NULL,"
    "  file_name TEXT NOT NULL,"
    "  started INTEGER NOT NULL,"
    "  PRIMARY KEY (order_number, name)) STRICT;"
    "CREATE TABLE attempts ("
    "  subject TEXT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  time INTEGER NOT NULL) STRICT;"
    "CREATE INDEX attempts_subject ON attempts (subject, kind, time);"
    "CREATE INDEX attempts_time ON attempts (time);";

/* What the office rejected once it decides again. */
static const char version_3[] = "ALTER TABLE orders ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;"
                                "UPDATE orders SET rejected = 1 WHERE state = 'rejected';";

/* What leads to each version from the one before. A script that was ever released stays as it is.
 */
static const struct
{
  const char *script;
  const char *mark;
} versions[] = {
  { version_1, "PRAGMA user_version = 1" },
  { version_2, "PRAGMA user_version = 2" },
  { version_3, "PRAGMA user_version = 3" },
};

static gboolean
get_version (RaDatabase *database, gint64 *version, GError **error)
{
  g_auto (RaRows) rows = ra_database_query (database, error, "PRAGMA user_version", "");

  if (rows == NULL || !ra_database_next (database, rows, error))
    return FALSE;
  *version = ra_rows_get_int (rows, 0);
  return TRUE;
}

static gboolean
refuse (gint64 version, GError **error)
{
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
               _ ("The database has version %d; this program knows version %d"), (int) version,
               (int) G_N_ELEMENTS (versions));
  return FALSE;
}

/* One step, or none when another process has just done it. */
static gboolean
step (RaDatabase *database, gint64 *version, GError **error)
{
  if (!get_version (database, version, error))
    return FALSE;
  if (*version < 0 || *version > (gint64) G_N_ELEMENTS (versions))
    return refuse (*version, error);
  if (*version == G_N_ELEMENTS (versions))
    return TRUE;
  return ra_database_script (database, versions[*version].script, error) &&
         ra_database_script (database, versions[*version].mark, error);
}

static gboolean
step_or_undo (RaDatabase *database, gint64 *version, GError **error)
{
  if (!ra_database_script (database, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (step (database, version, error) && ra_database_script (database, "COMMIT", error))
    return TRUE;
  ra_database_script (database, "ROLLBACK", NULL);
  return FALSE;
}

gboolean
ra_store_upgrade (RaDatabase *database, gboolean create, GError **error)
{
  gint64 version = 0;

  if (!get_version (database, &version, error))
    return FALSE;
  if (version == 0 && !create)
    return refuse (version, error);
  while (version != G_N_ELEMENTS (versions))
    if (!step_or_undo (database, &version, error))
      return FALSE;
  return TRUE;
}
