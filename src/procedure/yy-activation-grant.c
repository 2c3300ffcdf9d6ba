/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-activated.h"
#include "procedure/yy-activation-private.h"

static void
finish_report (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (yy_service_report_finish (YY_SERVICE (source), result, &error))
    yy_activation_next (task);
  else
    yy_activation_fail (task, error);
}

static void
report (GTask *task, YyGrantState state)
{
  YyActivationRun *run = g_task_get_task_data (task);

  yy_service_report_async (run->service, run->grant, run->id, state, run->service_cancellable,
                           finish_report, task);
}

/* Authorise */

/* The order is completed. If that was a moment ago and only the answer to it was lost, the token
 * can show it: then this run is done. Otherwise the used code is what is told. */
static void
on_used_code_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (YyCertificate) certificate =
      yy_activated_prove_finish (YY_TOKEN_SESSION (source), result, &error);

  if (certificate != NULL)
    yy_activation_finish (task, certificate);
  else if (g_error_matches (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED) ||
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    yy_activation_fail (task, g_steal_pointer (&error));
  else
    yy_activation_fail (task, g_steal_pointer (&run->request_error));
}

/* One for all runs on the same tokens: it belongs to their manager. */
static YyPinGuard *
guard_of (YyTokenManager *manager)
{
  YyPinGuard *guard = g_object_get_data (G_OBJECT (manager), "yy-activated-guard");

  if (guard == NULL)
    {
      guard = yy_pin_guard_new ();
      g_object_set_data_full (G_OBJECT (manager), "yy-activated-guard", guard, g_object_unref);
    }
  return guard;
}

static void
on_authorised (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  GError *error = NULL;
  YyGrant *grant = yy_service_activate_finish (YY_SERVICE (source), result, &error);

  if (g_error_matches (error, YY_ERROR, YY_ERROR_CODE_USED))
    {
      run->request_error = error;
      yy_activated_prove_async (run->session, guard_of (run->manager), run->anchors, run->new_pin,
                                run->cancellable, on_used_code_checked, task);
      return;
    }
  if (grant == NULL)
    {
      yy_activation_fail (task, error);
      return;
    }
  g_clear_pointer (&run->grant, yy_grant_unref);
  run->grant = grant;
  yy_activation_next (task);
}

void
yy_activation_authorise (GTask *task)
{
  YyActivationRun *run = g_task_get_task_data (task);

  yy_service_activate_async (run->service, run->serial, run->code, run->id,
                             run->service_cancellable, on_authorised, task);
}

/* PIN */

static void
on_user_pin_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  GError *error = NULL;
  int which = yy_token_session_set_user_pin_finish (YY_TOKEN_SESSION (source), result, &error);

  if (which < 0)
    {
      yy_activation_fail (task, error);
      return;
    }
  run->needs_rotation = which == 0 && !yy_secret_equal (run->current, run->pending);
  report (task, YY_GRANT_PIN_SET);
}

static void
on_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  GError *error = NULL;
  const YySecret *so_pins[2] = { NULL, NULL };

  g_clear_pointer (&run->current, yy_secret_free);
  g_clear_pointer (&run->pending, yy_secret_free);
  if (!yy_service_release_finish (YY_SERVICE (source), result, &run->current, &run->pending,
                                  &error))
    {
      yy_activation_fail (task, error);
      return;
    }
  so_pins[0] = run->current;
  so_pins[1] = run->pending;
  yy_token_session_set_user_pin_async (run->session, so_pins,
                                       yy_secret_equal (run->current, run->pending) ? 1 : 2,
                                       run->new_pin, run->cancellable, on_user_pin_set, task);
}

void
yy_activation_set_pin (GTask *task)
{
  YyActivationRun *run = g_task_get_task_data (task);

  yy_service_release_async (run->service, run->grant, run->service_cancellable, on_released, task);
}

/* SO PIN */

static void
on_rotated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyActivationRun *run = g_task_get_task_data (task);
  GError *error = NULL;

  if (!yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    {
      yy_activation_fail (task, error);
      return;
    }
  run->needs_rotation = FALSE;
  report (task, YY_GRANT_ROTATED);
}

void
yy_activation_rotate (GTask *task)
{
  YyActivationRun *run = g_task_get_task_data (task);

  if (run->needs_rotation)
    yy_token_session_rotate_so_pin_async (run->session, run->current, run->pending,
                                          run->cancellable, on_rotated, task);
  else
    report (task, YY_GRANT_ROTATED);
}

void
yy_activation_close (GTask *task)
{
  report (task, YY_GRANT_CLOSED);
}
