/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-order.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyUnlockDetails:
 *
 * The form with the agent's five details. A field is judged when it was left, and from then on
 * while it is typed. Signal: "submit": all of them are right, and somebody wants to go on.
 */
#define YY_TYPE_UNLOCK_DETAILS (yy_unlock_details_get_type ())
G_DECLARE_FINAL_TYPE (YyUnlockDetails, yy_unlock_details, YY, UNLOCK_DETAILS, AdwBin)

/** yy_unlock_details_set_organization: what the certificate says, unless something was typed */
void yy_unlock_details_set_organization (YyUnlockDetails *self, const char *organization);

/** yy_unlock_details_set_order: the details that were handed in before */
void yy_unlock_details_set_order (YyUnlockDetails *self, const YyOrder *order);

/** yy_unlock_details_dup_order: Returns: (transfer full): an order to unlock a token with what was
 * typed */
YyOrder *yy_unlock_details_dup_order (YyUnlockDetails *self);

/** yy_unlock_details_set_busy: what was typed is being sent */
void yy_unlock_details_set_busy (YyUnlockDetails *self, gboolean busy);

/** yy_unlock_details_tell: @error: (nullable): why it could not be sent */
void yy_unlock_details_tell (YyUnlockDetails *self, const GError *error);

G_END_DECLS
