/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-tlv.h"

G_BEGIN_DECLS

#define VT_PIN_SALT 16
#define VT_PIN_HASH 32

/**
 * VtPin:
 * @length: of the PIN, 0 while there is none
 *
 * A PIN and its retry counter. The PIN itself is not kept, only a salted hash of it.
 */
typedef struct
{
  guint8 salt[VT_PIN_SALT];
  guint8 hash[VT_PIN_HASH];
  guint8 length;
  guint8 tries;
  guint8 max_tries;
} VtPin;

/** vt_pin_set: A new PIN with all its tries. */
void vt_pin_set (VtPin *pin, VtSpan value);
/** vt_pin_clear: No PIN. */
void vt_pin_clear (VtPin *pin);

/**
 * vt_pin_check:
 *
 * Compares and counts: a right value restores all tries, a wrong one costs one, and once none is
 * left nothing is compared any more.
 *
 * Returns: the status word: 9000, 63CX, 6983 (locked) or 6984 (no PIN)
 */
guint16 vt_pin_check (VtPin *pin, VtSpan value);

/** vt_pin_status: Returns: 63CX, 6983 or 6984: what VERIFY without data says. Costs no try. */
guint16 vt_pin_status (const VtPin *pin);

G_END_DECLS
