/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"
#include "app/yy-link.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyWindow:
 *
 * The main window: the pages and the footer. What a person can ask of it are its actions
 * (yy-window-actions.c); pages and cards activate those by name and know nothing of the window:
 *
 * - win.show-page (s): a page by name
 * - win.refresh: looks at all tokens again, and at the orders begun here
 * - win.activate-certificate (s), win.change-pin (s), win.unlock-token (s),
 *   win.show-certificates (s): for the token with this yy_token_get_key()
 * - win.leave-steps: from a way in steps back to the pages
 * - win.test-signature (ss), win.export-certificate (ss): token and hexadecimal CKA_ID
 * - win.show-shortcuts: the window of keyboard shortcuts
 * - win.toast (s): shows a short message
 */
#define YY_TYPE_WINDOW (yy_window_get_type ())
G_DECLARE_FINAL_TYPE (YyWindow, yy_window, YY, WINDOW, AdwApplicationWindow)

YyWindow *yy_window_new (GtkApplication *application, YyClient *client);
YyClient *yy_window_get_client (YyWindow *self);
void yy_window_show_page (YyWindow *self, const char *name);
void yy_window_show_toast (YyWindow *self, const char *message);
/** yy_window_unlock_token: shows the way through a forgotten PIN of this token, where it is */
void yy_window_unlock_token (YyWindow *self, YyToken *token);
/** yy_window_show_order: the same, as long as the token with this serial number is there, or its
 * way was begun in this window */
void yy_window_show_order (YyWindow *self, const char *serial);
/** yy_window_look_at_orders: asks the CA how the orders stand that were begun here */
void yy_window_look_at_orders (YyWindow *self);
void yy_window_leave_steps (YyWindow *self);
void yy_window_follow_link (YyWindow *self, YyLink link);

/** yy_window_install_actions: for the class's initialisation */
void yy_window_install_actions (GtkWidgetClass *widget_class);

G_END_DECLS
