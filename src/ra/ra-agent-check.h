/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * ra_agent_check:
 * @details: an order with a token and the five details
 * @matches: (out): they are those of the token's last order
 *
 * Counts an attempt and compares. Of the last order nothing else is told. Needs a transaction,
 * which is to be committed even when this fails with %RA_FAULT_RATE_LIMITED.
 */
gboolean ra_agent_check (RaSite *site,
                         const char *who,
                         const YyOrder *details,
                         gboolean *matches,
                         GError **error);

G_END_DECLS
