/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-fault.h"
#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * The codes that are sent to an order's agent: an activation code for an order that issues a
 * certificate, a verification code for one that only unlocks a token. They differ in the profile's
 * rules alone. Functions need a transaction, which is committed even when they fail with %RA_FAULT:
 * a wrong code has cost a try. @who is for the audit log.
 */

/**
 * ra_codes_send:
 * @message: (out): number of a text message to deliver after the commit
 *
 * Makes a new code, of which only the hash and the message with it are kept. Older ones are void.
 */
gboolean ra_codes_send (RaSite *site,
                        const char *who,
                        const YyOrder *order,
                        gint64 *message,
                        GError **error);

/**
 * ra_codes_check:
 * @typed: compared in constant time
 * @id: (out): of the code
 *
 * Whether @typed is the order's newest code and may still be used, or was used already. A wrong one
 * costs a try, and the last try the code.
 */
gboolean ra_codes_check (RaSite *site,
                         const char *who,
                         const YyOrder *order,
                         const YySecret *typed,
                         gint64 *id,
                         GError **error);

/** ra_codes_check_grant: whether the code that @grant was authorised with would still be accepted
 */
gboolean ra_codes_check_grant (RaSite *site,
                               const char *who,
                               const YyOrder *order,
                               const RaGrant *grant,
                               GError **error);

/** ra_codes_end: @state: what the codes that are valid become: used or void. None stays in the
 * outbox. */
gboolean ra_codes_end (RaSite *site, const YyOrder *order, RaCodeState state, GError **error);

/** ra_codes_refuse: an error that is in the audit log, too; @type: of the order it is about */
gboolean ra_codes_refuse (RaSite *site,
                          const char *who,
                          YyOrderType type,
                          const char *subject,
                          RaFault fault,
                          const char *message,
                          GError **error);

G_END_DECLS
