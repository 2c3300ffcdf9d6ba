/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * Orders begun in the client (src/order/API.md). Functions need a transaction, which is committed
 * even when they fail with %RA_FAULT. @who is for the audit log.
 */

/**
 * ra_client_order_open:
 * @key: (nullable): the bearer key that came with the request
 *
 * Returns: (transfer full): the order when @key is its key, or %NULL with %RA_FAULT_NOT_FOUND or
 *   %RA_FAULT_UNAUTHORIZED. Takes the same time wherever the keys differ.
 */
YyOrder *ra_client_order_open (RaSite *site,
                               const char *who,
                               const char *number,
                               const YySecret *key,
                               GError **error);

G_END_DECLS
