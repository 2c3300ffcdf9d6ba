/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/public-key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OSSL_PARAM, OSSL_PARAM_free)

GBytes *
yy_public_key_to_spki (EVP_PKEY *key)
{
  unsigned char *der = NULL;
  int length = i2d_PUBKEY (key, &der);
  GBytes *bytes = NULL;

  if (length > 0)
    bytes = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  ERR_clear_error ();
  return bytes;
}

static GBytes *
spki_from_params (const char *type, OSSL_PARAM_BLD *builder)
{
  g_autoptr (OSSL_PARAM) params = OSSL_PARAM_BLD_to_param (builder);
  g_autoptr (EVP_PKEY_CTX) context = EVP_PKEY_CTX_new_from_name (NULL, type, NULL);
  g_autoptr (EVP_PKEY) key = NULL;

  if (params == NULL || context == NULL || EVP_PKEY_fromdata_init (context) != 1 ||
      EVP_PKEY_fromdata (context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
    return NULL;
  return yy_public_key_to_spki (key);
}

GBytes *
yy_public_key_from_rsa (const void *modulus,
                        gsize modulus_length,
                        const void *exponent,
                        gsize exponent_length)
{
  g_autoptr (BIGNUM) n = NULL;
  g_autoptr (BIGNUM) e = NULL;
  g_autoptr (OSSL_PARAM_BLD) builder = NULL;
  GBytes *spki = NULL;

  if (modulus_length < 128 || modulus_length > 1025 || exponent_length < 1 || exponent_length > 8)
    return NULL;
  n = BN_bin2bn (modulus, (int) modulus_length, NULL);
  e = BN_bin2bn (exponent, (int) exponent_length, NULL);
  builder = OSSL_PARAM_BLD_new ();
  if (OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
      OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
    spki = spki_from_params ("RSA", builder);
  ERR_clear_error ();
  return spki;
}

static const char *
curve_name (const unsigned char *params, gsize length)
{
  ASN1_OBJECT *curve = length > 64 ? NULL : d2i_ASN1_OBJECT (NULL, &params, (long) length);
  int nid = curve == NULL ? NID_undef : OBJ_obj2nid (curve);

  ASN1_OBJECT_free (curve);
  return nid == NID_undef ? NULL : OBJ_nid2sn (nid);
}

/* An uncompressed point begins with 04, which is OCTET STRING's tag too: the length tells. */
static void
unwrap_point (const unsigned char **point, gsize *length)
{
  const unsigned char *p = *point;
  long content = 0;
  int tag = 0;
  int xclass = 0;

  if (ASN1_get_object (&p, &content, &tag, &xclass, (long) *length) == 0 &&
      tag == V_ASN1_OCTET_STRING && p + content == *point + *length)
    {
      *point = p;
      *length = (gsize) content;
    }
  ERR_clear_error ();
}

GBytes *
yy_public_key_from_ec (const void *params,
                       gsize params_length,
                       const void *point,
                       gsize point_length)
{
  const char *curve = curve_name (params, params_length);
  const unsigned char *bare = point;
  g_autoptr (OSSL_PARAM_BLD) builder = OSSL_PARAM_BLD_new ();
  GBytes *spki = NULL;

  if (curve != NULL && point_length > 0 && point_length <= 256)
    {
      unwrap_point (&bare, &point_length);
      if (OSSL_PARAM_BLD_push_utf8_string (builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
          OSSL_PARAM_BLD_push_octet_string (builder, OSSL_PKEY_PARAM_PUB_KEY, bare, point_length) ==
              1)
        spki = spki_from_params ("EC", builder);
    }
  ERR_clear_error ();
  return spki;
}
