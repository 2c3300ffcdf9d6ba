/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "token/yy-driver.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyDriverRow:
 *
 * Tells a driver's problem and offers to try it again; not visible while there is none.
 */
#define YY_TYPE_DRIVER_ROW (yy_driver_row_get_type ())
G_DECLARE_FINAL_TYPE (YyDriverRow, yy_driver_row, YY, DRIVER_ROW, AdwActionRow)

GtkWidget *yy_driver_row_new (YyDriver *driver);

G_END_DECLS
