/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/token.h"

G_BEGIN_DECLS

/**
 * yy_tries_require:
 * @last_try: it may be the last try: a person confirmed that, or the PIN is known to be right
 *
 * To be asked right before a user PIN is sent: between what a person saw and now, another program
 * may have spent tries. Asks the card itself where that is possible, else the module, and spends
 * nothing. With @last_try nothing is asked.
 *
 * Returns: %FALSE with %YY_ERROR_PIN_LAST_TRY, or %YY_ERROR_PIN_LOCKED when the card says so; a
 *   module that says so has to say it to the PIN, because such a flag may be of yesterday and a
 *   locked card spends nothing
 */
gboolean yy_tries_require (YyAgentToken *token, gboolean last_try, GError **error);

/**
 * yy_tries_are_plenty:
 *
 * For a PIN that nobody typed just now: it was right a moment ago, and is sent again because
 * another program logged this one out. If that program changed it, this costs one try.
 *
 * Returns: whether nothing is known that makes a try precious
 */
gboolean yy_tries_are_plenty (YyAgentToken *token);

/** yy_tries_is_last: Pure: whether one more wrong PIN may lock it. The card's count is worth more.
 */
gboolean yy_tries_is_last (CK_FLAGS flags, int tries_left);

G_END_DECLS
