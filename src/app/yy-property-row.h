/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyPropertyRow:
 *
 * A name and its value, which can be copied.
 */
#define YY_TYPE_PROPERTY_ROW (yy_property_row_get_type ())
G_DECLARE_FINAL_TYPE (YyPropertyRow, yy_property_row, YY, PROPERTY_ROW, AdwPreferencesRow)

GtkWidget *yy_property_row_new (const char *name, const char *value);
void yy_property_row_set_value (YyPropertyRow *self, const char *value);

G_END_DECLS
