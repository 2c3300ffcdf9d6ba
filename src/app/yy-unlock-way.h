/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-step-bar.h"
#include "service/yy-ticket.h"

G_BEGIN_DECLS

/** YyUnlockLook: where somebody looks who may look at something else than what comes next */
typedef enum
{
  YY_UNLOCK_LOOK_FORWARD,
  YY_UNLOCK_LOOK_AT_DETAILS,
  YY_UNLOCK_LOOK_AT_DOCUMENTS,
} YyUnlockLook;

/** yy_unlock_way_is_correctable: Returns: whether details and documents can still be changed;
 * @ticket may be %NULL */
gboolean yy_unlock_way_is_correctable (YyTicket *ticket);

/** yy_unlock_way_choose: Returns: name of the page for an order that is not over: "details",
 * "documents", "waiting", "rejected" or "code" */
const char *yy_unlock_way_choose (const YyOrder *order, YyUnlockLook look);

/** yy_unlock_way_dup_notice: Returns: (transfer full) (nullable): what the owner of a token should
 * know about its order before going on with it; @ticket may be %NULL */
char *yy_unlock_way_dup_notice (YyTicket *ticket);

/**
 * yy_unlock_way_show:
 * @known: the agent is that of the last order
 * @page: one of the above, or "run"
 * @done: the token has its new PIN
 *
 * Shows on @bar how far one is.
 */
void yy_unlock_way_show (YyStepBar *bar, gboolean known, const char *page, gboolean done);

G_END_DECLS
