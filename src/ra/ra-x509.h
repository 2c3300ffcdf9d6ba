/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-openssl.h"
#include "order/yy-order.h"

G_BEGIN_DECLS

/** RaExtension: an extension as in openssl.cnf */
typedef struct
{
  int nid;
  const char *value;
} RaExtension;

/**
 * RaTemplate:
 * @subject: name of the holder
 * @spki: DER of the holder's SubjectPublicKeyInfo; checked with ra_x509_check_key(), or our own
 * @issuer: (nullable): certificate of the CA, %NULL: self-signed
 * @issuer_key: private key of the CA
 * @seconds: validity from now
 * @extensions: ended by one with the NID 0
 *
 * A certificate to be made.
 */
typedef struct
{
  X509_NAME *subject;
  GBytes *spki;
  X509 *issuer;
  EVP_PKEY *issuer_key;
  gint64 seconds;
  const RaExtension *extensions;
} RaTemplate;

/** ra_x509_make: Returns: (transfer full): a certificate with a random 126-bit serial (RFC 5280) */
X509 *ra_x509_make (const RaTemplate *template, GError **error);

/**
 * ra_x509_subject:
 *
 * Returns: (transfer full): C, ST, L, O, CN and serialNumber of the order's organization; %NULL
 * with %YY_ERROR_INVALID_DATA
 */
X509_NAME *ra_x509_subject (const YyOrder *order, GError **error);
/** ra_x509_ca_subject: Returns: (transfer full): C, O and CN of a CA */
X509_NAME *ra_x509_ca_subject (const char *country, const char *name, GError **error);
/** ra_x509_common_name: Returns: (transfer full): a name that has a CN alone */
X509_NAME *ra_x509_common_name (const char *name, GError **error);

/** ra_x509_serial: Returns: (transfer full): upper-case hexadecimal */
char *ra_x509_serial (const X509 *x509);
/** ra_x509_to_der: Returns: (transfer full) */
GBytes *ra_x509_to_der (X509 *x509);
/** ra_x509_spki: Returns: (transfer full): DER of the key's SubjectPublicKeyInfo */
GBytes *ra_x509_spki (EVP_PKEY *key);
/** ra_x509_digest: Returns: (transfer full): SHA-256 */
GBytes *ra_x509_digest (GBytes *bytes);

/**
 * ra_x509_check_key:
 * @spki: DER of a SubjectPublicKeyInfo; that it can be used was shown by its proof of possession
 *
 * Returns: %TRUE for RSA of 2048 to 8192 bits with an exponent of at most 32, and for EC P-256 with
 * an uncompressed point; otherwise %FALSE with %YY_ERROR_REFUSED
 */
gboolean ra_x509_check_key (GBytes *spki, GError **error);

G_END_DECLS
