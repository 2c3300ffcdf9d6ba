/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-activation-private.h"

#include <string.h>

#include <glib/gi18n.h>

/* A key pair and a certificate, generously. */
#define NEEDED_MEMORY 4096

static void
run_free (gpointer data)
{
  YyActivationRun *run = data;

  yy_pin_reset_clear (&run->reset);
  yy_secret_free (run->cmp_secret);
  g_clear_pointer (&run->spki, g_bytes_unref);
  g_clear_error (&run->request_error);
  g_free (run);
}

static void
tell (YyRun *base, int step)
{
  YyActivationRun *run = (YyActivationRun *) base;

  if (run->progress != NULL)
    run->progress ((YyActivationStep) step, run->progress_data);
}

static void
on_progress (YyTokenSession *session, const char *nick, YyRun *run)
{
  for (YyActivationStep step = YY_ACTIVATION_WRITE; step <= YY_ACTIVATION_CONFIRM; step++)
    if (strcmp (nick, yy_activation_step_get_nick (step)) == 0)
      tell (run, (int) step);
}

static void
wipe (YyRun *base)
{
  YyActivationRun *run = (YyActivationRun *) base;

  yy_pin_reset_wipe (&run->reset);
  g_clear_pointer (&run->cmp_secret, yy_secret_free);
}

static void
finish_with (GTask *task, YyCertificate *certificate)
{
  yy_run_finish (task, g_object_ref (certificate), g_object_unref);
}

/* The end: what the agent did is checked once more on this side. */

static gboolean
is_of_key (YyCertificate *certificate, GBytes *spki)
{
  g_autoptr (GBytes) own = yy_certificate_dup_spki (certificate);

  return spki == NULL || g_bytes_equal (own, spki);
}

static void
finish (GTask *task, YyToken *token)
{
  YyActivationRun *run = g_task_get_task_data (task);
  YyTokenCertificate *item = yy_token_find_certificate (token, run->reset.grant->key_id);
  GError *error = NULL;

  if (!is_of_key (item->certificate, run->spki))
    g_set_error_literal (&error, YY_ERROR, YY_ERROR_PROOF,
                         _ ("The certificate is for another key than the token's"));
  else
    yy_certificate_verify_chain (item->certificate, run->reset.anchors, NULL, &error);
  if (error != NULL)
    yy_run_fail (task, error);
  else
    finish_with (task, item->certificate);
}

/* The loop */

static void
on_authorised (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  YyGrant *grant = yy_service_activate_finish (YY_SERVICE (source), result, &error);

  yy_pin_reset_authorised (user_data, grant, error);
}

static int
next_step (YyRun *base, YyToken *token)
{
  YyActivationRun *run = (YyActivationRun *) base;

  return (int) yy_activation_next_step (token, run->reset.grant, base->id, run->logged_in);
}

static const char *
get_title (int step)
{
  return yy_activation_step_get_title ((YyActivationStep) step);
}

static void
perform (GTask *task, int step)
{
  YyPinReset *reset = g_task_get_task_data (task);

  switch (step)
    {
    case YY_ACTIVATION_AUTHORISE:
      yy_service_activate_async (reset->run.service, reset->run.serial, reset->code, reset->run.id,
                                 reset->run.service_cancellable, on_authorised, task);
      break;
    case YY_ACTIVATION_KEY:
      yy_activation_make_key (task);
      break;
    case YY_ACTIVATION_REQUEST:
      yy_activation_request (task);
      break;
    default:
      yy_pin_reset_perform (task, (YyPinResetStep) step);
      break;
    }
}

static const YyRunKind run_kind = {
  .done = YY_ACTIVATION_DONE,
  .next_step = next_step,
  .get_title = get_title,
  .tell = tell,
  .perform = perform,
  .finish = finish,
  .wipe = wipe,
};

/* Before anything is changed */

static gboolean
check_memory (YyRun *run, GError **error)
{
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (run->session);
  gint64 free_memory = token == NULL ? -1 : yy_token_get_free_memory (token);

  /* After an interruption the key or certificate that needs the memory may be there already. */
  if (free_memory < 0 || free_memory >= NEEDED_MEMORY || yy_token_get_certificates (token)->len > 0)
    return TRUE;
  g_set_error (error, YY_ERROR, YY_ERROR_TOKEN_FULL,
               _ ("The token has only %d bytes of free memory"), (int) free_memory);
  return FALSE;
}

static void
on_anchors (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  GError *error = NULL;

  run->reset.anchors = yy_service_get_anchors_finish (YY_SERVICE (source), result, &error);
  if (run->reset.anchors == NULL)
    yy_run_fail (task, error);
  else
    yy_run_next (task);
}

static void
start (GTask *task)
{
  YyRun *run = g_task_get_task_data (task);
  GError *error = NULL;

  g_signal_connect (run->session, "progress", G_CALLBACK (on_progress), run);
  if (check_memory (run, &error))
    yy_service_get_anchors_async (run->service, run->service_cancellable, on_anchors, task);
  else
    yy_run_fail (task, error);
}

static const YyPinResetKind reset_kind = {
  .start = start,
  .proof = YY_PIN_PROOF_ACTIVATED,
  .was_done = finish_with,
  .so_pins_refused = yy_run_fail,
};

void
yy_activation_run_async (YyTokenManager *manager,
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
                         gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  YyActivationRun *run = g_new0 (YyActivationRun, 1);

  g_task_set_source_tag (task, yy_activation_run_async);
  g_task_set_task_data (task, run, run_free);
  yy_run_init (&run->reset.run, &run_kind, manager, service, serial, cancellable);
  yy_pin_reset_init (&run->reset, &reset_kind, policy, code, new_pin);
  run->progress = progress;
  run->progress_data = progress_data;
  yy_pin_reset_start (task, module);
}

YyCertificate *
yy_activation_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
