/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * YY_ERROR:
 *
 * The one error domain of the project. It crosses the D-Bus connection to the token agent
 * unchanged (the names are registered with GDBus, see yy-error.c), so a caller sees the same
 * code whichever process failed. Cancellation is always G_IO_ERROR_CANCELLED, never one of these.
 */
#define YY_ERROR (yy_error_quark ())

/**
 * YyError:
 * @YY_ERROR_FAILED: nothing more specific is known
 * @YY_ERROR_INVALID_DATA: input from card, network or file is malformed
 * @YY_ERROR_NO_SUCH_TOKEN: the token addressed is not plugged in
 * @YY_ERROR_TOKEN_REMOVED: the token disappeared while it was being used
 * @YY_ERROR_TOKEN_FULL: no memory left on the token
 * @YY_ERROR_TOKEN_NOT_PREPARED: the token was not prepared by a CA's office
 * @YY_ERROR_NO_SUCH_OBJECT: the key, certificate or data object is not on the token
 * @YY_ERROR_PIN_INCORRECT: the card said that the PIN is wrong; one try was spent
 * @YY_ERROR_PIN_LOCKED: the PIN is locked
 * @YY_ERROR_PIN_LAST_TRY: refused without being sent: it would be the last try
 * @YY_ERROR_PIN_REPEATED: refused without being sent: this PIN just failed on that token
 * @YY_ERROR_PIN_POLICY: the new PIN does not meet the rules
 * @YY_ERROR_SO_PIN_INCORRECT: the card refused the SO PIN
 * @YY_ERROR_SO_PIN_LOCKED: the SO PIN is locked, or would be by one more try
 * @YY_ERROR_READ_BACK: what was read back from the token is not what was written
 * @YY_ERROR_PROOF: a signature made by the token does not verify
 * @YY_ERROR_UNSUPPORTED: the token or its driver cannot do this
 * @YY_ERROR_DRIVER_NOT_RESPONDING: the PKCS#11 module missed its deadline
 * @YY_ERROR_DRIVER_FAILED: the PKCS#11 module crashed, cannot be loaded or answered nonsense
 * @YY_ERROR_SERVICE_UNREACHABLE: no connection, time-out, or cut off in the middle
 * @YY_ERROR_SERVICE_FAILED: the service answered with a fault of its own (5xx, malformed)
 * @YY_ERROR_REFUSED: the CA refused: the message is the CA's own reason
 * @YY_ERROR_CODE_INCORRECT: the activation or verification code is wrong
 * @YY_ERROR_CODE_EXPIRED: the code is expired or void
 * @YY_ERROR_CODE_USED: the order was completed with this code
 * @YY_ERROR_CA_NOT_TRUSTED: the service's TLS certificate or the issued chain is not trusted
 * @YY_ERROR_CLOCK: this computer's clock is wrong
 * @YY_ERROR_USAGE: the program was called wrongly
 *
 * Codes of %YY_ERROR. Their order is not part of any interface; the D-Bus names are.
 */
typedef enum
{
  YY_ERROR_FAILED,
  YY_ERROR_INVALID_DATA,
  YY_ERROR_NO_SUCH_TOKEN,
  YY_ERROR_TOKEN_REMOVED,
  YY_ERROR_TOKEN_FULL,
  YY_ERROR_TOKEN_NOT_PREPARED,
  YY_ERROR_NO_SUCH_OBJECT,
  YY_ERROR_PIN_INCORRECT,
  YY_ERROR_PIN_LOCKED,
  YY_ERROR_PIN_LAST_TRY,
  YY_ERROR_PIN_REPEATED,
  YY_ERROR_PIN_POLICY,
  YY_ERROR_SO_PIN_INCORRECT,
  YY_ERROR_SO_PIN_LOCKED,
  YY_ERROR_READ_BACK,
  YY_ERROR_PROOF,
  YY_ERROR_UNSUPPORTED,
  YY_ERROR_DRIVER_NOT_RESPONDING,
  YY_ERROR_DRIVER_FAILED,
  YY_ERROR_SERVICE_UNREACHABLE,
  YY_ERROR_SERVICE_FAILED,
  YY_ERROR_REFUSED,
  YY_ERROR_CODE_INCORRECT,
  YY_ERROR_CODE_EXPIRED,
  YY_ERROR_CODE_USED,
  YY_ERROR_CA_NOT_TRUSTED,
  YY_ERROR_CLOCK,
  YY_ERROR_USAGE,
} YyError;

GQuark yy_error_quark (void);

/**
 * yy_error_advice:
 * @error: any error
 *
 * Says what the error means for the person and what to do, as one or two translated sentences.
 * @error's own message says what happened; the two are shown together.
 *
 * Returns: (transfer none) (nullable): the advice, %NULL when there is none
 */
const char *yy_error_advice (const GError *error);

G_END_DECLS
