/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-unlocking.h"

#include <glib/gi18n.h>

#include "procedure/yy-pin-reset.h"

/* How often the CA is told that the token took no SO PIN, one second and then two apart. */
#define MAX_REPORTS 3

typedef struct
{
  YyPinReset reset;

  YyTicket *ticket;
  YyUnlockingProgressFunc progress;
  gpointer progress_data;

  gboolean proved;
  GError *so_pin_error;
  guint n_reports;
} YyUnlockingRun;

static void
run_free (gpointer data)
{
  YyUnlockingRun *run = data;

  yy_pin_reset_clear (&run->reset);
  yy_ticket_unref (run->ticket);
  g_clear_error (&run->so_pin_error);
  g_free (run);
}

static void
tell (YyRun *base, int step)
{
  YyUnlockingRun *run = (YyUnlockingRun *) base;

  if (run->progress != NULL)
    run->progress ((YyUnlockingStep) step, run->progress_data);
}

static void
wipe (YyRun *base)
{
  yy_pin_reset_wipe (&((YyUnlockingRun *) base)->reset);
}

/* The token took no SO PIN: the CA does not release them any more when it knows, so that no try is
 * wasted on them. */

static void report_so_pins (GTask *task);

static gboolean
on_report_again (gpointer user_data)
{
  report_so_pins (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_so_pins_reported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyUnlockingRun *run = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!yy_service_report_so_pin_finish (YY_SERVICE (source), result, &error) &&
      !g_error_matches (error, YY_ERROR, YY_ERROR_REFUSED) && ++run->n_reports < MAX_REPORTS &&
      !g_cancellable_is_cancelled (run->reset.run.service_cancellable))
    g_timeout_add_seconds (run->n_reports, on_report_again, task);
  else
    yy_run_fail (task, g_steal_pointer (&run->so_pin_error));
}

static void
report_so_pins (GTask *task)
{
  YyUnlockingRun *run = g_task_get_task_data (task);

  yy_service_report_so_pin_async (run->reset.run.service, run->reset.grant,
                                  run->reset.run.service_cancellable, on_so_pins_reported, task);
}

static void
so_pins_refused (GTask *task, GError *error)
{
  YyUnlockingRun *run = g_task_get_task_data (task);

  g_clear_error (&error);
  g_set_error_literal (&run->so_pin_error, YY_ERROR, YY_ERROR_SO_PIN_INCORRECT,
                       _ ("The token took none of the unlocking codes that the CA has for it"));
  report_so_pins (task);
}

/* Authorise */

static void
on_authorised (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  YyGrant *grant = yy_service_authorise_finish (YY_SERVICE (source), result, &error);

  yy_pin_reset_authorised (user_data, grant, error);
}

static void
authorise (GTask *task)
{
  YyUnlockingRun *run = g_task_get_task_data (task);

  yy_service_authorise_async (run->reset.run.service, run->ticket, run->reset.code,
                              run->reset.run.id, run->reset.run.service_cancellable, on_authorised,
                              task);
}

/* Prove */

static void
on_proved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  YyUnlockingRun *run = g_task_get_task_data (task);
  GError *error = NULL;

  run->proved = yy_pin_proof_finish (YY_TOKEN_SESSION (source), result, NULL, &error);
  if (run->proved)
    {
      yy_run_next (task);
      return;
    }
  /* Nobody mistyped it: another program has set another PIN after this run. */
  if (g_error_matches (error, YY_ERROR, YY_ERROR_PIN_INCORRECT))
    {
      g_clear_error (&error);
      g_set_error_literal (&error, YY_ERROR, YY_ERROR_PROOF,
                           _ ("The token does not open with the new PIN"));
    }
  yy_run_fail (task, error);
}

static void
prove (GTask *task)
{
  YyPinReset *reset = g_task_get_task_data (task);

  yy_pin_proof_async (reset->run.session, YY_PIN_PROOF_SET, yy_pin_guard_of (reset->run.manager),
                      NULL, reset->new_pin, reset->run.cancellable, on_proved, task);
}

/* The loop */

static int
next_step (YyRun *base, YyToken *token)
{
  YyUnlockingRun *run = (YyUnlockingRun *) base;

  return (int) yy_unlocking_next_step (run->reset.grant, base->id, run->proved);
}

static const char *
get_title (int step)
{
  return yy_unlocking_step_get_title ((YyUnlockingStep) step);
}

static void
perform (GTask *task, int step)
{
  switch (step)
    {
    case YY_UNLOCKING_AUTHORISE:
      authorise (task);
      break;
    case YY_UNLOCKING_SET_PIN:
      yy_pin_reset_perform (task, YY_PIN_RESET_SET_PIN);
      break;
    case YY_UNLOCKING_ROTATE:
      yy_pin_reset_perform (task, YY_PIN_RESET_ROTATE);
      break;
    case YY_UNLOCKING_PROVE:
      prove (task);
      break;
    case YY_UNLOCKING_CLOSE:
    default:
      yy_pin_reset_perform (task, YY_PIN_RESET_CLOSE);
      break;
    }
}

static void
finish (GTask *task, YyToken *token)
{
  yy_run_finish (task, GINT_TO_POINTER (TRUE), NULL);
}

static void
was_done (GTask *task, YyCertificate *certificate)
{
  finish (task, NULL);
}

static const YyRunKind run_kind = {
  .done = YY_UNLOCKING_DONE,
  .next_step = next_step,
  .get_title = get_title,
  .tell = tell,
  .perform = perform,
  .finish = finish,
  .wipe = wipe,
};

static const YyPinResetKind reset_kind = {
  .start = yy_run_next,
  .proof = YY_PIN_PROOF_UNLOCKED,
  .was_done = was_done,
  .so_pins_refused = so_pins_refused,
};

void
yy_unlocking_run_async (YyTokenManager *manager,
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
                        gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  YyUnlockingRun *run = g_new0 (YyUnlockingRun, 1);

  g_task_set_source_tag (task, yy_unlocking_run_async);
  g_task_set_task_data (task, run, run_free);
  yy_run_init (&run->reset.run, &run_kind, manager, service, ticket->token, cancellable);
  yy_pin_reset_init (&run->reset, &reset_kind, policy, code, new_pin);
  run->ticket = yy_ticket_ref (ticket);
  run->progress = progress;
  run->progress_data = progress_data;
  yy_pin_reset_start (task, module);
}

gboolean
yy_unlocking_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}
