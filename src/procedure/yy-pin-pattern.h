/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"

G_BEGIN_DECLS

/**
 * yy_pin_pattern_count_pieces:
 *
 * Cuts @pin into what a guesser tries as a whole: runs along the alphabet, the digits or the
 * keyboard, repetitions of a short block, words of the list of common passwords (whatever their
 * case, with the usual digits and signs in the place of letters), and single characters.
 * Looks at the secret in place and copies nothing.
 *
 * Returns: the number of pieces
 */
guint yy_pin_pattern_count_pieces (const YySecret *pin);

/**
 * yy_pin_pattern_is_simple:
 *
 * Returns: %TRUE when @pin has fewer than three pieces or fewer than four different characters
 */
gboolean yy_pin_pattern_is_simple (const YySecret *pin);

G_END_DECLS
