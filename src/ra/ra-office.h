/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-sms.h"

G_BEGIN_DECLS

/**
 * What the CA's office does with orders. Every function needs a transaction, and leaves what has to
 * be undone to it when it fails. @who is for the audit log. @message is the number of a text
 * message to deliver after the commit, 0 when there is none.
 */

/** ra_office_add: registers a draft as handed in, with its documents and its fee, at the office */
gboolean ra_office_add (RaSite *site, const char *who, YyOrder *order, GError **error);

/**
 * ra_office_approve:
 *
 * Passes the review the order is in: the first one, or the second one, which needs a prepared token
 * and sends the activation code. The agent is told when an order to unlock a token has passed, and
 * so is the one of the token's last order when that is somebody else.
 *
 * Returns: (transfer full): the order as it is then, or %NULL with %YY_ERROR_REFUSED
 */
YyOrder *ra_office_approve (RaSite *site,
                            const char *who,
                            const char *number,
                            RaNotices *notices,
                            GError **error);

YyOrder *ra_office_reject (RaSite *site,
                           const char *who,
                           const char *number,
                           const char *reason,
                           gint64 *message,
                           GError **error);

/** ra_office_resend: a new activation code for an order that is ready; the old one is void */
YyOrder *ra_office_resend (RaSite *site,
                           const char *who,
                           const char *number,
                           gint64 *message,
                           GError **error);

/**
 * ra_office_withdraw:
 * @why: (nullable): for the audit log
 *
 * Takes an order back; its codes are void. Documents that were never handed in are forgotten.
 */
gboolean
ra_office_withdraw (RaSite *site, const char *who, YyOrder *order, const char *why, GError **error);

/**
 * ra_office_allow_token:
 *
 * Lets the SO PINs of a token be released again after it refused them all, because it was seen at
 * the office.
 *
 * Returns: (transfer full): the token, or %NULL with %YY_ERROR_REFUSED
 */
RaToken *ra_office_allow_token (RaSite *site, const char *who, const char *serial, GError **error);

/** ra_office_complete: what the order is for was done, and its grant closed */
gboolean ra_office_complete (RaSite *site, const char *who, YyOrder *order, GError **error);

/**
 * ra_office_happen:
 * @why: (nullable): for the audit log
 *
 * One event: the state machine decides, the log and the order say so. Returns: %FALSE with
 * %YY_ERROR_REFUSED when it is not possible in the order's state
 */
gboolean ra_office_happen (RaSite *site,
                           const char *who,
                           YyOrder *order,
                           YyOrderEvent event,
                           const char *why,
                           GError **error);

/** ra_office_get_order: Returns: (transfer full): or %NULL with %YY_ERROR_REFUSED */
YyOrder *ra_office_get_order (RaSite *site, const char *number, GError **error);

G_END_DECLS
