/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-settings.h"
#include "token/yy-driver.h"
#include "token/yy-token.h"

G_BEGIN_DECLS

/**
 * YyTokenManager:
 *
 * Starts and watches one token agent for each PKCS#11 module, and is a #GListModel of #YyToken: the
 * tokens present, in order of arrival. When a token changes, its item is replaced in place.
 * Belongs to the main context it was made in; nothing here blocks.
 */
#define YY_TYPE_TOKEN_MANAGER (yy_token_manager_get_type ())
G_DECLARE_FINAL_TYPE (YyTokenManager, yy_token_manager, YY, TOKEN_MANAGER, GObject)

/** yy_token_manager_new: Finds the modules; no agent runs before yy_token_manager_start(). */
YyTokenManager *yy_token_manager_new (YySettings *settings);
void yy_token_manager_start (YyTokenManager *self);
/** yy_token_manager_stop: Ends all agents. No snapshot is left in the model afterwards. */
void yy_token_manager_stop (YyTokenManager *self);

/** yy_token_manager_get_drivers: Returns: (transfer none): a #GListModel of #YyDriver */
GListModel *yy_token_manager_get_drivers (YyTokenManager *self);

/**
 * yy_token_manager_is_settled:
 *
 * Property "settled", notified: every driver has either told its tokens or failed.
 */
gboolean yy_token_manager_is_settled (YyTokenManager *self);

/**
 * yy_token_manager_wait_async:
 *
 * Waits until the model is settled (for the command line).
 */
void yy_token_manager_wait_async (YyTokenManager *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean yy_token_manager_wait_finish (YyTokenManager *self, GAsyncResult *result, GError **error);

/**
 * yy_token_manager_find:
 * @serial: serial number
 * @module: (nullable): path of a module, %NULL for any
 *
 * Returns: (transfer none) (nullable): the present snapshot
 */
YyToken *yy_token_manager_find (YyTokenManager *self, const char *serial, const char *module);

/** yy_token_manager_find_driver: Returns: (transfer none) (nullable): the driver of this token */
YyDriver *yy_token_manager_find_driver (YyTokenManager *self, YyToken *token);

G_END_DECLS
