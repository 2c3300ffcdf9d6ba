/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RaTable:
 *
 * Rows for a person at a terminal: columns under headings, as wide as their widest cell. Elsewhere
 * the rows alone, with tabs between the cells.
 */
typedef struct _RaTable RaTable;

/** ra_table_new: @headings: ended by %NULL */
RaTable *ra_table_new (const char *const *headings);
/** ra_table_add: adds a row's next cell, escaped (ra_command_escape()) */
void ra_table_add (RaTable *table, const char *cell);
void ra_table_print (RaTable *table);
void ra_table_free (RaTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaTable, ra_table_free)

G_END_DECLS
