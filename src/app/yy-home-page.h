/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyHomePage:
 *
 * A card for each token plugged in, and a row for each driver that has a problem.
 */
#define YY_TYPE_HOME_PAGE (yy_home_page_get_type ())
G_DECLARE_FINAL_TYPE (YyHomePage, yy_home_page, YY, HOME_PAGE, AdwBin)

GtkWidget *yy_home_page_new (YyClient *client);

G_END_DECLS
