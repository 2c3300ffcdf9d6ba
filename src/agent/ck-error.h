/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

#include <p11-kit/pkcs11.h>

G_BEGIN_DECLS

/**
 * yy_ck_name:
 *
 * Returns: (transfer full): the name of @rv in PKCS #11, or its number: "CKR_DEVICE_ERROR"
 */
char *yy_ck_name (CK_RV rv);

/**
 * yy_ck_error_code:
 * @user: CKU_USER or CKU_SO: whose PIN the call was about; any other value when it was about none
 *
 * Returns: the code that says best what @rv means for a person
 */
YyError yy_ck_error_code (CK_RV rv, CK_USER_TYPE user);

/**
 * yy_ck_check:
 * @function: name of the Cryptoki function that returned @rv
 * @user: see yy_ck_error_code()
 *
 * Clears OpenSSL's error queue, in which modules leave entries (SoftHSM), and sets @error unless
 * @rv is CKR_OK.
 *
 * Returns: whether @rv is CKR_OK
 */
gboolean yy_ck_check_pin (CK_RV rv, const char *function, CK_USER_TYPE user, GError **error);
gboolean yy_ck_check (CK_RV rv, const char *function, GError **error);

/**
 * yy_ck_is_removal:
 *
 * Returns: whether @rv says that the token went away (or came back since)
 */
gboolean yy_ck_is_removal (CK_RV rv);

G_END_DECLS
