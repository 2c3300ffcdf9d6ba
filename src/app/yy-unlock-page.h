/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-ticket-watch.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyUnlockPage:
 *
 * The way through a forgotten PIN, in steps, for one token. Which step is shown follows from the
 * order at the CA, so that it goes on wherever it was left; only looking back at details or
 * documents is the page's own.
 */
#define YY_TYPE_UNLOCK_PAGE (yy_unlock_page_get_type ())
G_DECLARE_FINAL_TYPE (YyUnlockPage, yy_unlock_page, YY, UNLOCK_PAGE, AdwBin)

GtkWidget *yy_unlock_page_new (YyClient *client, YyTicketWatch *watch, YyToken *token);

/** yy_unlock_page_get_token: Returns: (transfer none): the last snapshot */
YyToken *yy_unlock_page_get_token (YyUnlockPage *self);

/** yy_unlock_page_refresh: asks how the order stands now */
void yy_unlock_page_refresh (YyUnlockPage *self);

/** yy_unlock_page_resume: it is shown again: the page that comes next, and how the order stands */
void yy_unlock_page_resume (YyUnlockPage *self);

/** yy_unlock_page_is_running: Returns: whether the token is being worked on */
gboolean yy_unlock_page_is_running (YyUnlockPage *self);

/** yy_unlock_page_ask_to_stop: Returns: %TRUE when the token is being worked on, and somebody was
 * asked whether to stop that */
gboolean yy_unlock_page_ask_to_stop (YyUnlockPage *self);

G_END_DECLS
