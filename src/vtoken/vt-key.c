/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-key.h"

#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "vtoken/vt-apdu.h"

const guint8 vt_oid_rsa[VT_OID_LENGTH] = { 0x04, 0x00, 0x7f, 0x00, 0x07,
                                           0x02, 0x02, 0x02, 0x01, 0x02 };
const guint8 vt_oid_ec[VT_OID_LENGTH] = {
  0x04, 0x00, 0x7f, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x03
};
/* the prime of P-256 (FIPS 186-4, D.1.2.3) */
static const guint8 prime_p256[] = {
  0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

static gboolean
span_is (VtSpan span, const guint8 *bytes, gsize length)
{
  return span.length == length && memcmp (span.data, bytes, length) == 0;
}

VtKeyKind
vt_key_kind_requested (VtSpan public_key, guint *bits)
{
  VtSpan oid = { 0 }, value = { 0 };

  if (!vt_tlv_find (public_key, 0x06, &oid))
    return 0;
  if (span_is (oid, vt_oid_ec, VT_OID_LENGTH))
    return vt_tlv_find (public_key, 0x81, &value) && span_is (value, prime_p256, sizeof prime_p256)
               ? VT_KEY_EC_P256
               : 0;
  if (!span_is (oid, vt_oid_rsa, VT_OID_LENGTH) || !vt_tlv_find (public_key, 0x02, &value))
    return 0;
  if (value.length != 2)
    return 0;
  *bits = value.data[0] << 8 | value.data[1];
  return *bits == 2048 || *bits == 3072 || *bits == 4096 ? VT_KEY_RSA : 0;
}

VtKey *
vt_key_generate (VtKeyKind kind, guint bits)
{
  EVP_PKEY *pkey = kind == VT_KEY_RSA ? EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t) bits)
                                      : EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-256");
  VtKey *key = NULL;

  if (pkey == NULL)
    return NULL;
  key = g_new0 (VtKey, 1);
  key->kind = kind;
  key->pkey = pkey;
  key->request = g_byte_array_new ();
  return key;
}

VtKey *
vt_key_new_from_der (VtSpan der, VtSpan request)
{
  const guint8 *cursor = der.data;
  EVP_PKEY *pkey = d2i_AutoPrivateKey (NULL, &cursor, (long) der.length);
  VtKey *key = NULL;

  if (pkey == NULL || (!EVP_PKEY_is_a (pkey, "RSA") && !EVP_PKEY_is_a (pkey, "EC")))
    {
      ERR_clear_error ();
      EVP_PKEY_free (pkey);
      return NULL;
    }
  key = g_new0 (VtKey, 1);
  key->kind = EVP_PKEY_is_a (pkey, "RSA") ? VT_KEY_RSA : VT_KEY_EC_P256;
  key->pkey = pkey;
  key->request = g_byte_array_new ();
  g_byte_array_append (key->request, request.data, (guint) request.length);
  return key;
}

GByteArray *
vt_key_to_der (const VtKey *key)
{
  guint8 *der = NULL;
  PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8 (key->pkey);
  int length = i2d_PKCS8_PRIV_KEY_INFO (info, &der);
  GByteArray *result = g_byte_array_new ();

  PKCS8_PRIV_KEY_INFO_free (info);
  if (length <= 0)
    g_error ("libcrypto cannot encode its own key");
  g_byte_array_append (result, der, (guint) length);
  OPENSSL_clear_free (der, (size_t) length);
  return result;
}

void
vt_key_free (VtKey *key)
{
  EVP_PKEY_free (key->pkey);
  g_byte_array_unref (key->request);
  g_free (key);
}

gsize
vt_key_size (const VtKey *key)
{
  /* an RSA key is kept with its five CRT numbers, an EC key with its point */
  gsize material = (gsize) EVP_PKEY_get_bits (key->pkey) / 8 * (key->kind == VT_KEY_RSA ? 5 : 3);

  return material + key->request->len;
}

static guint16
run_sign (EVP_PKEY_CTX *context, VtSpan data, GByteArray *out)
{
  guint8 signature[1024];
  size_t length = sizeof signature;

  if (EVP_PKEY_sign (context, signature, &length, data.data, data.length) != 1)
    {
      ERR_clear_error ();
      return VT_SW_WRONG_DATA;
    }
  g_byte_array_append (out, signature, (guint) length);
  return VT_SW_OK;
}

/* The salt is as long as the hash, which tells which hash it is. */
static gboolean
set_pss (EVP_PKEY_CTX *context, gsize hash_length)
{
  const EVP_MD *md = hash_length == 20 ? EVP_sha1 () : hash_length == 32 ? EVP_sha256 () : NULL;

  return md != NULL && EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md (context, md) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen (context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static gboolean
set_algorithm (EVP_PKEY_CTX *context, const VtKey *key, guint8 algorithm, gsize length)
{
  if (key->kind != VT_KEY_RSA)
    return algorithm == VT_ALGORITHM_ECDSA || algorithm == VT_ALGORITHM_ECDSA_SHA256;
  switch (algorithm)
    {
    case VT_ALGORITHM_RSA_RAW:
      return EVP_PKEY_CTX_set_rsa_padding (context, RSA_NO_PADDING) == 1;
    case VT_ALGORITHM_RSA_PKCS1:
      return EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PADDING) == 1;
    case VT_ALGORITHM_RSA_PSS:
      return set_pss (context, length);
    default:
      return FALSE;
    }
}

guint16
vt_key_sign (const VtKey *key, guint8 algorithm, VtSpan data, GByteArray *out)
{
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key->pkey, NULL);
  guint8 hash[32];
  guint16 sw = VT_SW_WRONG_P1P2;

  if (algorithm == VT_ALGORITHM_ECDSA_SHA256)
    {
      EVP_Digest (data.data, data.length, hash, NULL, EVP_sha256 (), NULL);
      data = (VtSpan){ hash, sizeof hash };
    }
  if (context != NULL && EVP_PKEY_sign_init (context) == 1 &&
      set_algorithm (context, key, algorithm, data.length))
    sw = run_sign (context, data, out);
  EVP_PKEY_CTX_free (context);
  ERR_clear_error ();
  return sw;
}

static guint16
decrypt_raw (const VtKey *key, VtSpan data, GByteArray *out)
{
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key->pkey, NULL);
  guint8 clear[512];
  size_t length = sizeof clear;
  gboolean done = context != NULL && EVP_PKEY_decrypt_init (context) == 1 &&
                  EVP_PKEY_CTX_set_rsa_padding (context, RSA_NO_PADDING) == 1 &&
                  EVP_PKEY_decrypt (context, clear, &length, data.data, data.length) == 1;

  if (done)
    g_byte_array_append (out, clear, (guint) length);
  OPENSSL_cleanse (clear, sizeof clear);
  EVP_PKEY_CTX_free (context);
  ERR_clear_error ();
  return done ? VT_SW_OK : VT_SW_WRONG_DATA;
}

/* The answer is a point in form; only its x coordinate is the secret (TR-03111, 4.3.1). */
static guint16
derive_point (const VtKey *key, VtSpan point, GByteArray *out)
{
  EVP_PKEY *peer = EVP_PKEY_new ();
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key->pkey, NULL);
  guint8 secret[32] = { 0 };
  size_t length = sizeof secret;
  gboolean done = peer != NULL && EVP_PKEY_copy_parameters (peer, key->pkey) == 1 &&
                  EVP_PKEY_set1_encoded_public_key (peer, point.data, point.length) == 1 &&
                  context != NULL && EVP_PKEY_derive_init (context) == 1 &&
                  EVP_PKEY_derive_set_peer (context, peer) == 1 &&
                  EVP_PKEY_derive (context, secret, &length) == 1;

  if (done)
    {
      g_byte_array_append (out, (const guint8 *) "\x04", 1);
      g_byte_array_append (out, secret, (guint) length);
    }
  OPENSSL_cleanse (secret, sizeof secret);
  EVP_PKEY_CTX_free (context);
  EVP_PKEY_free (peer);
  ERR_clear_error ();
  return done ? VT_SW_OK : VT_SW_WRONG_DATA;
}

guint16
vt_key_decipher (const VtKey *key, guint8 algorithm, VtSpan data, GByteArray *out)
{
  if (key->kind == VT_KEY_RSA && algorithm == VT_ALGORITHM_RSA_DECRYPT)
    return decrypt_raw (key, data, out);
  if (key->kind == VT_KEY_EC_P256 && algorithm == VT_ALGORITHM_ECDH)
    return derive_point (key, data, out);
  return VT_SW_WRONG_P1P2;
}
