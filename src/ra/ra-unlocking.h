/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-grants.h"

G_BEGIN_DECLS

/**
 * What unlocking has beyond the grant it shares with activation (src/order/API.md, "Orders begun in
 * the client"). Functions need a transaction, which is committed even when they fail with
 * %RA_FAULT.
 * @who is for the audit log.
 */

/** ra_unlocking_begin: ra_grants_begin(), when the order's state allows it; @order: (transfer full)
 */
RaCase *ra_unlocking_begin (RaSite *site,
                            const char *who,
                            YyOrder *order,
                            const YySecret *code,
                            const char *session,
                            GError **error);

/**
 * ra_unlocking_complete_if_done:
 * @message: (out): number of a text message to deliver after the commit, 0 when there is none
 *
 * Completes the order when its grant is closed: the agent gets a notice, and what else is open for
 * unlocking the same token is withdrawn.
 */
gboolean ra_unlocking_complete_if_done (RaSite *site,
                                        const char *who,
                                        RaCase *unlocking,
                                        gint64 *message,
                                        GError **error);

G_END_DECLS
