/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/**
 * RA_FAULT:
 *
 * Why a request is answered with an error: the codes of the service's interface
 * (src/order/API.md). Every other error behind a request is answered as %RA_FAULT_INTERNAL.
 */
#define RA_FAULT (ra_fault_quark ())

typedef enum
{
  RA_FAULT_MALFORMED,
  RA_FAULT_UNAUTHORIZED,
  RA_FAULT_CODE_INCORRECT,
  RA_FAULT_CODE_VOID,
  RA_FAULT_CODE_EXPIRED,
  RA_FAULT_CODE_USED,
  RA_FAULT_NOT_FOUND,
  RA_FAULT_NOT_READY,
  RA_FAULT_CONFLICT,
  RA_FAULT_TOO_LARGE,
  RA_FAULT_UNACCEPTABLE,
  RA_FAULT_SO_PIN_LOST,
  RA_FAULT_RATE_LIMITED,
  RA_FAULT_INTERNAL,
} RaFault;

/** RA_FAULT_WRONG_KEY: message of %RA_FAULT_UNAUTHORIZED, whatever the key was to open */
#define RA_FAULT_WRONG_KEY "no, or a wrong, bearer key"

GQuark ra_fault_quark (void);

/** ra_fault_get_nick: Returns: as in the answer: "code-incorrect" */
const char *ra_fault_get_nick (RaFault fault);
/** ra_fault_get_status: Returns: the HTTP status */
guint ra_fault_get_status (RaFault fault);

/**
 * ra_fault_set:
 * @message: English, as in the answer
 *
 * Returns: %FALSE, so that it can be returned at once
 */
gboolean ra_fault_set (GError **error, RaFault fault, const char *message);
/** ra_fault_set_number: with one more member of the answer, a number: "tries_left" */
gboolean ra_fault_set_number (GError **error,
                              RaFault fault,
                              const char *message,
                              const char *name,
                              guint number);
/** ra_fault_set_state: %RA_FAULT_NOT_READY with the state of what is not ready */
gboolean ra_fault_set_state (GError **error, const char *message, const char *state);
/** ra_fault_set_reason: %RA_FAULT_UNACCEPTABLE with what is wrong with a document: "pages" */
gboolean ra_fault_set_reason (GError **error, const char *message, const char *reason);

/**
 * ra_fault_get_detail:
 * @name: (out): the further member's name, %NULL when there is none
 * @text: (out): its value if it is a text, else %NULL
 * @number: (out): its value if it is a number
 */
void ra_fault_get_detail (const GError *error, const char **name, const char **text, guint *number);

G_END_DECLS
