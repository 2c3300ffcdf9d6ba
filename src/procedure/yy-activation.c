/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-activation.h"

#include <string.h>

#include <glib/gi18n.h>

#include "procedure/yy-activated.h"
#include "procedure/yy-pin-policy.h"

/* A key pair and a certificate, generously. */
#define NEEDED_MEMORY 4096
/* Every step once, and the way back to the first one after another run took the grant over. */
#define MAX_STEPS 16
/* Looks after a lost answer, one second and then two apart. */
#define MAX_LOOKS 3

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
} Run;

static void next (GTask *task);

static void
run_free (gpointer data)
{
  Run *run = data;

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
wind_up (Run *run)
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
static void
fail (GTask *task, GError *error)
{
  Run *run = g_task_get_task_data (task);

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
tell (Run *run, YyActivationStep step)
{
  if (run->progress != NULL)
    run->progress (step, run->progress_data);
}

static void
finish_report (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (yy_service_report_finish (YY_SERVICE (source), result, &error))
    next (task);
  else
    fail (task, error);
}

static void
report (GTask *task, YyGrantState state)
{
  Run *run = g_task_get_task_data (task);

  yy_service_report_async (run->service, run->grant, run->id, state, run->service_cancellable,
                           finish_report, task);
}

/* Authorise */

static void finish (GTask *task, YyCertificate *certificate);

/* The order is completed. If that was a moment ago and only the answer to it was lost, the token
 * can show it: then this run is done. Otherwise the used code is what is told. */
static void
on_used_code_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (YyCertificate) certificate =
      yy_activated_prove_finish (YY_TOKEN_SESSION (source), result, &error);

  if (certificate != NULL)
    finish (task, certificate);
  else if (g_error_matches (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED) ||
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail (task, g_steal_pointer (&error));
  else
    fail (task, g_steal_pointer (&run->request_error));
}

static void
on_authorised (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;
  YyGrant *grant = yy_service_activate_finish (YY_SERVICE (source), result, &error);

  if (g_error_matches (error, YY_ERROR, YY_ERROR_CODE_USED))
    {
      run->request_error = error;
      yy_activated_prove_async (run->session, run->anchors, run->new_pin, run->cancellable,
                                on_used_code_checked, task);
      return;
    }
  if (grant == NULL)
    {
      fail (task, error);
      return;
    }
  g_clear_pointer (&run->grant, yy_grant_unref);
  run->grant = grant;
  next (task);
}

/* PIN */

static void
on_user_pin_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;
  int which = yy_token_session_set_user_pin_finish (YY_TOKEN_SESSION (source), result, &error);
  gboolean pending_first = run->grant->state >= YY_GRANT_ROTATED;

  if (which < 0)
    {
      fail (task, error);
      return;
    }
  run->needs_rotation =
      (which == 0) != pending_first && !yy_secret_equal (run->current, run->pending);
  report (task, YY_GRANT_PIN_SET);
}

static void
on_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;
  const YySecret *so_pins[2] = { NULL, NULL };
  gboolean pending_first = FALSE;

  g_clear_pointer (&run->current, yy_secret_free);
  g_clear_pointer (&run->pending, yy_secret_free);
  if (!yy_service_release_finish (YY_SERVICE (source), result, &run->current, &run->pending,
                                  &error))
    {
      fail (task, error);
      return;
    }
  pending_first = run->grant->state >= YY_GRANT_ROTATED;
  so_pins[pending_first ? 1 : 0] = run->current;
  so_pins[pending_first ? 0 : 1] = run->pending;
  yy_token_session_set_user_pin_async (run->session, so_pins,
                                       yy_secret_equal (run->current, run->pending) ? 1 : 2,
                                       run->new_pin, run->cancellable, on_user_pin_set, task);
}

static void
on_rotated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;

  if (!yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    {
      fail (task, error);
      return;
    }
  run->needs_rotation = FALSE;
  report (task, YY_GRANT_ROTATED);
}

static void
rotate (GTask *task)
{
  Run *run = g_task_get_task_data (task);

  if (run->needs_rotation)
    yy_token_session_rotate_so_pin_async (run->session, run->current, run->pending,
                                          run->cancellable, on_rotated, task);
  else
    report (task, YY_GRANT_ROTATED);
}

/* Key */

static void
on_key_generated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;

  g_clear_pointer (&run->spki, g_bytes_unref);
  run->spki = yy_token_session_generate_key_finish (YY_TOKEN_SESSION (source), result, &error);
  if (run->spki == NULL)
    {
      fail (task, error);
      return;
    }
  run->logged_in = TRUE;
  next (task);
}

static void
on_logged_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;

  if (!yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    {
      fail (task, error);
      return;
    }
  yy_token_session_generate_key_async (run->session, run->grant->key_id, run->grant->key_label,
                                       run->grant->key_type, run->grant->key_bits, run->cancellable,
                                       on_key_generated, task);
}

/* Certificate */

static void look (GTask *task);

static gboolean
on_look_again (gpointer user_data)
{
  look (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (run->session);
  gboolean looked = yy_service_look_finish (YY_SERVICE (source), result, &error);

  if (run->request_error == NULL && looked)
    next (task);
  else if (run->request_error == NULL)
    fail (task, g_steal_pointer (&error));
  /* The answer to the confirmation was lost, and the order is completed: nothing was lost. */
  else if (looked && token != NULL &&
           yy_activation_next_step (token, run->grant, run->id, TRUE) == YY_ACTIVATION_DONE)
    next (task);
  else if (!looked && ++run->looks < MAX_LOOKS &&
           !g_cancellable_is_cancelled (run->service_cancellable))
    g_timeout_add_seconds (run->looks, on_look_again, task);
  else
    fail (task, g_steal_pointer (&run->request_error));
}

static void
look (GTask *task)
{
  Run *run = g_task_get_task_data (task);

  yy_service_look_async (run->service, run->grant, run->service_cancellable, on_looked, task);
}

static void
on_enrolled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (YyCertificate) certificate =
      yy_token_session_enrol_finish (YY_TOKEN_SESSION (source), result, &error);

  g_clear_pointer (&run->cmp_secret, yy_secret_free);
  if (certificate == NULL && !g_error_matches (error, YY_ERROR, YY_ERROR_SERVICE_UNREACHABLE) &&
      !g_error_matches (error, YY_ERROR, YY_ERROR_SERVICE_FAILED))
    {
      fail (task, error);
      return;
    }
  run->request_error = error;
  look (task);
}

typedef struct
{
  YyTokenSession *session;
  gpointer handle;
} Transfer;

static void
on_cmp_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Transfer *transfer = user_data;
  g_autoptr (YyTokenSession) session = transfer->session;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) response = yy_service_cmp_finish (YY_SERVICE (source), result, &error);

  yy_token_session_return_transfer (session, transfer->handle, response, error);
}

static void
on_transfer (YyTokenSession *session, GBytes *request, gpointer handle, gpointer user_data)
{
  Run *run = user_data;
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->session = g_object_ref (session);
  transfer->handle = handle;
  yy_service_cmp_async (run->service, request, run->service_cancellable, on_cmp_answered, transfer);
}

static void
on_cmp_secret (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;
  YyEnrolment enrolment = {
    .id = run->grant->key_id,
    .label = run->grant->key_label,
    .subject = run->grant->subject,
    .reference = run->grant->cmp_reference,
    .anchors = run->anchors,
    .transfer = on_transfer,
    .transfer_data = run,
  };

  g_clear_pointer (&run->cmp_secret, yy_secret_free);
  run->cmp_secret = yy_service_get_cmp_secret_finish (YY_SERVICE (source), result, &error);
  if (run->cmp_secret == NULL)
    {
      fail (task, error);
      return;
    }
  enrolment.secret = run->cmp_secret;
  yy_token_session_enrol_async (run->session, &enrolment, run->cancellable, on_enrolled, task);
}

static void
on_progress (YyTokenSession *session, const char *nick, Run *run)
{
  for (YyActivationStep step = YY_ACTIVATION_WRITE; step <= YY_ACTIVATION_CONFIRM; step++)
    if (strcmp (nick, yy_activation_step_get_nick (step)) == 0)
      tell (run, step);
}

static void
finish (GTask *task, YyCertificate *certificate)
{
  Run *run = g_task_get_task_data (task);

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
  Run *run = g_task_get_task_data (task);
  YyCertificate *certificate = yy_token_find_certificate (token, run->grant->key_id)->certificate;
  GError *error = NULL;

  if (!is_of_key (certificate, run->spki))
    g_set_error_literal (&error, YY_ERROR, YY_ERROR_PROOF,
                         _ ("The certificate is for another key than the token's"));
  else
    yy_certificate_verify_chain (certificate, run->anchors, NULL, &error);
  if (error != NULL)
    {
      fail (task, error);
      return;
    }
  finish (task, certificate);
}

/* The loop */

static void
perform (GTask *task, YyActivationStep step)
{
  Run *run = g_task_get_task_data (task);

  switch ((int) step)
    {
    case YY_ACTIVATION_AUTHORISE:
      yy_service_activate_async (run->service, run->serial, run->code, run->id,
                                 run->service_cancellable, on_authorised, task);
      break;
    case YY_ACTIVATION_SET_PIN:
      yy_service_release_async (run->service, run->grant, run->service_cancellable, on_released,
                                task);
      break;
    case YY_ACTIVATION_ROTATE:
      rotate (task);
      break;
    case YY_ACTIVATION_CLOSE:
      report (task, YY_GRANT_CLOSED);
      break;
    case YY_ACTIVATION_KEY:
      yy_token_session_login_async (run->session, run->new_pin, run->cancellable, on_logged_in,
                                    task);
      break;
    case YY_ACTIVATION_REQUEST:
    default:
      yy_service_get_cmp_secret_async (run->service, run->grant, run->service_cancellable,
                                       on_cmp_secret, task);
      break;
    }
}

static void
next (GTask *task)
{
  Run *run = g_task_get_task_data (task);
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (run->session);
  YyActivationStep step = YY_ACTIVATION_DONE;

  if (g_cancellable_is_cancelled (run->cancellable))
    {
      fail (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled")));
      return;
    }
  if (token == NULL)
    {
      fail (task,
            g_error_new_literal (YY_ERROR, YY_ERROR_TOKEN_REMOVED, _ ("The token was pulled out")));
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
      fail (task, g_error_new (YY_ERROR, YY_ERROR_FAILED, _ ("This step had no effect: %s"),
                               yy_activation_step_get_title (step)));
      return;
    }
  run->last_step = step;
  tell (run, step);
  perform (task, step);
}

/* Before anything is changed */

static gboolean
check_token (Run *run, YyToken *token, GError **error)
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
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;

  run->anchors = yy_service_get_anchors_finish (YY_SERVICE (source), result, &error);
  if (run->anchors == NULL)
    fail (task, error);
  else
    next (task);
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, Run *run)
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
open_session (Run *run, const char *serial, const char *module, GError **error)
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
  Run *run = g_new0 (Run, 1);
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
      fail (task, error);
      return;
    }
  yy_service_get_anchors_async (service, run->service_cancellable, on_anchors, task);
}

YyCertificate *
yy_activation_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
