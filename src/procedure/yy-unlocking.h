/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-profile.h"
#include "service/yy-ticket.h"
#include "token/yy-token-session.h"

G_BEGIN_DECLS

/** YyUnlockingStep: what a person sees go by */
typedef enum
{
  YY_UNLOCKING_AUTHORISE, /* verification code → grant */
  YY_UNLOCKING_SET_PIN,   /* SO login, user's PIN */
  YY_UNLOCKING_ROTATE,    /* SO PIN → pending one */
  YY_UNLOCKING_PROVE,     /* the token opens with the new PIN, and its key still signs */
  YY_UNLOCKING_CLOSE,     /* tell the service, order completed */
  YY_UNLOCKING_DONE,
} YyUnlockingStep;

/** yy_unlocking_step_get_title: Returns: translated, for a list of steps */
const char *yy_unlocking_step_get_title (YyUnlockingStep step);
/** yy_unlocking_step_get_nick: Returns: "authorise", "set-pin", …: for --json and logs */
const char *yy_unlocking_step_get_nick (YyUnlockingStep step);

/**
 * yy_unlocking_next_step:
 * @grant: (nullable): the grant as it is now, %NULL before it was asked for
 * @session: this run
 * @proved: the new PIN was seen to open the token
 *
 * The procedure itself: a pure function. Of the token only @proved counts: no snapshot shows which
 * PIN or SO PIN it has, and its contents stay as they are. It is proved before the order is
 * completed: until then the same code is good for another try.
 */
YyUnlockingStep yy_unlocking_next_step (YyGrant *grant, const char *session, gboolean proved);

/** YyUnlockingProgressFunc: @step begins. Main context. */
typedef void (*YyUnlockingProgressFunc) (YyUnlockingStep step, gpointer user_data);

/**
 * yy_unlocking_run_async:
 * @ticket: of an order to unlock a token, which says which token it is
 * @module: (nullable): path of the module the token is to be found with
 * @code: (transfer full): the verification code
 * @new_pin: (transfer full): the PIN the person chose; checked against @policy before anything else
 *
 * Runs the loop: snapshot, next step, do it, look again, until done. Keys, certificates and data on
 * the token stay as they are. Whatever it fails with, it can be called again, here or on another
 * computer, and goes on from what token and CA say. Two SO PINs are tried at most; when the token
 * took neither, the CA is told and the error is %YY_ERROR_SO_PIN_INCORRECT.
 */
void yy_unlocking_run_async (YyTokenManager *manager,
                             YyService *service,
                             const YyPinPolicy *policy,
                             YyTicket *ticket,
                             const char *module,
                             YySecret *code,
                             YySecret *new_pin,
                             YyUnlockingProgressFunc progress,
                             gpointer progress_data,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean yy_unlocking_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
