/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-x509.h"

#include <string.h>

#include <glib/gi18n.h>
#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define SERIAL_SIZE 16
/* Certificates are valid from a little before now: clocks of others are never exact. */
#define BACKDATE (5 * 60)

static gboolean
set_serial (X509 *x509)
{
  unsigned char bytes[SERIAL_SIZE];
  g_autoptr (BIGNUM) number = NULL;

  if (RAND_bytes (bytes, sizeof bytes) != 1)
    return FALSE;
  /* Positive, and always of the same length. */
  bytes[0] = (unsigned char) ((bytes[0] & 0x3f) | 0x40);
  number = BN_bin2bn (bytes, sizeof bytes, NULL);
  return BN_to_ASN1_INTEGER (number, X509_get_serialNumber (x509)) != NULL;
}

static gboolean
add_extensions (X509 *x509, const RaTemplate *template)
{
  X509V3_CTX context;

  X509V3_set_ctx (&context, template->issuer == NULL ? x509 : template->issuer, x509, NULL, NULL,
                  0);
  for (guint i = 0; template->extensions[i].nid != 0; i++)
    {
      X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, &context, template->extensions[i].nid,
                                                       template->extensions[i].value);
      gboolean added = extension != NULL && X509_add_ext (x509, extension, -1) == 1;

      X509_EXTENSION_free (extension);
      if (!added)
        return FALSE;
    }
  return TRUE;
}

X509 *
ra_x509_make (const RaTemplate *template, GError **error)
{
  g_autoptr (X509) x509 = X509_new ();
  X509_NAME *issuer =
      template->issuer == NULL ? template->subject : X509_get_subject_name (template->issuer);
  time_t start = time (NULL) - BACKDATE;
  time_t end = time (NULL) + template->seconds;

  if (X509_set_version (x509, X509_VERSION_3) == 1 && set_serial (x509) &&
      X509_set_issuer_name (x509, issuer) == 1 &&
      X509_set_subject_name (x509, template->subject) == 1 &&
      X509_time_adj_ex (X509_getm_notBefore (x509), 0, 0, &start) != NULL &&
      X509_time_adj_ex (X509_getm_notAfter (x509), 0, 0, &end) != NULL &&
      X509_set_pubkey (x509, template->key) == 1 && add_extensions (x509, template) &&
      X509_sign (x509, template->issuer_key, EVP_sha256 ()) > 0)
    return g_steal_pointer (&x509);
  yy_set_openssl_error (error, YY_ERROR_FAILED, _ ("A certificate cannot be made"));
  return NULL;
}

typedef struct
{
  int nid;
  const char *value;
} Attribute;

static X509_NAME *
make_name (const Attribute *attributes, guint count, GError **error)
{
  g_autoptr (X509_NAME) name = X509_NAME_new ();

  for (guint i = 0; i < count; i++)
    if (X509_NAME_add_entry_by_NID (name, attributes[i].nid, MBSTRING_UTF8,
                                    (const unsigned char *) attributes[i].value, -1, -1, 0) != 1)
      {
        yy_set_openssl_error (error, YY_ERROR_INVALID_DATA,
                              _ ("A name does not fit into a certificate"));
        return NULL;
      }
  return g_steal_pointer (&name);
}

X509_NAME *
ra_x509_subject (const YyOrder *order, GError **error)
{
  const Attribute attributes[] = {
    { NID_countryName, order->organization_country },
    { NID_stateOrProvinceName, order->organization_province },
    { NID_localityName, order->organization_city },
    { NID_organizationName, order->organization },
    { NID_commonName, order->organization },
    { NID_serialNumber, order->organization_document_number },
  };

  return make_name (attributes, G_N_ELEMENTS (attributes), error);
}

X509_NAME *
ra_x509_ca_subject (const char *country, const char *name, GError **error)
{
  const Attribute attributes[] = {
    { NID_countryName, country },
    { NID_organizationName, name },
    { NID_commonName, name },
  };

  return make_name (attributes, G_N_ELEMENTS (attributes), error);
}

X509_NAME *
ra_x509_common_name (const char *name, GError **error)
{
  const Attribute attribute = { NID_commonName, name };

  return make_name (&attribute, 1, error);
}

char *
ra_x509_serial (const X509 *x509)
{
  g_autoptr (BIGNUM) number = ASN1_INTEGER_to_BN (X509_get0_serialNumber (x509), NULL);
  char *hex = BN_bn2hex (number);
  char *text = g_strdup (hex);

  OPENSSL_free (hex);
  return text;
}

GBytes *
ra_x509_to_der (X509 *x509)
{
  unsigned char *der = NULL;
  int length = i2d_X509 (x509, &der);
  GBytes *bytes = g_bytes_new (der, length < 0 ? 0 : (gsize) length);

  OPENSSL_free (der);
  return bytes;
}

GBytes *
ra_x509_key_digest (EVP_PKEY *key)
{
  unsigned char *der = NULL;
  int length = i2d_PUBKEY (key, &der);
  guint8 digest[32];
  gsize size = sizeof digest;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (sum, der, length < 0 ? 0 : length);
  g_checksum_get_digest (sum, digest, &size);
  OPENSSL_free (der);
  return g_bytes_new (digest, size);
}

static gboolean
is_usual_rsa (EVP_PKEY *key)
{
  BIGNUM *exponent = NULL;
  int bits = EVP_PKEY_get_bits (key);
  gboolean usual = EVP_PKEY_is_a (key, "RSA") && bits >= 2048 && bits <= 8192 &&
                   EVP_PKEY_get_bn_param (key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
                   BN_is_odd (exponent) && BN_num_bits (exponent) > 1 &&
                   BN_num_bits (exponent) <= 32;

  BN_free (exponent);
  return usual;
}

static gboolean
is_p256 (EVP_PKEY *key)
{
  char group[32] = "";
  size_t length = 0;

  return EVP_PKEY_is_a (key, "EC") &&
         EVP_PKEY_get_utf8_string_param (key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                         &length) == 1 &&
         strcmp (group, "prime256v1") == 0;
}

gboolean
ra_x509_check_key (EVP_PKEY *key, GError **error)
{
  if (is_usual_rsa (key) || is_p256 (key))
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_REFUSED,
                       _ ("Only RSA keys of 2048 bits or more and EC keys on P-256 are accepted"));
  return FALSE;
}
