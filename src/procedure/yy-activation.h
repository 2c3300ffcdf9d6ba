/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-profile.h"
#include "service/yy-service.h"
#include "token/yy-token-session.h"

G_BEGIN_DECLS

/**
 * YyActivationStep:
 *
 * What a person sees go by. The last five are parts of one enrolment.
 */
typedef enum
{
  YY_ACTIVATION_AUTHORISE, /* code → grant */
  YY_ACTIVATION_SET_PIN,   /* SO login, user's PIN */
  YY_ACTIVATION_ROTATE,    /* SO PIN → pending one */
  YY_ACTIVATION_CLOSE,     /* tell the service */
  YY_ACTIVATION_KEY,       /* login, key pair on the token */
  YY_ACTIVATION_REQUEST,   /* CMP ir */
  YY_ACTIVATION_WRITE,     /* certificate to the token */
  YY_ACTIVATION_READ_BACK, /* and back */
  YY_ACTIVATION_PROVE,     /* test signature */
  YY_ACTIVATION_CONFIRM,   /* CMP certConf, order completed */
  YY_ACTIVATION_DONE,
} YyActivationStep;

/** yy_activation_step_get_title: Returns: translated, for a list of steps: "Set the PIN" */
const char *yy_activation_step_get_title (YyActivationStep step);
/** yy_activation_step_get_nick: Returns: "authorise", "set-pin", …: for --json and logs */
const char *yy_activation_step_get_nick (YyActivationStep step);

/**
 * yy_activation_next_step:
 * @token: the snapshot as it is now
 * @grant: (nullable): the grant as it is now, %NULL before it was asked for
 * @session: this run
 * @logged_in: whether the token's private keys are visible in @token
 *
 * The procedure itself: a pure function. Of the enrolment it answers only
 * %YY_ACTIVATION_REQUEST; the agent does the rest of it in order.
 */
YyActivationStep
yy_activation_next_step (YyToken *token, YyGrant *grant, const char *session, gboolean logged_in);

/** YyActivationProgressFunc: @step begins. Main context. */
typedef void (*YyActivationProgressFunc) (YyActivationStep step, gpointer user_data);

/**
 * yy_activation_run_async:
 * @code: (transfer full): the activation code
 * @new_pin: (transfer full): the PIN the person chose; checked against @policy before anything else
 *
 * Runs the loop: snapshot, next step, do it, look again, until done. Whatever it fails with, it can
 * be called again, here or on another computer, and goes on from what token and CA say.
 */
void yy_activation_run_async (YyTokenManager *manager,
                              YyService *service,
                              const YyPinPolicy *policy,
                              const char *serial,
                              const char *module,
                              YySecret *code,
                              YySecret *new_pin,
                              YyActivationProgressFunc progress,
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/** Returns: (transfer full): the token's certificate, a test signature with which was verified */
YyCertificate *yy_activation_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
