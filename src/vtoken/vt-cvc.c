/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-cvc.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>

#define ISSUER          "YYUTCA00001"
#define SEQUENCE_NUMBER "00001"
#define FIELD           32 /* bytes of a P-256 coordinate */

static void
append_string (GByteArray *out, guint tag, const char *text)
{
  vt_tlv_append (out, tag, (const guint8 *) text, strlen (text));
}

/* @width: 0 for as many bytes as the number needs */
static void
append_number (GByteArray *out, guint tag, const EVP_PKEY *pkey, const char *name, int width)
{
  BIGNUM *number = NULL;
  guint8 bytes[512];

  if (EVP_PKEY_get_bn_param (pkey, name, &number) != 1)
    g_error ("a key has no number %s", name);
  if (width == 0)
    width = BN_num_bytes (number);
  BN_bn2binpad (number, bytes, width);
  vt_tlv_append (out, tag, bytes, (gsize) width);
  BN_free (number);
}

static void
append_octets (GByteArray *out, guint tag, const EVP_PKEY *pkey, const char *name)
{
  guint8 bytes[2 * FIELD + 1];
  size_t length = 0;

  if (EVP_PKEY_get_octet_string_param (pkey, name, bytes, sizeof bytes, &length) != 1)
    g_error ("a key has no value %s", name);
  vt_tlv_append (out, tag, bytes, length);
}

static GByteArray *
encode_public_key (const VtKey *key)
{
  GByteArray *out = g_byte_array_new ();

  if (key->kind == VT_KEY_RSA)
    {
      vt_tlv_append (out, 0x06, vt_oid_rsa, VT_OID_LENGTH);
      append_number (out, 0x81, key->pkey, OSSL_PKEY_PARAM_RSA_N, 0);
      append_number (out, 0x82, key->pkey, OSSL_PKEY_PARAM_RSA_E, 0);
      return out;
    }
  vt_tlv_append (out, 0x06, vt_oid_ec, VT_OID_LENGTH);
  append_number (out, 0x81, key->pkey, OSSL_PKEY_PARAM_EC_P, FIELD);
  append_number (out, 0x82, key->pkey, OSSL_PKEY_PARAM_EC_A, FIELD);
  append_number (out, 0x83, key->pkey, OSSL_PKEY_PARAM_EC_B, FIELD);
  append_octets (out, 0x84, key->pkey, OSSL_PKEY_PARAM_EC_GENERATOR);
  append_number (out, 0x85, key->pkey, OSSL_PKEY_PARAM_EC_ORDER, FIELD);
  append_octets (out, 0x86, key->pkey, OSSL_PKEY_PARAM_PUB_KEY);
  append_number (out, 0x87, key->pkey, OSSL_PKEY_PARAM_EC_COFACTOR, 1);
  return out;
}

/* TR-03111, 5.2.1.1: the plain form r || s */
static void
append_plain_ecdsa (GByteArray *out, const guint8 *der, gsize length)
{
  ECDSA_SIG *signature = d2i_ECDSA_SIG (NULL, &der, (long) length);
  guint8 plain[2 * FIELD];

  BN_bn2binpad (ECDSA_SIG_get0_r (signature), plain, FIELD);
  BN_bn2binpad (ECDSA_SIG_get0_s (signature), plain + FIELD, FIELD);
  ECDSA_SIG_free (signature);
  vt_tlv_append (out, 0x5f37, plain, sizeof plain);
}

static void
append_signature (GByteArray *out, const GByteArray *signed_bytes, const VtKey *signer)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 signature[512];
  size_t length = sizeof signature;

  if (EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, signer->pkey) != 1 ||
      EVP_DigestSign (context, signature, &length, signed_bytes->data, signed_bytes->len) != 1)
    g_error ("libcrypto cannot sign with its own key");
  EVP_MD_CTX_free (context);
  if (signer->kind == VT_KEY_RSA)
    vt_tlv_append (out, 0x5f37, signature, length);
  else
    append_plain_ecdsa (out, signature, length);
}

/* 7F21 { 7F4E body, 5F37 signature } */
static GByteArray *
encode_certificate (const char *issuer, const char *holder, const VtKey *key, const VtKey *signer)
{
  const guint8 profile[] = { 0 };
  g_autoptr (GByteArray) public_key = encode_public_key (key);
  g_autoptr (GByteArray) fields = g_byte_array_new ();
  g_autoptr (GByteArray) content = g_byte_array_new ();
  GByteArray *certificate = g_byte_array_new ();

  vt_tlv_append (fields, 0x5f29, profile, sizeof profile);
  append_string (fields, 0x42, issuer);
  vt_tlv_append_array (fields, 0x7f49, public_key);
  append_string (fields, 0x5f20, holder);
  vt_tlv_append_array (content, 0x7f4e, fields);
  append_signature (content, content, signer);
  vt_tlv_append_array (certificate, 0x7f21, content);
  return certificate;
}

GByteArray *
vt_cvc_device (const char *serial, const VtKey *device)
{
  g_autofree char *holder = g_strconcat (serial, SEQUENCE_NUMBER, NULL);

  return encode_certificate (ISSUER, holder, device, device);
}

GByteArray *
vt_cvc_request (const char *serial, const VtKey *key, const VtKey *device)
{
  g_autofree char *holder = g_strconcat (serial, SEQUENCE_NUMBER, NULL);
  g_autoptr (GByteArray) content = encode_certificate (ISSUER, holder, key, key);
  g_autoptr (GByteArray) signed_bytes = NULL;
  GByteArray *request = g_byte_array_new ();

  append_string (content, 0x42, ISSUER);
  signed_bytes = g_byte_array_sized_new (content->len);
  g_byte_array_append (signed_bytes, content->data, content->len);
  append_signature (content, signed_bytes, device);
  vt_tlv_append_array (request, 0x67, content);
  return request;
}
