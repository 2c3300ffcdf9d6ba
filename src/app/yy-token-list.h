/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "token/yy-token-manager.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** YyTokenWidgetFunc: makes a widget with a writable property "token" */
typedef GtkWidget *(*YyTokenWidgetFunc) (YyToken *token, gpointer user_data);

/**
 * yy_token_list_bind:
 * @box: holds nothing but the widgets made here
 *
 * Keeps one widget in @box for each token in @manager, in order of arrival, for @box's lifetime. A
 * token that changed keeps its widget (with the keyboard focus) and gets the new snapshot; the
 * widget of a token that was pulled out goes with it.
 */
void yy_token_list_bind (GtkBox *box,
                         YyTokenManager *manager,
                         YyTokenWidgetFunc make_widget,
                         gpointer user_data);

G_END_DECLS
