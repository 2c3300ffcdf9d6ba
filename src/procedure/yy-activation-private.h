/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of an activation: the loop (yy-activation.c), the steps up to the closed grant
 * (yy-activation-grant.c) and those from the key to the certificate (yy-activation-certificate.c).
 */
#pragma once

#include "procedure/yy-activation.h"

G_BEGIN_DECLS

typedef struct
{
  YyTokenManager *manager;
  YyService *service;
  YyTokenSession *session;
  char *id;
  char *serial;
  YyPinPolicy policy;
  YySecret *code;
  YySecret *new_pin;

  YyActivationProgressFunc progress;
  gpointer progress_data;
  GCancellable *cancellable; /* the caller's */
  gulong cancelled_id;
  GCancellable *service_cancellable; /* also cancelled when the token is pulled */
  gulong items_id;
  gboolean removed;

  GPtrArray *anchors;
  YyGrant *grant;
  YySecret *current;
  YySecret *pending;
  YySecret *cmp_secret;
  gboolean needs_rotation;
  gboolean logged_in;
  GBytes *spki;
  GError *request_error;
  guint looks;

  guint n_steps;
  YyActivationStep last_step;
} YyActivationRun;

/* The task's data is the run; every callback of a step is given the task. */

/* Looks at token and grant again and begins the next step. */
void yy_activation_next (GTask *task);
/* Ends the run; @error: (transfer full) */
void yy_activation_fail (GTask *task, GError *error);
/* Ends the run with this certificate. */
void yy_activation_finish (GTask *task, YyCertificate *certificate);

/* The steps: each ends with one of the three above. */
void yy_activation_authorise (GTask *task);
void yy_activation_set_pin (GTask *task);
void yy_activation_rotate (GTask *task);
void yy_activation_close (GTask *task);
void yy_activation_make_key (GTask *task);
void yy_activation_request (GTask *task);

G_END_DECLS
