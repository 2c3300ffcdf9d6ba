/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-pin-reset.h"

#include <glib/gi18n.h>

#include "procedure/yy-pin-policy.h"

/* In a whole run. */
#define MAX_REFUSED_SO_PINS 2

void
yy_pin_reset_init (YyPinReset *reset,
                   const YyPinResetKind *kind,
                   const YyPinPolicy *policy,
                   YySecret *code,
                   YySecret *new_pin)
{
  reset->kind = kind;
  reset->policy = *policy;
  reset->code = code;
  reset->new_pin = new_pin;
}

void
yy_pin_reset_wipe (YyPinReset *reset)
{
  g_clear_pointer (&reset->code, yy_secret_free);
  g_clear_pointer (&reset->new_pin, yy_secret_free);
  g_clear_pointer (&reset->current, yy_secret_free);
  g_clear_pointer (&reset->pending, yy_secret_free);
}

void
yy_pin_reset_clear (YyPinReset *reset)
{
  yy_pin_reset_wipe (reset);
  g_clear_pointer (&reset->anchors, g_ptr_array_unref);
  g_clear_pointer (&reset->grant, yy_grant_unref);
  g_clear_error (&reset->refusal);
  yy_run_clear (&reset->run);
}

/* Before anything is changed */

static void
on_so_pin_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyPinReset *reset = g_task_get_task_data (task);
  GError *error = NULL;

  if (yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    reset->kind->start (task);
  else
    yy_run_fail (task, error);
}

static gboolean
check_token (YyPinReset *reset, YyToken *token, GError **error)
{
  if (!yy_pin_policy_require (&reset->policy, yy_token_get_min_pin_length (token),
                              yy_token_get_max_pin_length (token), reset->new_pin, error))
    return FALSE;
  if (yy_token_is_so_pin_usable (token))
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_SO_PIN_LOCKED,
                       _ ("The token's unlocking code is locked or has one try left"));
  return FALSE;
}

void
yy_pin_reset_start (GTask *task, const char *module)
{
  YyPinReset *reset = g_task_get_task_data (task);
  g_autoptr (YyToken) token = NULL;
  GError *error = NULL;

  if (yy_run_open (&reset->run, module, &error))
    token = yy_token_session_dup_snapshot (reset->run.session);
  if (token == NULL || !check_token (reset, token, &error))
    {
      yy_run_fail (task, error);
      return;
    }
  /* Not every driver tells it; the card itself may. */
  yy_token_session_check_so_pin_async (reset->run.session, reset->run.cancellable,
                                       on_so_pin_checked, task);
}

YyPinResetStep
yy_pin_reset_next_step (YyGrant *grant, const char *session)
{
  gboolean ours = grant != NULL && g_strcmp0 (grant->session, session) == 0;

  if (grant == NULL)
    return YY_PIN_RESET_AUTHORISE;
  switch (grant->state)
    {
    case YY_GRANT_AUTHORISED:
    case YY_GRANT_RELEASED:
      return YY_PIN_RESET_SET_PIN;
    /* A PIN that another run set is not the one this person just chose. */
    case YY_GRANT_PIN_SET:
      return ours ? YY_PIN_RESET_ROTATE : YY_PIN_RESET_SET_PIN;
    case YY_GRANT_ROTATED:
      return ours ? YY_PIN_RESET_CLOSE : YY_PIN_RESET_SET_PIN;
    /* Closed by another run: the service has a new grant for this one. */
    case YY_GRANT_CLOSED:
    default:
      return ours ? YY_PIN_RESET_CLOSED : YY_PIN_RESET_AUTHORISE;
    }
}

/* Authorise */

static void
on_used_code_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyPinReset *reset = g_task_get_task_data (task);
  g_autoptr (YyCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  if (yy_pin_proof_finish (YY_TOKEN_SESSION (source), result, &certificate, &error))
    reset->kind->was_done (task, certificate);
  else if (g_error_matches (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED) ||
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    yy_run_fail (task, g_steal_pointer (&error));
  else
    yy_run_fail (task, g_steal_pointer (&reset->refusal));
}

void
yy_pin_reset_authorised (GTask *task, YyGrant *grant, GError *error)
{
  YyPinReset *reset = g_task_get_task_data (task);

  if (g_error_matches (error, YY_ERROR, YY_ERROR_CODE_USED))
    {
      g_clear_error (&reset->refusal);
      reset->refusal = error;
      yy_pin_proof_async (reset->run.session, reset->kind->proof,
                          yy_pin_guard_of (reset->run.manager), reset->anchors, reset->new_pin,
                          reset->run.cancellable, on_used_code_checked, task);
      return;
    }
  if (grant == NULL)
    {
      yy_run_fail (task, error);
      return;
    }
  g_clear_pointer (&reset->grant, yy_grant_unref);
  reset->grant = grant;
  yy_run_next (task);
}

/* Report */

static void
on_reported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (yy_service_report_finish (YY_SERVICE (source), result, &error))
    yy_run_next (user_data);
  else
    yy_run_fail (user_data, error);
}

static void
report (GTask *task, YyGrantState state)
{
  YyPinReset *reset = g_task_get_task_data (task);

  yy_service_report_async (reset->run.service, reset->grant, reset->run.id, state,
                           reset->run.service_cancellable, on_reported, task);
}

/* PIN */

static void
on_pin_not_set (GTask *task, GError *error)
{
  YyPinReset *reset = g_task_get_task_data (task);

  if (reset->tried_all && g_error_matches (error, YY_ERROR, YY_ERROR_SO_PIN_INCORRECT))
    reset->kind->so_pins_refused (task, error);
  else
    yy_run_fail (task, error);
}

static void
on_pin_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyPinReset *reset = g_task_get_task_data (task);
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (reset->run.session);
  GError *error = NULL;
  int which = yy_token_session_set_user_pin_finish (YY_TOKEN_SESSION (source), result, &error);

  if (which < 0)
    {
      on_pin_not_set (task, error);
      return;
    }
  /* What was wrong before can be right from now on. */
  if (token != NULL)
    yy_pin_guard_forget (yy_pin_guard_of (reset->run.manager), token);
  reset->n_refused += (guint) which;
  reset->needs_rotation = which == 0 && !yy_secret_equal (reset->current, reset->pending);
  report (task, YY_GRANT_PIN_SET);
}

static void
on_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyPinReset *reset = g_task_get_task_data (task);
  GError *error = NULL;
  const YySecret *so_pins[2] = { NULL, NULL };
  guint known = 0;
  guint allowed = MAX_REFUSED_SO_PINS - reset->n_refused;

  g_clear_pointer (&reset->current, yy_secret_free);
  g_clear_pointer (&reset->pending, yy_secret_free);
  if (!yy_service_release_finish (YY_SERVICE (source), result, &reset->current, &reset->pending,
                                  &error))
    {
      yy_run_fail (task, error);
      return;
    }
  so_pins[0] = reset->current;
  so_pins[1] = reset->pending;
  known = yy_secret_equal (reset->current, reset->pending) ? 1 : 2;
  reset->tried_all = allowed >= known;
  yy_token_session_set_user_pin_async (reset->run.session, so_pins, MIN (known, allowed),
                                       reset->new_pin, reset->run.cancellable, on_pin_set, task);
}

/* SO PIN */

static void
on_pending_tried (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyPinReset *reset = g_task_get_task_data (task);
  GError *error = NULL;

  if (yy_token_session_set_user_pin_finish (YY_TOKEN_SESSION (source), result, &error) < 0)
    {
      on_pin_not_set (task, error);
      return;
    }
  reset->needs_rotation = FALSE;
  report (task, YY_GRANT_ROTATED);
}

/* The SO PIN that was right a moment ago is wrong: another run has rotated it in between, to the
 * pending one, because the service knows no other. That one is the second and last to be tried. */
static void
try_pending (GTask *task)
{
  YyPinReset *reset = g_task_get_task_data (task);
  const YySecret *so_pins[] = { reset->pending };

  reset->n_refused++;
  yy_token_session_set_user_pin_async (reset->run.session, so_pins, 1, reset->new_pin,
                                       reset->run.cancellable, on_pending_tried, task);
}

static void
on_rotated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyPinReset *reset = g_task_get_task_data (task);
  GError *error = NULL;

  if (yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    {
      reset->needs_rotation = FALSE;
      report (task, YY_GRANT_ROTATED);
    }
  else if (g_error_matches (error, YY_ERROR, YY_ERROR_SO_PIN_INCORRECT) &&
           reset->n_refused + 1 < MAX_REFUSED_SO_PINS)
    {
      g_clear_error (&error);
      try_pending (task);
    }
  else
    yy_run_fail (task, error);
}

static void
rotate (GTask *task)
{
  YyPinReset *reset = g_task_get_task_data (task);

  if (reset->needs_rotation)
    yy_token_session_rotate_so_pin_async (reset->run.session, reset->current, reset->pending,
                                          reset->run.cancellable, on_rotated, task);
  else
    report (task, YY_GRANT_ROTATED);
}

void
yy_pin_reset_perform (GTask *task, YyPinResetStep step)
{
  YyPinReset *reset = g_task_get_task_data (task);

  switch ((int) step)
    {
    case YY_PIN_RESET_SET_PIN:
      yy_service_release_async (reset->run.service, reset->grant, reset->run.service_cancellable,
                                on_released, task);
      break;
    case YY_PIN_RESET_ROTATE:
      rotate (task);
      break;
    case YY_PIN_RESET_CLOSE:
    default:
      report (task, YY_GRANT_CLOSED);
      break;
    }
}
