/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "certificate/yy-certificate.h"

G_BEGIN_DECLS

/**
 * text_clean:
 * @text: (nullable): from a card, a driver or the CA
 *
 * Returns: (transfer full): valid UTF-8 in which whatever would steer a terminal is a “?”
 */
char *text_clean (const char *text);

/** text_width: Returns: columns on a terminal: wide characters take two */
guint text_width (const char *text);

/** text_dup_validity: Returns: (transfer full): "until 2027-11-22 (365 days left)" */
char *text_dup_validity (YyCertificate *certificate);

/** text_dup_time: Returns: (transfer full): RFC 3339 in UTC */
char *text_dup_time (GDateTime *time);

/** text_dup_hex: Returns: (transfer full): lower case */
char *text_dup_hex (GBytes *bytes);

/**
 * TextTable:
 *
 * Columns for a terminal, as wide as their widest cell.
 */
typedef struct _TextTable TextTable;

TextTable *text_table_new (guint n_columns);
/** text_table_add: takes the cell's text, which is cleaned; cells go row by row */
void text_table_add (TextTable *table, const char *cell);
void text_table_print (TextTable *table);
void text_table_free (TextTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TextTable, text_table_free)

G_END_DECLS
