/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-activation-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "procedure/yy-pin-policy.h"

/* A key pair and a certificate, generously. */
#define NEEDED_MEMORY 4096
/* Every step once, and the way back to the first one after another run took the grant over. */
#define MAX_STEPS 16

static void
run_free (gpointer data)
{
  YyActivationRun *run = data;

  g_clear_object (&run->manager);
  g_clear_object (&run->service);
  g_clear_object (&run->session);
  g_free (run->id);
  g_free (run->serial);
  yy_secret_free (run->code);
  yy_secret_free (run->new_pin);
  g_clear_object (&run->cancellable);
  g_clear_object (&run->service_cancellable);
  g_clear_pointer (&run->anchors, g_ptr_array_unref);
  g_clear_pointer (&run->grant, yy_grant_unref);
  yy_secret_free (run->current);
  yy_secret_free (run->pending);
  yy_secret_free (run->cmp_secret);
  g_clear_pointer (&run->spki, g_bytes_unref);
  g_clear_error (&run->request_error);
  g_free (run);
}

/* Secrets go and the agent is replaced before the caller hears of the end. */
static void
wind_up (YyActivationRun *run)
{
  if (run->cancellable != NULL)
    g_cancellable_disconnect (run->cancellable, run->cancelled_id);
  if (run->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (run->session, run);
      yy_token_session_close (run->session);
    }
  if (run->items_id != 0)
    g_signal_handler_disconnect (run->manager, run->items_id);
  run->items_id = 0;
  g_clear_pointer (&run->code, yy_secret_free);
  g_clear_pointer (&run->new_pin, yy_secret_free);
  g_clear_pointer (&run->current, yy_secret_free);
  g_clear_pointer (&run->pending, yy_secret_free);
  g_clear_pointer (&run->cmp_secret, yy_secret_free);
}

/* @error: (transfer full) */
void
yy_activation_fail (GTask *task, GError *error)
{
  YyActivationRun *run = g_task_get_task_data (task);

  wind_up (run);
  if (run->removed && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      !g_cancellable_is_cancelled (run->cancellable))
    {
      g_clear_error (&error);
      error =
          g_error_new_literal (YY_ERROR, YY_ERROR_TOKEN_REMOVED, _ ("The token was pulled out"));
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
tell (YyActivationRun *run, YyActivationStep step)
{
  if (run->progress != NULL)
    run->progress (step, run->progress_data);
}

static void
on_progress (YyTokenSession *session, const char *nick, YyActivationRun *run)
{
  for (YyActivationStep step = YY_ACTIVATION_WRITE; step <= YY_ACTIVATION_CONFIRM; step++)
    if (strcmp (nick, yy_activation_step_get_nick (step)) == 0)
      tell (run, step);
}

void
yy_activation_finish (GTask *task, YyCertificate *certificate)
{
  YyActivationRun *run = g_task_get_task_data (task);

  wind_up (run);
  tell (run, YY_ACTIVATION_DONE);
  g_task_return_pointer (task, g_object_ref (certificate), g_object_unref);
  g_object_unref (task);
}

/* The end: what the agent did is checked once more on this side. */

static gboolean
is_of_key (YyCertificate *certificate, GBytes *spki)
{
  g_autoptr (GBytes) own = yy_certificate_dup_spki (certificate);

  return spki == NULL || g_bytes_equal (own, spki);
}

static void
done (GTask *task, YyToken *token)
{
  YyActivationRun *run = g_task_get_task_data (task);
  YyCertificate *certificate = yy_token_find_certificate (token, run->grant->key_id)->certificate;
  GError *error = NULL;

  if (!is_of_key (certificate, run->spki))
    g_set_error_literal (&error, YY_ERROR, YY_ERROR_PROOF,
                         _ ("The certificate is for another key than the token's"));
  else
    yy_certificate_verify_chain (certificate, run->anchors, NULL, &error);
  if (error != NULL)
    {
      yy_activation_fail (task, error);
      return;
    }
  yy_activation_finish (task, certificate);
}

/* The loop */

static void
perform (GTask *task, YyActivationStep step)
{
  switch ((int) step)
    {
    case YY_ACTIVATION_AUTHORISE:
      yy_activation_authorise (task);
      break;
    case YY_ACTIVATION_SET_PIN:
      yy_activation_set_pin (task);
      break;
    case YY_ACTIVATION_ROTATE:
      yy_activation_rotate (task);
      break;
    case YY_ACTIVATION_CLOSE:
      yy_activation_close (task);
      break;
    case YY_ACTIVATION_KEY:
      yy_activation_make_key (task);
      break;
    case YY_ACTIVATION_REQUEST:
    default:
      yy_activation_request (task);
      break;
    }
}

void
yy_activation_next (GTask *task)
{
  YyActivationRun *run = g_task_get_task_data (task);
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (run->session);
  YyActivationStep step = YY_ACTIVATION_DONE;

  if (g_cancellable_is_cancelled (run->cancellable))
    {
      yy_activation_fail (task,
                          g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled")));
      return;
    }
  if (token == NULL)
    {
      yy_activation_fail (task, g_error_new_literal (YY_ERROR, YY_ERROR_TOKEN_REMOVED,
                                                     _ ("The token was pulled out")));
      return;
    }
  step = yy_activation_next_step (token, run->grant, run->id, run->logged_in);
  if (step == YY_ACTIVATION_DONE)
    {
      done (task, token);
      return;
    }
  if (run->n_steps++ >= MAX_STEPS || (run->n_steps > 1 && step == run->last_step))
    {
      yy_activation_fail (task,
                          g_error_new (YY_ERROR, YY_ERROR_FAILED, _ ("This step had no effect: %s"),
                                       yy_activation_step_get_title (step)));
      return;
    }
  run->last_step = step;
  tell (run, step);
  perform (task, step);
}

/* Before anything is changed */

static gboolean
check_token (YyActivationRun *run, YyToken *token, GError **error)
{
  gint64 free_memory = yy_token_get_free_memory (token);

  if (!yy_pin_policy_require (&run->policy, yy_token_get_min_pin_length (token),
                              yy_token_get_max_pin_length (token), run->new_pin, error))
    return FALSE;
  if (!yy_token_is_so_pin_usable (token))
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_SO_PIN_LOCKED,
                           _ ("The token's unlocking code is locked or has one try left"));
      return FALSE;
    }
  /* After an interruption the key or certificate that needs the memory may be there already. */
  if (free_memory >= 0 && free_memory < NEEDED_MEMORY &&
      yy_token_get_certificates (token)->len == 0)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_TOKEN_FULL,
                   _ ("The token has only %d bytes of free memory"), (int) free_memory);
      return FALSE;
    }
  return TRUE;
}

static void
on_anchors (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  GError *error = NULL;

  run->anchors = yy_service_get_anchors_finish (YY_SERVICE (source), result, &error);
  if (run->anchors == NULL)
    yy_activation_fail (task, error);
  else
    yy_activation_next (task);
}

static void
on_items_changed (GListModel *model,
                  guint position,
                  guint removed,
                  guint added,
                  YyActivationRun *run)
{
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (run->session);

  if (token != NULL || run->removed)
    return;
  run->removed = TRUE;
  g_cancellable_cancel (run->service_cancellable);
}

static void
on_cancelled (GCancellable *cancellable, GCancellable *service_cancellable)
{
  g_cancellable_cancel (service_cancellable);
}

static gboolean
open_session (YyActivationRun *run, const char *serial, const char *module, GError **error)
{
  g_autoptr (YyToken) token = NULL;

  run->session = yy_token_session_new (run->manager, serial, module, error);
  if (run->session == NULL)
    return FALSE;
  token = yy_token_session_dup_snapshot (run->session);
  if (!check_token (run, token, error))
    return FALSE;
  g_signal_connect (run->session, "progress", G_CALLBACK (on_progress), run);
  run->items_id =
      g_signal_connect (run->manager, "items-changed", G_CALLBACK (on_items_changed), run);
  return TRUE;
}

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
  g_autoptr (YySecret) id = yy_secret_new_random (32, "0123456789abcdef");
  GError *error = NULL;

  g_task_set_source_tag (task, yy_activation_run_async);
  g_task_set_task_data (task, run, run_free);
  run->manager = g_object_ref (manager);
  run->service = g_object_ref (service);
  run->policy = *policy;
  run->id = g_strdup (yy_secret_bytes (id));
  run->serial = g_strdup (serial);
  run->code = code;
  run->new_pin = new_pin;
  run->progress = progress;
  run->progress_data = progress_data;
  run->service_cancellable = g_cancellable_new ();
  if (cancellable != NULL)
    {
      run->cancellable = g_object_ref (cancellable);
      run->cancelled_id =
          g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
                                 g_object_ref (run->service_cancellable), g_object_unref);
    }
  if (!open_session (run, serial, module, &error))
    {
      yy_activation_fail (task, error);
      return;
    }
  yy_service_get_anchors_async (service, run->service_cancellable, on_anchors, task);
}

YyCertificate *
yy_activation_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
