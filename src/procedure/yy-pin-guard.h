/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"
#include "token/yy-token-manager.h"

G_BEGIN_DECLS

/**
 * YyPinGuard:
 *
 * Stands before every place that sends a user PIN to a token. It remembers, for each token, a keyed
 * digest of the PINs that just failed there (never the PIN), for the life of the process, and not
 * longer: on a disk it would tell whoever finds it which PINs were almost right.
 *
 * A token is its serial number here, whatever module shows it: one card seen through two modules
 * has one PIN. Should two tokens of different makers have the same serial number, a PIN that failed
 * on one is refused on the other until the person insists, which costs nothing.
 *
 * Failures are forgotten when the token's state shows that somebody gave a right PIN since (the
 * counter went up again), because the PIN may have been changed then; and by yy_pin_guard_forget().
 * Main context only.
 */
#define YY_TYPE_PIN_GUARD (yy_pin_guard_get_type ())
G_DECLARE_FINAL_TYPE (YyPinGuard, yy_pin_guard, YY, PIN_GUARD, GObject)

YyPinGuard *yy_pin_guard_new (void);

/**
 * yy_pin_guard_of:
 *
 * Returns: (transfer none): the one guard of all who send PINs to these tokens, dialogs and
 *   procedures
 */
YyPinGuard *yy_pin_guard_of (YyTokenManager *manager);

/**
 * yy_pin_guard_check_state:
 *
 * The part of yy_pin_guard_check() that needs no PIN: for asking before it is typed.
 *
 * Returns: %FALSE with %YY_ERROR_PIN_LOCKED or %YY_ERROR_PIN_LAST_TRY
 */
gboolean yy_pin_guard_check_state (YyToken *token, gboolean last_try, GError **error);

/**
 * yy_pin_guard_check:
 * @last_try: the person confirmed that this may be the last try
 *
 * Returns: %TRUE when @pin may be sent; otherwise %FALSE with %YY_ERROR_PIN_LOCKED,
 *   %YY_ERROR_PIN_LAST_TRY, %YY_ERROR_PIN_REPEATED or %YY_ERROR_PIN_INCORRECT (shorter or longer
 *   than the token's own limits: it cannot be right, and was not sent)
 */
gboolean yy_pin_guard_check (YyPinGuard *self,
                             YyToken *token,
                             const YySecret *pin,
                             gboolean last_try,
                             GError **error);

/**
 * yy_pin_guard_failed:
 * @token: its state after that, as far as it is known
 *
 * The card said that @pin is wrong.
 */
void yy_pin_guard_failed (YyPinGuard *self, YyToken *token, const YySecret *pin);

/**
 * yy_pin_guard_forget:
 *
 * Forgets what failed on that token: a PIN was right there, or the person says that the PIN was
 * changed in the meantime and wants to spend a try on that.
 */
void yy_pin_guard_forget (YyPinGuard *self, YyToken *token);

G_END_DECLS
