/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/token.h"
#include "base/yy-secret.h"
#include "certificate/yy-certificate.h"

G_BEGIN_DECLS

/**
 * YyEnrolRequest:
 * @id: CKA_ID of the private key
 * @subject: DER of the Name for the template
 * @reference: senderKID of the shared @secret
 * @anchors: (element-type YyCertificate): what the issued certificate must chain to
 * @transfer: sends one DER PKIMessage to the CA and returns the answer, or %NULL with the error to
 *   fail with
 * @progress: a part of the work begins: see the agent's Progress signal
 */
typedef struct
{
  GBytes *id;
  const char *label;
  GBytes *subject;
  const char *reference;
  const YySecret *secret;
  GPtrArray *anchors;
  GBytes *(*transfer) (GBytes *message, gpointer user_data, GError **error);
  void (*progress) (const char *step, gpointer user_data);
  gpointer user_data;
} YyEnrolRequest;

/**
 * yy_enrol:
 *
 * CMP ir (RFC 9483, section 4.1.1, protected by a shared secret as in section 4.1.5). Between the
 * CA's answer and certConf the certificate is checked, written, read back and proved; certConf is
 * sent only if all of that succeeded. A certificate that is not what was asked for is rejected with
 * a negative certConf; on any other failure nothing more is sent, and the CA gives the same
 * certificate again next time.
 *
 * Returns: (transfer full): the certificate, confirmed to the CA
 */
YyCertificate *yy_enrol (YyAgentToken *token, const YyEnrolRequest *request, GError **error);

/**
 * yy_enrol_check:
 * @certificate: what the CA issued
 * @spki: the key it was asked for
 * @subject: DER of the Name it was asked for
 *
 * Returns: whether it may be put on the token: %YY_ERROR_SERVICE_FAILED for another key or subject,
 *   %YY_ERROR_CLOCK when it begins in the future, %YY_ERROR_CA_NOT_TRUSTED for a broken chain
 */
gboolean yy_enrol_check (YyCertificate *certificate,
                         GBytes *spki,
                         GBytes *subject,
                         GPtrArray *anchors,
                         GError **error);

G_END_DECLS
