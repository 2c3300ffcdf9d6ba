/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * Orders begun in the client (src/order/API.md): today those to unlock a token. Functions need a
 * transaction, which is committed even when they fail with %RA_FAULT: an attempt was counted, and
 * the log tells of it. @who is for the audit log.
 */

/**
 * ra_client_order_begin:
 * @details: type, token and the five details, checked
 * @key: (out) (transfer full): the order's bearer key
 *
 * Compares the details with the token's last order, and answers with the open order that has the
 * same ones, or a new one: ready when they match, else a draft.
 *
 * Returns: (transfer full): the order, or %NULL with %RA_FAULT
 */
YyOrder *ra_client_order_begin (RaSite *site,
                                const char *who,
                                const YyOrder *details,
                                YySecret **key,
                                GError **error);

/**
 * ra_client_order_open:
 * @key: (nullable): the bearer key that came with the request
 *
 * Returns: (transfer full): the order when @key is its key, or %NULL with %RA_FAULT_NOT_FOUND or
 *   %RA_FAULT_UNAUTHORIZED. Takes the same time wherever the keys differ.
 */
YyOrder *
ra_client_order_open (RaSite *site, const char *number, const YySecret *key, GError **error);

/** ra_client_order_is_correctable: Returns: whether the applicant may change something */
gboolean ra_client_order_is_correctable (const YyOrder *order);

/**
 * ra_client_order_correct:
 * @details: as in ra_client_order_begin()
 *
 * Puts other details in the place of @order's and compares them; when they match, the order is
 * handed in. A form that was uploaded no longer fits and is forgotten.
 */
gboolean ra_client_order_correct (RaSite *site,
                                  const char *who,
                                  YyOrder *order,
                                  const YyOrder *details,
                                  GError **error);

/** ra_client_order_submit: hands it in, for the first time or again */
gboolean ra_client_order_submit (RaSite *site, const char *who, YyOrder *order, GError **error);

gboolean ra_client_order_withdraw (RaSite *site, const char *who, YyOrder *order, GError **error);

G_END_DECLS
