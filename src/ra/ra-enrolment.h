/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-activation.h"

G_BEGIN_DECLS

/**
 * Issuing for a grant's order. Functions need a transaction; errors are %YY_ERROR_REFUSED with a
 * reason for the applicant, or others for faults. @who is for the audit log.
 */

/** ra_enrolment_open: Returns: (transfer full): of the grant @id, which must be its token's newest
 */
RaCase *ra_enrolment_open (RaSite *site, const char *id, GError **error);

/**
 * ra_enrolment_issue:
 * @spki: DER of a public key whose possession was proved
 *
 * Issues a certificate for the order. The same key is answered with the same certificate. Another
 * key takes the place of one whose certificate was never confirmed (that one is revoked), and is
 * refused after the confirmation.
 *
 * Returns: (transfer full): the certificate, or %NULL
 */
X509 *ra_enrolment_issue (RaSite *site,
                          const char *who,
                          RaCase *activation,
                          GBytes *spki,
                          GError **error);

/** ra_enrolment_confirm: the client has tried the certificate @serial and keeps it */
gboolean ra_enrolment_confirm (RaSite *site,
                               const char *who,
                               RaCase *activation,
                               const char *serial,
                               GError **error);

/** ra_enrolment_decline: the client does not want the certificate @serial: it is revoked */
gboolean ra_enrolment_decline (RaSite *site,
                               const char *who,
                               RaCase *activation,
                               const char *serial,
                               GError **error);

G_END_DECLS
