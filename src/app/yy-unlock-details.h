/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyUnlockDetails:
 *
 * The form with the agent's five details. A field is judged when it was left, and from then on
 * while it is typed. Details that are right begin an order, or correct the one there is. Signal:
 * "submitted": the CA has them.
 */
#define YY_TYPE_UNLOCK_DETAILS (yy_unlock_details_get_type ())
G_DECLARE_FINAL_TYPE (YyUnlockDetails, yy_unlock_details, YY, UNLOCK_DETAILS, AdwBin)

/** yy_unlock_details_set_up: to be called once; @token: serial number */
void yy_unlock_details_set_up (YyUnlockDetails *self, YyClient *client, const char *token);

/** yy_unlock_details_set_organization: what the certificate says, unless something was typed */
void yy_unlock_details_set_organization (YyUnlockDetails *self, const char *organization);

/** yy_unlock_details_set_order: the details that were handed in before */
void yy_unlock_details_set_order (YyUnlockDetails *self, const YyOrder *order);

G_END_DECLS
