/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of an activation: up to the closed grant it is a #YyPinReset; then come the steps from
 * the key to the certificate (yy-activation-certificate.c). */
#pragma once

#include "procedure/yy-activation.h"
#include "procedure/yy-pin-reset.h"

G_BEGIN_DECLS

typedef struct
{
  YyPinReset reset;

  YyActivationProgressFunc progress;
  gpointer progress_data;

  YySecret *cmp_secret;
  gboolean logged_in;
  GBytes *spki;
  GError *request_error;
  guint looks;
} YyActivationRun;

/* The steps: each ends with yy_run_next() or yy_run_fail(). */
void yy_activation_make_key (GTask *task);
void yy_activation_request (GTask *task);

G_END_DECLS
