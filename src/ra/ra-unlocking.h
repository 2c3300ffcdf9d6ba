/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-grants.h"
#include "ra/ra-sms.h"

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
 * @notices: (out): what to deliver after the commit
 *
 * Completes the order when its grant is closed: the agent gets a notice, and so does the one of the
 * token's last order when that is somebody else. What else is open for unlocking the same token is
 * withdrawn.
 */
gboolean ra_unlocking_complete_if_done (RaSite *site,
                                        const char *who,
                                        RaCase *unlocking,
                                        RaNotices *notices,
                                        GError **error);

G_END_DECLS
