/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "procedure/yy-pin-guard.h"
#include "token/yy-token-session.h"

G_BEGIN_DECLS

/**
 * yy_activated_prove_async:
 * @guard: remembers a PIN that is wrong
 * @anchors: (element-type YyCertificate): the CA's certificates; kept until the end
 * @pin: the PIN the person just chose for this token; borrowed until the call returns
 *
 * Finds out whether the token was activated a moment ago: whether it holds a certificate that the
 * CA issued within the last day, and opens with @pin, and a test signature with that certificate's
 * key verifies. A PIN try can be spent, so it is not asked when few are left.
 */
void yy_activated_prove_async (YyTokenSession *session,
                               YyPinGuard *guard,
                               GPtrArray *anchors,
                               const YySecret *pin,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** Returns: (transfer full): the certificate, or %NULL: with %YY_ERROR_NO_SUCH_OBJECT when there is
 * none, %YY_ERROR_PIN_LAST_TRY or %YY_ERROR_PIN_REPEATED when it was not asked, or another error of
 * the session */
YyCertificate *
yy_activated_prove_finish (YyTokenSession *session, GAsyncResult *result, GError **error);

G_END_DECLS
