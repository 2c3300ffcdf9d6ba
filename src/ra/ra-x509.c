/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-x509.h"

#include "ra/ra-der.h"

#include <string.h>

#include <glib/gi18n.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define SERIAL_SIZE 16
/* Certificates are valid from a little before now: clocks of others are never exact. */
#define BACKDATE (5 * 60)

/* SubjectPublicKeyInfo of an uncompressed point on P-256: this, and two numbers (RFC 5480). */
static const guint8 p256_start[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                     0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                     0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 };
#define P256_SIZE (sizeof p256_start + 64)
/* AlgorithmIdentifier of RSA without its tag and length (RFC 3279). */
static const guint8 rsa_algorithm[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                        0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };

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

/* The bytes go into the certificate as they are. X509_set_pubkey() would decode and encode them,
   which costs more than the signature. */
static gboolean
set_key (X509 *x509, GBytes *spki)
{
  RaDer walk = { g_bytes_get_data (spki, NULL), g_bytes_get_size (spki) };
  RaDer fields;
  RaDer algorithm;
  RaDer bits;
  gboolean ec = g_bytes_get_size (spki) == P256_SIZE;
  unsigned char *key = NULL;

  if (!ra_der_take_tagged (&walk, RA_DER_SEQUENCE, &fields) ||
      !ra_der_take_tagged (&fields, RA_DER_SEQUENCE, &algorithm) ||
      !ra_der_take_tagged (&fields, RA_DER_BIT_STRING, &bits) || bits.left < 2)
    return FALSE;
  /* The first byte of a BIT STRING counts unused bits: none. */
  key = OPENSSL_memdup (bits.data + 1, bits.left - 1);
  return X509_PUBKEY_set0_param (X509_get_X509_PUBKEY (x509),
                                 OBJ_nid2obj (ec ? NID_X9_62_id_ecPublicKey : NID_rsaEncryption),
                                 ec ? V_ASN1_OBJECT : V_ASN1_NULL,
                                 ec ? OBJ_nid2obj (NID_X9_62_prime256v1) : NULL, key,
                                 (int) bits.left - 1) == 1;
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
      set_key (x509, template->spki) && add_extensions (x509, template) &&
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
ra_x509_spki (EVP_PKEY *key)
{
  unsigned char *der = NULL;
  int length = i2d_PUBKEY (key, &der);
  GBytes *bytes = g_bytes_new (der, length < 0 ? 0 : (gsize) length);

  OPENSSL_free (der);
  return bytes;
}

GBytes *
ra_x509_digest (GBytes *bytes)
{
  guint8 digest[32];
  gsize size = sizeof digest;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (sum, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  g_checksum_get_digest (sum, digest, &size);
  return g_bytes_new (digest, size);
}

static gboolean
is_p256 (const guint8 *data, gsize size)
{
  return size == P256_SIZE && memcmp (data, p256_start, sizeof p256_start) == 0;
}

/* Length in bits of an odd positive INTEGER, 0 for any other. */
static gsize
odd_bits (RaDer number)
{
  /* A leading zero byte only keeps the sign. */
  if (number.left > 1 && number.data[0] == 0)
    number = (RaDer){ number.data + 1, number.left - 1 };
  else if (number.left == 0 || number.data[0] >= 0x80)
    return 0;
  if ((number.data[number.left - 1] & 1) == 0)
    return 0;
  return (number.left - 1) * 8 + g_bit_storage (number.data[0]);
}

static gboolean
is_usual_rsa (const guint8 *data, gsize size)
{
  RaDer walk = { data, size };
  RaDer fields;
  RaDer algorithm;
  RaDer bits;
  RaDer key;
  RaDer modulus;
  RaDer exponent;

  if (!ra_der_take_tagged (&walk, RA_DER_SEQUENCE, &fields) ||
      !ra_der_take_tagged (&fields, RA_DER_SEQUENCE, &algorithm) ||
      algorithm.left != sizeof rsa_algorithm ||
      memcmp (algorithm.data, rsa_algorithm, sizeof rsa_algorithm) != 0 ||
      !ra_der_take_tagged (&fields, RA_DER_BIT_STRING, &bits) || bits.left < 1 || bits.data[0] != 0)
    return FALSE;
  bits = (RaDer){ bits.data + 1, bits.left - 1 };
  if (!ra_der_take_tagged (&bits, RA_DER_SEQUENCE, &key) || bits.left != 0 ||
      !ra_der_take_tagged (&key, RA_DER_INTEGER, &modulus) ||
      !ra_der_take_tagged (&key, RA_DER_INTEGER, &exponent) || key.left != 0)
    return FALSE;
  return odd_bits (modulus) >= 2048 && odd_bits (modulus) <= 8192 && odd_bits (exponent) >= 2 &&
         odd_bits (exponent) <= 32;
}

gboolean
ra_x509_check_key (GBytes *spki, GError **error)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (spki, &size);

  if (is_p256 (data, size) || is_usual_rsa (data, size))
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_REFUSED,
                       _ ("Only RSA keys of 2048 bits or more and EC keys on P-256 are accepted"));
  return FALSE;
}
