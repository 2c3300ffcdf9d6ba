/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-openssl.h"

G_BEGIN_DECLS

/**
 * YyCertificate:
 *
 * An immutable view of one X.509 certificate (RFC 5280). May be used from any thread.
 */
#define YY_TYPE_CERTIFICATE (yy_certificate_get_type ())
G_DECLARE_FINAL_TYPE (YyCertificate, yy_certificate, YY, CERTIFICATE, GObject)

/**
 * yy_certificate_new:
 * @der: exactly one DER certificate, nothing behind it
 *
 * Returns: (transfer full): the view, or %NULL with %YY_ERROR_INVALID_DATA
 */
YyCertificate *yy_certificate_new (GBytes *der, GError **error);

/** yy_certificate_get_der: Returns: (transfer none): the bytes it was made from */
GBytes *yy_certificate_get_der (YyCertificate *self);
/** yy_certificate_to_pem: Returns: (transfer full): PEM text (RFC 7468) */
char *yy_certificate_to_pem (YyCertificate *self);
/** yy_certificate_get_subject: Returns: RFC 4514 text, UTF-8 not escaped */
const char *yy_certificate_get_subject (YyCertificate *self);
const char *yy_certificate_get_issuer (YyCertificate *self);
/** yy_certificate_get_common_name: Returns: the last CN of the subject, else the whole subject */
const char *yy_certificate_get_common_name (YyCertificate *self);
const char *yy_certificate_get_issuer_name (YyCertificate *self);
/** yy_certificate_get_serial_number: Returns: upper-case hexadecimal */
const char *yy_certificate_get_serial_number (YyCertificate *self);
/** yy_certificate_get_not_before: Returns: (transfer none): in UTC */
GDateTime *yy_certificate_get_not_before (YyCertificate *self);
GDateTime *yy_certificate_get_not_after (YyCertificate *self);
/**
 * yy_certificate_get_days_left:
 *
 * Returns: from today to the last day as a calendar here counts them, so that five days before the
 * day that is shown it is 5 the whole day long; 0 when less than 24 hours are left
 */
int yy_certificate_get_days_left (YyCertificate *self);
/** yy_certificate_get_sha256: Returns: fingerprint of the DER, 64 lower-case hexadecimal digits */
const char *yy_certificate_get_sha256 (YyCertificate *self);
/** yy_certificate_get_key_description: Returns: for example "RSA 2048" or "EC P-256" */
const char *yy_certificate_get_key_description (YyCertificate *self);
/** yy_certificate_dup_spki: Returns: (transfer full): DER of SubjectPublicKeyInfo */
GBytes *yy_certificate_dup_spki (YyCertificate *self);
/** yy_certificate_peek_x509: Returns: (transfer none): to be read only, never changed */
X509 *yy_certificate_peek_x509 (YyCertificate *self);

/**
 * yy_certificate_verify_signature:
 * @data: what was signed
 * @signature: RSA PKCS #1 v1.5 or DER-encoded ECDSA, with SHA-256
 *
 * Returns: %TRUE if it verifies; otherwise %FALSE with %YY_ERROR_PROOF
 */
gboolean yy_certificate_verify_signature (YyCertificate *self,
                                          GBytes *data,
                                          GBytes *signature,
                                          GError **error);

/**
 * yy_certificate_verify_chain:
 * @anchors: (element-type YyCertificate): trusted certificates, self-signed or not
 * @at: (nullable): the moment to check for, %NULL for now
 *
 * Builds and checks the path (RFC 5280, section 6) without revocation.
 *
 * Returns: %TRUE if trusted; otherwise %FALSE with %YY_ERROR_CA_NOT_TRUSTED and the reason
 */
gboolean yy_certificate_verify_chain (YyCertificate *self,
                                      GPtrArray *anchors,
                                      GDateTime *at,
                                      GError **error);

/**
 * yy_certificates_from_pem:
 * @pem: one or more PEM certificates
 *
 * Returns: (transfer full) (element-type YyCertificate): at least one, or %NULL with
 *   %YY_ERROR_INVALID_DATA
 */
GPtrArray *yy_certificates_from_pem (GBytes *pem, GError **error);

G_END_DECLS
