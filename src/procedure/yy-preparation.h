/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "service/yy-service.h"
#include "token/yy-token-session.h"

G_BEGIN_DECLS

/**
 * yy_preparation_run_async:
 * @order: number of the order the token is for
 *
 * The CA's office prepares a token: erases it, gives it a random SO PIN that the service keeps, and
 * a user PIN nobody knows, and links it to the order. Can be repeated after any interruption.
 */
void yy_preparation_run_async (YyTokenManager *manager,
                               YyService *service,
                               const char *serial,
                               const char *module,
                               const char *order,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean yy_preparation_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
