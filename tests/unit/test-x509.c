/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "certificate/yy-certificate.h"

#define DAY 86400

/* A chain made for the tests: root → issuer → leaf. */
static EVP_PKEY *key;
static YyCertificate *root;
static YyCertificate *issuer;
static YyCertificate *leaf;

static X509_NAME *
name_new (const char *common_name)
{
  X509_NAME *name = X509_NAME_new ();

  X509_NAME_add_entry_by_txt (name, "C", MBSTRING_UTF8, (const guchar *) "CN", -1, -1, 0);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const guchar *) common_name, -1, -1, 0);
  return name;
}

static YyCertificate *
wrap (X509 *x509)
{
  unsigned char *der = NULL;
  int length = i2d_X509 (x509, &der);
  g_autoptr (GBytes) bytes = g_bytes_new (der, (gsize) length);
  g_autoptr (GError) error = NULL;
  YyCertificate *certificate = yy_certificate_new (bytes, &error);

  g_assert_no_error (error);
  OPENSSL_free (der);
  return certificate;
}

static YyCertificate *
make (const char *subject, const char *issued_by, gboolean ca, long start, long end)
{
  g_autoptr (X509) x509 = X509_new ();
  g_autoptr (X509_NAME) subject_name = name_new (subject);
  g_autoptr (X509_NAME) issuer_name = name_new (issued_by);
  X509_EXTENSION *constraints = X509V3_EXT_conf_nid (NULL, NULL, NID_basic_constraints,
                                                     ca ? "critical,CA:TRUE" : "critical,CA:FALSE");

  X509_set_version (x509, X509_VERSION_3);
  ASN1_INTEGER_set_uint64 (X509_get_serialNumber (x509), 0xABCDEF0123456789);
  X509_set_subject_name (x509, subject_name);
  X509_set_issuer_name (x509, issuer_name);
  X509_gmtime_adj (X509_getm_notBefore (x509), start);
  X509_gmtime_adj (X509_getm_notAfter (x509), end);
  X509_set_pubkey (x509, key);
  X509_add_ext (x509, constraints, -1);
  X509_EXTENSION_free (constraints);
  g_assert_cmpint (X509_sign (x509, key, EVP_sha256 ()), >, 0);
  return wrap (x509);
}

static GPtrArray *
list (YyCertificate *first, YyCertificate *second)
{
  GPtrArray *array = g_ptr_array_new ();

  g_ptr_array_add (array, first);
  if (second != NULL)
    g_ptr_array_add (array, second);
  return array;
}

static void
test_fields (void)
{
  g_autofree char *pem = yy_certificate_to_pem (leaf);
  g_autoptr (GBytes) spki = yy_certificate_dup_spki (leaf);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  g_assert_cmpstr (yy_certificate_get_subject (leaf), ==, "CN=示例公司,C=CN");
  g_assert_cmpstr (yy_certificate_get_common_name (leaf), ==, "示例公司");
  g_assert_cmpstr (yy_certificate_get_issuer_name (leaf), ==, "issuer");
  g_assert_cmpstr (yy_certificate_get_serial_number (leaf), ==, "ABCDEF0123456789");
  g_assert_cmpstr (yy_certificate_get_key_description (leaf), ==, "EC P-256");
  g_assert_cmpuint (strlen (yy_certificate_get_sha256 (leaf)), ==, 64);
  g_assert_cmpint (g_date_time_compare (yy_certificate_get_not_before (leaf), now), <, 0);
  g_assert_cmpint (g_date_time_compare (yy_certificate_get_not_after (leaf), now), >, 0);
  g_assert_true (g_str_has_prefix (pem, "-----BEGIN CERTIFICATE-----\n"));
  g_assert_cmpuint (g_bytes_get_size (spki), ==, 91);
}

/* CN with a NUL in the middle, and control characters: text, never a cut-off string. */
static void
test_odd_names (void)
{
  static const guchar odd[] = "good.example\0.evil\033[2J";
  g_autoptr (X509) x509 = X509_dup (yy_certificate_peek_x509 (leaf));
  g_autoptr (X509_NAME) name = X509_NAME_new ();
  g_autoptr (YyCertificate) certificate = NULL;

  X509_NAME_add_entry_by_NID (name, NID_commonName, V_ASN1_UTF8STRING, odd, sizeof odd - 1, -1, 0);
  X509_set_subject_name (x509, name);
  g_assert_cmpint (X509_sign (x509, key, EVP_sha256 ()), >, 0);
  certificate = wrap (x509);
  g_assert_nonnull (strstr (yy_certificate_get_common_name (certificate), ".evil"));
  g_assert_true (g_utf8_validate (yy_certificate_get_subject (certificate), -1, NULL));
}

static void
assert_refused (const guint8 *bytes, gsize length)
{
  g_autoptr (GBytes) der = g_bytes_new (bytes, length);
  g_autoptr (GError) error = NULL;

  g_assert_null (yy_certificate_new (der, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
  g_assert_cmpuint (ERR_peek_error (), ==, 0);
}

static void
test_truncated (void)
{
  gsize length = 0;
  const guint8 *der = g_bytes_get_data (yy_certificate_get_der (leaf), &length);
  g_autofree guint8 *longer = g_malloc0 (length + 1);

  for (gsize i = 0; i < length; i++)
    assert_refused (der, i);
  memcpy (longer, der, length);
  assert_refused (longer, length + 1);
}

/* Whatever one wrong byte makes of it: a certificate or an error, and every getter works. */
static void
test_one_wrong_byte (void)
{
  static const guint8 masks[] = { 0x01, 0x20, 0x80, 0xff };
  gsize length = 0;
  const guint8 *der = g_bytes_get_data (yy_certificate_get_der (leaf), &length);
  g_autoptr (GPtrArray) anchors = list (root, issuer);

  for (gsize i = 0; i < length * G_N_ELEMENTS (masks); i++)
    {
      guint8 *copy = g_memdup2 (der, length);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (YyCertificate) certificate = NULL;

      copy[i / G_N_ELEMENTS (masks)] ^= masks[i % G_N_ELEMENTS (masks)];
      bytes = g_bytes_new_take (copy, length);
      certificate = yy_certificate_new (bytes, NULL);
      if (certificate == NULL)
        continue;
      g_assert_true (g_utf8_validate (yy_certificate_get_subject (certificate), -1, NULL));
      g_assert_nonnull (yy_certificate_get_common_name (certificate));
      g_assert_nonnull (yy_certificate_get_key_description (certificate));
      g_assert_false (yy_certificate_verify_chain (certificate, anchors, NULL, NULL));
    }
}

static void
test_garbage (void)
{
  static const guint8 longest[] = { 0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30, 0x80 };
  static const guint8 endless[] = { 0x30, 0x80, 0x30, 0x80, 0x30, 0x80 };
  g_autoptr (GBytes) spki = yy_certificate_dup_spki (leaf);

  assert_refused (NULL, 0);
  assert_refused ((const guint8 *) "hello", 5);
  assert_refused (longest, sizeof longest);
  assert_refused (endless, sizeof endless);
  assert_refused (g_bytes_get_data (spki, NULL), g_bytes_get_size (spki));
}

static void
test_chain (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) both = list (root, issuer);
  g_autoptr (GPtrArray) only_issuer = list (issuer, NULL);

  g_assert_true (yy_certificate_verify_chain (leaf, both, NULL, &error));
  g_assert_no_error (error);
  /* An issuing CA is an anchor even without its own root. */
  g_assert_true (yy_certificate_verify_chain (leaf, only_issuer, NULL, &error));
  g_assert_no_error (error);
}

static void
assert_not_trusted (YyCertificate *certificate, GPtrArray *anchors, GDateTime *at)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (yy_certificate_verify_chain (certificate, anchors, at, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_CA_NOT_TRUSTED);
  g_assert_cmpuint (ERR_peek_error (), ==, 0);
}

static void
test_chain_refused (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) later = g_date_time_add_years (now, 3);
  g_autoptr (GDateTime) earlier = g_date_time_add_years (now, -3);
  g_autoptr (GPtrArray) both = list (root, issuer);
  g_autoptr (GPtrArray) only_root = list (root, NULL);
  g_autoptr (GPtrArray) nobody = g_ptr_array_new ();
  g_autoptr (GPtrArray) not_ca = list (leaf, NULL);
  g_autoptr (YyCertificate) expired = make ("expired", "issuer", FALSE, -2 * DAY, -DAY);
  g_autoptr (YyCertificate) below_leaf = make ("x", "示例公司", FALSE, -DAY, DAY);

  assert_not_trusted (leaf, only_root, NULL);
  assert_not_trusted (leaf, nobody, NULL);
  assert_not_trusted (leaf, both, later);
  assert_not_trusted (leaf, both, earlier);
  assert_not_trusted (expired, both, NULL);
  assert_not_trusted (below_leaf, not_ca, NULL);
}

static void
test_signature (void)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  g_autoptr (GBytes) data = g_bytes_new_static ("challenge", 9);
  g_autoptr (GBytes) other = g_bytes_new_static ("chalLenge", 9);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;
  guint8 bytes[256];
  gsize length = sizeof bytes;

  g_assert_cmpint (EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, key), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, bytes, &length, (const guint8 *) "challenge", 9), ==,
                   1);
  signature = g_bytes_new (bytes, length);
  g_assert_true (yy_certificate_verify_signature (leaf, data, signature, &error));
  g_assert_no_error (error);
  g_assert_false (yy_certificate_verify_signature (leaf, other, signature, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_PROOF);
  g_clear_error (&error);
  g_assert_false (yy_certificate_verify_signature (leaf, data, empty, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_PROOF);
}

static void
test_pem (void)
{
  g_autofree char *first = yy_certificate_to_pem (leaf);
  g_autofree char *second = yy_certificate_to_pem (issuer);
  g_autofree char *text = g_strconcat ("some words\n", first, "more\n", second, NULL);
  g_autoptr (GBytes) pem = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) certificates = yy_certificates_from_pem (pem, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (certificates->len, ==, 2);
  g_assert_true (g_bytes_equal (yy_certificate_get_der (certificates->pdata[0]),
                                yy_certificate_get_der (leaf)));
  g_assert_true (g_bytes_equal (yy_certificate_get_der (certificates->pdata[1]),
                                yy_certificate_get_der (issuer)));
}

static void
test_pem_refused (void)
{
  g_autofree char *whole = yy_certificate_to_pem (leaf);
  gsize length = strlen (whole);

  /* Up to the "-----END CERTIFICATE-----" without its line feed. */
  for (gsize i = 0; i < length - 2; i++)
    {
      g_autoptr (GBytes) part = g_bytes_new (whole, i);
      g_autoptr (GError) error = NULL;

      g_assert_null (yy_certificates_from_pem (part, &error));
      g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
      g_assert_cmpuint (ERR_peek_error (), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  int status = 0;

  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  key = EVP_EC_gen ("P-256");
  root = make ("root", "root", TRUE, -400 * DAY, 700 * DAY);
  issuer = make ("issuer", "root", TRUE, -400 * DAY, 700 * DAY);
  leaf = make ("示例公司", "issuer", FALSE, -DAY, 365 * DAY);
  g_test_add_func ("/certificate/fields", test_fields);
  g_test_add_func ("/certificate/odd-names", test_odd_names);
  g_test_add_func ("/certificate/truncated", test_truncated);
  g_test_add_func ("/certificate/one-wrong-byte", test_one_wrong_byte);
  g_test_add_func ("/certificate/garbage", test_garbage);
  g_test_add_func ("/certificate/chain", test_chain);
  g_test_add_func ("/certificate/chain-refused", test_chain_refused);
  g_test_add_func ("/certificate/signature", test_signature);
  g_test_add_func ("/certificate/pem", test_pem);
  g_test_add_func ("/certificate/pem-refused", test_pem_refused);
  status = g_test_run ();
  g_clear_object (&leaf);
  g_clear_object (&issuer);
  g_clear_object (&root);
  EVP_PKEY_free (key);
  return status;
}
