/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-key.h"

G_BEGIN_DECLS

/**
 * vt_cvc_device:
 *
 * The card verifiable certificate of the device (EF 2F02; BSI TR-03110-3, C.1), signed by the
 * device key itself. The token's serial number is its holder reference without the last five
 * characters.
 */
GByteArray *vt_cvc_device (const char *serial, const VtKey *device);

/**
 * vt_cvc_request:
 *
 * What key generation answers: an authenticated request (TR-03110-3, C.2) for @key, signed with
 * @key and then with the device key.
 */
GByteArray *vt_cvc_request (const char *serial, const VtKey *key, const VtKey *device);

G_END_DECLS
