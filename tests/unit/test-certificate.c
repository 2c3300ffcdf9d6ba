/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-certificate.h"

#include <openssl/ec.h>

YyCertificate *
test_certificate_new (const char *common_name)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) x509 = X509_new ();
  g_autoptr (GBytes) bytes = NULL;
  X509_NAME *name = X509_get_subject_name (x509);
  unsigned char *der = NULL;
  int length = 0;

  X509_set_version (x509, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (x509), 1);
  X509_gmtime_adj (X509_getm_notBefore (x509), -60);
  X509_gmtime_adj (X509_getm_notAfter (x509), 3600);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const unsigned char *) common_name, -1,
                              -1, 0);
  X509_set_issuer_name (x509, name);
  X509_set_pubkey (x509, key);
  g_assert_cmpint (X509_sign (x509, key, EVP_sha256 ()), >, 0);
  length = i2d_X509 (x509, &der);
  bytes = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  return yy_certificate_new (bytes, NULL);
}
