/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-openssl.h"

G_BEGIN_DECLS

/**
 * yy_public_key_from_rsa:
 * @modulus: CKA_MODULUS, unsigned, most significant byte first
 * @exponent: CKA_PUBLIC_EXPONENT, likewise
 *
 * Returns: (transfer full) (nullable): DER of SubjectPublicKeyInfo (RFC 3279, section 2.3.1), %NULL
 *   when this is no RSA key of 1024 to 8192 bits
 */
GBytes *yy_public_key_from_rsa (const void *modulus,
                                gsize modulus_length,
                                const void *exponent,
                                gsize exponent_length);

/**
 * yy_public_key_from_ec:
 * @params: CKA_EC_PARAMS: DER of the OID of a named curve
 * @point: CKA_EC_POINT: DER of an OCTET STRING, or the bare point as some modules have it
 *
 * Returns: (transfer full) (nullable): DER of SubjectPublicKeyInfo (RFC 5480), %NULL when this is
 * no point on a curve OpenSSL knows
 */
GBytes *yy_public_key_from_ec (const void *params,
                               gsize params_length,
                               const void *point,
                               gsize point_length);

/**
 * yy_public_key_to_spki:
 *
 * Returns: (transfer full) (nullable): DER of SubjectPublicKeyInfo
 */
GBytes *yy_public_key_to_spki (EVP_PKEY *key);

G_END_DECLS
