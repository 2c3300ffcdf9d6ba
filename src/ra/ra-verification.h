/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * Verification codes: what proves that whoever unlocks a token has the agent's phone
 * (src/order/API.md, "Orders begun in the client"). Functions need a transaction, which is
 * committed even when they fail with %RA_FAULT. @who is for the audit log.
 */

/**
 * RaVerification:
 * @to: (nullable): the phone, all but the beginning and the end masked; %NULL: there is no code
 * @delivery: "pending", "sent" or "failed"
 * @resend_after: seconds until another one may be asked for
 * @expires_in: seconds
 *
 * What a client is told of an order's newest code.
 */
typedef struct
{
  char *to;
  const char *delivery;
  guint resend_after;
  guint expires_in;
  guint tries_left;
} RaVerification;

void ra_verification_clear (RaVerification *verification);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RaVerification, ra_verification_clear)

/** ra_verification_describe: @out: (out): cleared before; there is no code unless the order is
 * ready
 */
gboolean
ra_verification_describe (RaSite *site, const YyOrder *order, RaVerification *out, GError **error);

/**
 * ra_verification_send:
 * @message: (out): number of a text message to deliver after the commit
 *
 * Sends a new code, if the order is ready, the time since the last one and the limit for an hour
 * allow it. Both are in the store: a restart changes nothing.
 */
gboolean ra_verification_send (RaSite *site,
                               const char *who,
                               const YyOrder *order,
                               gint64 *message,
                               GError **error);

G_END_DECLS
