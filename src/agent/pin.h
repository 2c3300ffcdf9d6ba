/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/token.h"

G_BEGIN_DECLS

/**
 * yy_pin_change:
 * @last_try: see yy_tries_require(), which is asked first
 *
 * C_SetPIN as the user. Spends a try when @old_pin is wrong.
 */
gboolean yy_pin_change (YyAgentToken *token,
                        const YySecret *old_pin,
                        const YySecret *new_pin,
                        gboolean last_try,
                        GError **error);

/**
 * yy_pin_set_by_so:
 * @so_pins: (element-type YySecret): tried in order, two at most, and none when one more wrong one
 *   could lock the SO PIN
 * @which: (out): index of the right one
 *
 * Sets the user's PIN. The SO stays logged in: rotating the SO PIN is what comes next.
 */
gboolean yy_pin_set_by_so (YyAgentToken *token,
                           GPtrArray *so_pins,
                           const YySecret *new_pin,
                           guint *which,
                           GError **error);

/** yy_pin_rotate_so: C_SetPIN as the SO, who is logged out afterwards. */
gboolean yy_pin_rotate_so (YyAgentToken *token,
                           const YySecret *old_so_pin,
                           const YySecret *new_so_pin,
                           GError **error);

/**
 * yy_pin_format:
 * @label: cut at 32 bytes, at a character
 *
 * C_InitToken, which erases everything, and C_InitPIN with a random PIN nobody knows.
 */
gboolean
yy_pin_format (YyAgentToken *token, const YySecret *so_pin, const char *label, GError **error);

/** yy_pin_require_usable_so: asks the card. Returns: %FALSE with %YY_ERROR_SO_PIN_LOCKED when a
 * wrong SO PIN would leave no other try */
gboolean yy_pin_require_usable_so (YyAgentToken *token, GError **error);

/** yy_pin_is_so_usable: Pure: whether a wrong SO PIN would leave another try */
gboolean yy_pin_is_so_usable (CK_FLAGS flags, int so_tries_left);

/** yy_pin_pad_label: Pure: CK_TOKEN_INFO.label: 32 bytes, padded with blanks, whole characters */
void yy_pin_pad_label (const char *label, CK_UTF8CHAR padded[32]);

G_END_DECLS
