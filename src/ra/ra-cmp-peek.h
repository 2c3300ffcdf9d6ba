/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RaCmpPeek:
 *
 * What must be known of a PKIMessage before its protection can be checked. Bounded strings.
 */
typedef struct
{
  char reference[65];       /* senderKID, "" when there is none */
  guint8 transaction[32];   /* transactionID */
  gsize transaction_length; /* 0: none */
} RaCmpPeek;

/**
 * ra_cmp_peek:
 * @message: hostile input
 *
 * Walks the header of a PKIMessage (RFC 9810, section 5.1.1) in strict DER; nothing is trusted.
 *
 * Returns: %FALSE when it is not one, or when checking its protection would cost too much
 */
gboolean ra_cmp_peek (GBytes *message, RaCmpPeek *peek);

/**
 * ra_cmp_peek_key:
 * @template: DER of a CertTemplate (RFC 4211, section 5)
 *
 * Returns: (transfer full): DER of the SubjectPublicKeyInfo asked for, %NULL when there is none
 */
GBytes *ra_cmp_peek_key (const guint8 *template, gsize length);

/** ra_cmp_peek_status: Returns: the PKIStatus in the DER of a PKIStatusInfo, -1 when there is none
 */
int ra_cmp_peek_status (const guint8 *info, gsize length);

G_END_DECLS
