/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyUnlockRun:
 *
 * Unlocks a token and shows how: the steps going by, what went wrong and how it goes on, or that
 * it is done. Code and PIN are kept until then. Signals: "ask" (#GError): code or PIN has to be
 * asked for again; "done".
 */
#define YY_TYPE_UNLOCK_RUN (yy_unlock_run_get_type ())
G_DECLARE_FINAL_TYPE (YyUnlockRun, yy_unlock_run, YY, UNLOCK_RUN, AdwBin)

/** yy_unlock_run_set_up: to be called once */
void yy_unlock_run_set_up (YyUnlockRun *self, YyClient *client);

/** yy_unlock_run_start: @code, @pin: (transfer full) */
void yy_unlock_run_start (YyUnlockRun *self,
                          YyTicket *ticket,
                          YyToken *token,
                          YySecret *code,
                          YySecret *pin);

/** yy_unlock_run_is_running: Returns: whether the token is being worked on */
gboolean yy_unlock_run_is_running (YyUnlockRun *self);
/** yy_unlock_run_is_shown: Returns: whether there is something to see: steps, a failure, the end */
gboolean yy_unlock_run_is_shown (YyUnlockRun *self);
/** yy_unlock_run_is_done: Returns: whether the token has its new PIN */
gboolean yy_unlock_run_is_done (YyUnlockRun *self);

/** yy_unlock_run_tokens_changed: the token may be plugged in again, or not any more */
void yy_unlock_run_tokens_changed (YyUnlockRun *self);

/** yy_unlock_run_ask_to_stop: asks whether to stop, and does so if wanted */
void yy_unlock_run_ask_to_stop (YyUnlockRun *self);

/** yy_unlock_run_end: Shows nothing any more; @code, @pin: (out) (transfer full) (nullable): what
 * was kept */
void yy_unlock_run_end (YyUnlockRun *self, YySecret **code, YySecret **pin);

G_END_DECLS
