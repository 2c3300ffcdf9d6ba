/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <openssl/evp.h>

#include "vtoken/vt-tlv.h"

G_BEGIN_DECLS

#define VT_OID_LENGTH 10
/** id-TA-RSA-v1-5-SHA-256 and id-TA-ECDSA-SHA-256 (BSI TR-03110-3, D.3) */
extern const guint8 vt_oid_rsa[VT_OID_LENGTH];
extern const guint8 vt_oid_ec[VT_OID_LENGTH];

/** VtKeyKind: 0 is no kind: the first byte of a key in the state file. */
typedef enum
{
  VT_KEY_RSA = 1,
  VT_KEY_EC_P256 = 2,
} VtKeyKind;

/**
 * VtKey:
 * @request: the certificate request the card made with the key; the file CExx until a certificate
 *   takes its place
 */
typedef struct
{
  VtKeyKind kind;
  EVP_PKEY *pkey;
  GByteArray *request;
} VtKey;

/** Algorithms: P2 of SIGN and DECIPHER. */
enum
{
  VT_ALGORITHM_RSA_RAW = 0x20,
  VT_ALGORITHM_RSA_DECRYPT = 0x21,
  VT_ALGORITHM_RSA_PKCS1 = 0x30,
  VT_ALGORITHM_RSA_PSS = 0x40,
  VT_ALGORITHM_ECDSA = 0x70,
  VT_ALGORITHM_ECDSA_SHA256 = 0x73,
  VT_ALGORITHM_ECDH = 0x80,
};

/**
 * vt_key_kind_requested:
 * @public_key: the value of 7F49 in a key generation command
 * @bits: (out): of an RSA modulus
 *
 * Returns: 0 for what this card cannot make
 */
VtKeyKind vt_key_kind_requested (VtSpan public_key, guint *bits);

/** vt_key_generate: Returns: (transfer full): a key without a request; %NULL: libcrypto failed */
VtKey *vt_key_generate (VtKeyKind kind, guint bits);
/** vt_key_new_from_der: @der: PKCS#8. Returns: (nullable) (transfer full) */
VtKey *vt_key_new_from_der (VtSpan der, VtSpan request);
/** vt_key_to_der: Returns: (transfer full): PKCS#8 */
GByteArray *vt_key_to_der (const VtKey *key);
void vt_key_free (VtKey *key);

/** vt_key_size: Returns: bytes of card memory the key takes. */
gsize vt_key_size (const VtKey *key);

/**
 * vt_key_sign:
 *
 * SIGN (80 68): appends the signature to @out.
 *
 * Returns: the status word
 */
guint16 vt_key_sign (const VtKey *key, guint8 algorithm, VtSpan data, GByteArray *out);
/** vt_key_decipher: DECIPHER (80 62): RSA without removing the padding, or ECDH. */
guint16 vt_key_decipher (const VtKey *key, guint8 algorithm, VtSpan data, GByteArray *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VtKey, vt_key_free)

G_END_DECLS
