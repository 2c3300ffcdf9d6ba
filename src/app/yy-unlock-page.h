/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyUnlockPage:
 *
 * The way through a forgotten PIN, in steps, for one token. Which step is shown follows from the
 * order at the CA and from nothing else, so that it goes on wherever it was left. Property:
 * "token" (#YyToken): the last snapshot of it.
 */
#define YY_TYPE_UNLOCK_PAGE (yy_unlock_page_get_type ())
G_DECLARE_FINAL_TYPE (YyUnlockPage, yy_unlock_page, YY, UNLOCK_PAGE, AdwBin)

GtkWidget *yy_unlock_page_new (YyClient *client, YyToken *token);
YyToken *yy_unlock_page_get_token (YyUnlockPage *self);

G_END_DECLS
