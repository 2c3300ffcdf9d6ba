/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run on a grant: SO PIN released, user's PIN set, SO PIN rotated, grant closed. It is the whole
 * of unlocking and the first part of an activation. */
#pragma once

#include "order/yy-profile.h"
#include "procedure/yy-pin-proof.h"
#include "procedure/yy-run.h"

G_BEGIN_DECLS

/** YyPinResetStep: the steps on a grant; the procedures have their own beside them */
typedef enum
{
  YY_PIN_RESET_AUTHORISE,
  YY_PIN_RESET_SET_PIN,
  YY_PIN_RESET_ROTATE,
  YY_PIN_RESET_CLOSE,
  YY_PIN_RESET_CLOSED, /* this run closed the grant */
} YyPinResetStep;

/**
 * YyPinResetKind: what the procedures do each in their own way
 * @start: PIN and token are fit; goes on with yy_run_next() when all is there
 * @proof: shows that the order was completed a moment ago
 * @was_done: it was; ends the run. @certificate: (nullable): whose key signed
 * @so_pins_refused: the token took none of the SO PINs that the service knows; ends the run with
 *   @error: (transfer full)
 */
typedef struct
{
  void (*start) (GTask *task);
  YyPinProof proof;
  void (*was_done) (GTask *task, YyCertificate *certificate);
  void (*so_pins_refused) (GTask *task, GError *error);
} YyPinResetKind;

/** YyPinReset: embeds #YyRun, and is embedded itself */
typedef struct
{
  YyRun run;

  const YyPinResetKind *kind;
  YyPinPolicy policy;
  YySecret *code;
  YySecret *new_pin;
  GPtrArray *anchors; /* (nullable): for the proof */

  YyGrant *grant;
  GError *refusal; /* of a code that was used */
  YySecret *current;
  YySecret *pending;
  gboolean needs_rotation;
  guint n_refused;    /* SO PINs that the token did not take */
  gboolean tried_all; /* those that the service knows */
} YyPinReset;

/**
 * yy_pin_reset_init:
 * @code: (transfer full)
 * @new_pin: (transfer full)
 */
void yy_pin_reset_init (YyPinReset *reset,
                        const YyPinResetKind *kind,
                        const YyPinPolicy *policy,
                        YySecret *code,
                        YySecret *new_pin);
void yy_pin_reset_clear (YyPinReset *reset);
void yy_pin_reset_wipe (YyPinReset *reset);

/**
 * yy_pin_reset_start:
 *
 * Opens the session and finds out whether PIN and token are fit for it, before anything is asked of
 * the service or changed on the token.
 */
void yy_pin_reset_start (GTask *task, const char *module);

/**
 * yy_pin_reset_next_step:
 * @grant: (nullable): as it is now
 * @session: this run
 *
 * A pure function of the grant alone: no token shows which PIN or SO PIN it has.
 */
YyPinResetStep yy_pin_reset_next_step (YyGrant *grant, const char *session);

/**
 * yy_pin_reset_authorised:
 * @grant: (transfer full) (nullable): what the code was answered with
 * @error: (transfer full) (nullable): or why there is none
 *
 * Goes on. A code that was used is no error when the order was completed a moment ago and only the
 * answer to that was lost: the token can show it.
 */
void yy_pin_reset_authorised (GTask *task, YyGrant *grant, GError *error);

/** yy_pin_reset_perform: one of the steps from %YY_PIN_RESET_SET_PIN to %YY_PIN_RESET_CLOSE */
void yy_pin_reset_perform (GTask *task, YyPinResetStep step);

G_END_DECLS
