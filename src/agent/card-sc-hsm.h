/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/card.h"

G_BEGIN_DECLS

/**
 * YyScHsmPin: PIN references (P2 of VERIFY)
 */
typedef enum
{
  YY_SC_HSM_USER_PIN = 0x81,
  YY_SC_HSM_SO_PIN = 0x88,
} YyScHsmPin;

/** yy_sc_hsm_query_pin: Returns: status word of VERIFY without data, -1 when there was none */
int yy_sc_hsm_query_pin (YyCard *card, YyScHsmPin pin);

/**
 * yy_sc_hsm_has_foreign_certificates:
 *
 * Returns: whether there is a certificate that belongs to no key of the card, or that cannot be
 * known
 */
gboolean yy_sc_hsm_has_foreign_certificates (YyCard *card);

/**
 * yy_sc_hsm_list_files:
 *
 * Returns: (transfer full): identifiers of all files, two bytes each, or %NULL
 */
GBytes *yy_sc_hsm_list_files (YyCard *card, GError **error);

G_END_DECLS
