/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * yy_identity_check_credit_code:
 * @text: a unified social credit code (统一社会信用代码), 18 characters
 *
 * Returns: %TRUE if its alphabet, length and check character are right (GB 32100-2015)
 */
gboolean yy_identity_check_credit_code (const char *text);

/**
 * yy_identity_check_person_number:
 * @text: a citizen's identity number (公民身份号码), 18 characters
 *
 * Returns: %TRUE if length, date of birth and check character are right (GB 11643-1999)
 */
gboolean yy_identity_check_person_number (const char *text);

G_END_DECLS
