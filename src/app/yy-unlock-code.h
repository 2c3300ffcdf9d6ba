/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyUnlockCode:
 *
 * Asks for the verification code and the new PIN. Signal: "start": both are there, and the token
 * is plugged in.
 */
#define YY_TYPE_UNLOCK_CODE (yy_unlock_code_get_type ())
G_DECLARE_FINAL_TYPE (YyUnlockCode, yy_unlock_code, YY, UNLOCK_CODE, AdwBin)

/** yy_unlock_code_set_up: to be called once */
void yy_unlock_code_set_up (YyUnlockCode *self, YyClient *client, YyToken *token);

/** yy_unlock_code_show: how the order stands */
void yy_unlock_code_show (YyUnlockCode *self, YyTicket *ticket);

/** yy_unlock_code_set_token: the token's last snapshot, and whether it is plugged in */
void yy_unlock_code_set_token (YyUnlockCode *self, YyToken *token, gboolean present);

/** yy_unlock_code_take: @code, @pin: (out) (transfer full): what was typed */
void yy_unlock_code_take (YyUnlockCode *self, YySecret **code, YySecret **pin);

/**
 * yy_unlock_code_keep:
 * @code: (transfer full) (nullable): need not be typed again
 * @pin: (transfer full) (nullable): need not be chosen again
 */
void yy_unlock_code_keep (YyUnlockCode *self, YySecret *code, YySecret *pin);

/** yy_unlock_code_tell: why the last try failed: beside the code, the PIN or below, as it belongs
 */
void yy_unlock_code_tell (YyUnlockCode *self, const GError *error);

/** yy_unlock_code_clear: forgets code and PIN */
void yy_unlock_code_clear (YyUnlockCode *self);

G_END_DECLS
