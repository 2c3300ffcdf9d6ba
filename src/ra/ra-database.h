/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * RaDatabase:
 *
 * One connection to a SQLite file, with its prepared statements. Main thread only.
 */
typedef struct _RaDatabase RaDatabase;

/**
 * RaRows:
 *
 * A statement that is being read. It is reset when it goes out of scope (`g_auto (RaRows)`), and
 * must not be used again for the same SQL before.
 */
typedef sqlite3_stmt *RaRows;

static inline void
ra_rows_reset (RaRows rows)
{
  sqlite3_reset (rows);
  sqlite3_clear_bindings (rows);
}
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (RaRows, ra_rows_reset, NULL)

/**
 * ra_database_open:
 * @create: make the file; otherwise it must exist
 *
 * Opens with a write-ahead log, full synchronization and foreign keys; waits up to ten seconds for
 * another process that writes.
 */
RaDatabase *ra_database_open (const char *path, gboolean create, GError **error);
void ra_database_close (RaDatabase *database);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaDatabase, ra_database_close)

/** ra_database_script: runs statements that have no parameters and no rows */
gboolean ra_database_script (RaDatabase *database, const char *sql, GError **error);

/**
 * ra_database_query:
 * @sql: a string literal: the prepared statement is kept under its address
 * @types: one character a parameter: "s" const char *, "i" gint64, "b" GBytes *; texts and bytes
 * may be %NULL and are copied
 *
 * Returns: (transfer none): the bound statement, or %NULL on error
 */
RaRows
ra_database_query (RaDatabase *database, GError **error, const char *sql, const char *types, ...);

/**
 * ra_database_next:
 * @local: set on error
 *
 * Returns: %TRUE when there is a (further) row
 */
gboolean ra_database_next (RaDatabase *database, RaRows rows, GError **error);

/** ra_database_run: as ra_database_query(), for a statement without rows */
gboolean
ra_database_run (RaDatabase *database, GError **error, const char *sql, const char *types, ...);

/** ra_database_changes: Returns: how many rows the last statement changed */
int ra_database_changes (RaDatabase *database);
gint64 ra_database_last_id (RaDatabase *database);

/** ra_rows_dup_text: Returns: (transfer full) (nullable): a column */
char *ra_rows_dup_text (RaRows rows, int column);
/** ra_rows_dup_bytes: Returns: (transfer full) (nullable): a column */
GBytes *ra_rows_dup_bytes (RaRows rows, int column);
gint64 ra_rows_get_int (RaRows rows, int column);

G_END_DECLS
