/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-grants.h"

G_BEGIN_DECLS

/**
 * What activation has beyond the grant it shares with unlocking (src/order/API.md, "Activation").
 * Functions need a transaction, which is committed even when they fail with %RA_FAULT. @who is for
 * the audit log.
 */

/** ra_activation_begin: ra_grants_begin() for the order that @token was prepared for */
RaCase *ra_activation_begin (RaSite *site,
                             const char *who,
                             const char *token,
                             const YySecret *code,
                             const char *session,
                             GError **error);

/** ra_activation_cmp_secret: Returns: (transfer full): the secret that protects CMP messages */
YySecret *
ra_activation_cmp_secret (RaSite *site, const char *who, RaCase *activation, GError **error);

/** ra_activation_complete_if_done: completes the order when its certificate is confirmed and its
 * newest grant closed */
gboolean
ra_activation_complete_if_done (RaSite *site, const char *who, RaCase *activation, GError **error);

G_END_DECLS
