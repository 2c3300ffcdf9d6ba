/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-activation-private.h"

/* Looks after a lost answer, one second and then two apart. */
#define MAX_LOOKS 3

static void
on_key_generated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  GError *error = NULL;

  g_clear_pointer (&run->spki, g_bytes_unref);
  run->spki = yy_token_session_generate_key_finish (YY_TOKEN_SESSION (source), result, &error);
  if (run->spki == NULL)
    {
      yy_run_fail (task, error);
      return;
    }
  run->logged_in = TRUE;
  yy_run_next (task);
}

static void
on_logged_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  GError *error = NULL;

  if (!yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    {
      yy_run_fail (task, error);
      return;
    }
  yy_token_session_generate_key_async (run->reset.run.session, run->reset.grant->key_id,
                                       run->reset.grant->key_label, run->reset.grant->key_type,
                                       run->reset.grant->key_bits, run->reset.run.cancellable,
                                       on_key_generated, task);
}

void
yy_activation_make_key (GTask *task)
{
  YyActivationRun *run = g_task_get_task_data (task);

  /* This run set it. */
  yy_token_session_allow_last_try (run->reset.run.session);
  yy_token_session_login_async (run->reset.run.session, run->reset.new_pin,
                                run->reset.run.cancellable, on_logged_in, task);
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
  YyActivationRun *run = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (run->reset.run.session);
  gboolean looked = yy_service_look_finish (YY_SERVICE (source), result, &error);

  if (run->request_error == NULL && looked)
    yy_run_next (task);
  else if (run->request_error == NULL)
    yy_run_fail (task, g_steal_pointer (&error));
  /* The answer to the confirmation was lost, and the order is completed: nothing was lost. */
  else if (looked && token != NULL &&
           yy_activation_next_step (token, run->reset.grant, run->reset.run.id, TRUE) ==
               YY_ACTIVATION_DONE)
    yy_run_next (task);
  else if (!looked && ++run->looks < MAX_LOOKS &&
           !g_cancellable_is_cancelled (run->reset.run.service_cancellable))
    g_timeout_add_seconds (run->looks, on_look_again, task);
  else
    yy_run_fail (task, g_steal_pointer (&run->request_error));
}

static void
look (GTask *task)
{
  YyActivationRun *run = g_task_get_task_data (task);

  yy_service_look_async (run->reset.run.service, run->reset.grant,
                         run->reset.run.service_cancellable, on_looked, task);
}

static void
on_enrolled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (YyCertificate) certificate =
      yy_token_session_enrol_finish (YY_TOKEN_SESSION (source), result, &error);

  g_clear_pointer (&run->cmp_secret, yy_secret_free);
  if (certificate == NULL && !g_error_matches (error, YY_ERROR, YY_ERROR_SERVICE_UNREACHABLE) &&
      !g_error_matches (error, YY_ERROR, YY_ERROR_SERVICE_FAILED))
    {
      yy_run_fail (task, error);
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
  YyActivationRun *run = user_data;
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->session = g_object_ref (session);
  transfer->handle = handle;
  yy_service_cmp_async (run->reset.run.service, request, run->reset.run.service_cancellable,
                        on_cmp_answered, transfer);
}

static void
on_cmp_secret (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  GError *error = NULL;
  YyEnrolment enrolment = {
    .id = run->reset.grant->key_id,
    .label = run->reset.grant->key_label,
    .subject = run->reset.grant->subject,
    .reference = run->reset.grant->cmp_reference,
    .anchors = run->reset.anchors,
    .transfer = on_transfer,
    .transfer_data = run,
  };

  g_clear_pointer (&run->cmp_secret, yy_secret_free);
  run->cmp_secret = yy_service_get_cmp_secret_finish (YY_SERVICE (source), result, &error);
  if (run->cmp_secret == NULL)
    {
      yy_run_fail (task, error);
      return;
    }
  enrolment.secret = run->cmp_secret;
  yy_token_session_enrol_async (run->reset.run.session, &enrolment, run->reset.run.cancellable,
                                on_enrolled, task);
}

void
yy_activation_request (GTask *task)
{
  YyActivationRun *run = g_task_get_task_data (task);

  yy_service_get_cmp_secret_async (run->reset.run.service, run->reset.grant,
                                   run->reset.run.service_cancellable, on_cmp_secret, task);
}
