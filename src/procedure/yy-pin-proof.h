/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "procedure/yy-pin-guard.h"
#include "token/yy-token-session.h"

G_BEGIN_DECLS

/**
 * YyPinProof:
 * @YY_PIN_PROOF_SET: this run set the PIN. The token has to open with it, and the key of one of the
 *   certificates on it, if there are any with a key, has to sign.
 * @YY_PIN_PROOF_UNLOCKED: another run may have set it. The same, but no try is spent when few are
 *   left.
 * @YY_PIN_PROOF_ACTIVATED: and the token has to hold a certificate that the CA issued within the
 *   last day, and its key has to sign
 */
typedef enum
{
  YY_PIN_PROOF_SET,
  YY_PIN_PROOF_UNLOCKED,
  YY_PIN_PROOF_ACTIVATED,
} YyPinProof;

/**
 * yy_pin_proof_async:
 * @guard: remembers a PIN that is wrong
 * @anchors: (element-type YyCertificate) (nullable): the CA's certificates, only for
 *   %YY_PIN_PROOF_ACTIVATED
 * @pin: the PIN the person just chose for this token; borrowed until the call returns
 *
 * Finds out whether what a procedure was to do with a PIN was done: by this run, or a moment ago by
 * one whose last answer was lost. Can spend a PIN try.
 */
void yy_pin_proof_async (YyTokenSession *session,
                         YyPinProof proof,
                         YyPinGuard *guard,
                         GPtrArray *anchors,
                         const YySecret *pin,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
/**
 * yy_pin_proof_finish:
 * @certificate: (out) (optional) (transfer full) (nullable): whose key signed; never %NULL for
 *   %YY_PIN_PROOF_ACTIVATED
 *
 * Returns: %FALSE with %YY_ERROR_NO_SUCH_OBJECT when there is no such certificate, what
 *   yy_pin_guard_check() says when the token was not asked, or another error of the session
 */
gboolean yy_pin_proof_finish (YyTokenSession *session,
                              GAsyncResult *result,
                              YyCertificate **certificate,
                              GError **error);

G_END_DECLS
