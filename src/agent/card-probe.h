/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/card.h"

G_BEGIN_DECLS

/**
 * YyCardType:
 *
 * A kind of card this project knows more of than PKCS #11 says.
 */
typedef enum
{
  YY_CARD_UNKNOWN,
  YY_CARD_SC_HSM, /* SmartCard-HSM, CardContact */
} YyCardType;

/** yy_card_type_from_atr: Pure. */
YyCardType yy_card_type_from_atr (GBytes *atr);

/**
 * YyProbe:
 * @type: what the card is; %YY_CARD_UNKNOWN too when it does not answer
 * @tries_left: for the user PIN, -1 when the card cannot tell (unknown card, or the PIN is verified
 *   at this moment, by whichever program)
 * @so_tries_left: for the SO PIN, likewise
 */
typedef struct
{
  YyCardType type;
  int tries_left;
  int so_tries_left;
} YyProbe;

typedef enum
{
  YY_PROBE_TRIES = 1 << 0,
  YY_PROBE_SO_TRIES = 1 << 1,
} YyProbeWhat;

/**
 * yy_probe_card:
 * @reader: see yy_card_open()
 * @what: each costs one APDU
 *
 * Asks the card in @reader beside its PKCS #11 module. VERIFY without data (ISO 7816-4, section
 * 11.6.6) answers 63CX with X tries left and spends none. What cannot be found out stays unknown:
 * there is no error.
 */
YyProbe yy_probe_card (const char *reader, YyProbeWhat what);

/**
 * yy_tries_from_status:
 * @status: answer to VERIFY without data
 *
 * Returns: tries left, or -1
 */
int yy_tries_from_status (int status);

G_END_DECLS
