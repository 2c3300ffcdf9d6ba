/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-run.h"

#include <glib/gi18n.h>

#include "procedure/yy-token-lock.h"

/* Every step once, and the way back to the first one after another run took the grant over. */
#define MAX_STEPS 16

static void
on_cancelled (GCancellable *cancellable, GCancellable *service_cancellable)
{
  g_cancellable_cancel (service_cancellable);
}

void
yy_run_init (YyRun *run,
             const YyRunKind *kind,
             YyTokenManager *manager,
             YyService *service,
             const char *serial,
             GCancellable *cancellable)
{
  g_autoptr (YySecret) id = yy_secret_new_random (32, "0123456789abcdef");

  run->kind = kind;
  run->lock = -1;
  run->manager = g_object_ref (manager);
  run->service = g_object_ref (service);
  run->id = g_strdup (yy_secret_bytes (id));
  run->serial = g_strdup (serial);
  run->service_cancellable = g_cancellable_new ();
  if (cancellable == NULL)
    return;
  run->cancellable = g_object_ref (cancellable);
  run->cancelled_id =
      g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
                             g_object_ref (run->service_cancellable), g_object_unref);
}

void
yy_run_clear (YyRun *run)
{
  g_clear_object (&run->manager);
  g_clear_object (&run->service);
  g_clear_object (&run->session);
  g_clear_pointer (&run->id, g_free);
  g_clear_pointer (&run->serial, g_free);
  g_clear_object (&run->cancellable);
  g_clear_object (&run->service_cancellable);
}

/* A call to the token says by itself that it is gone, one to the service does not. */
static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, YyRun *run)
{
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (run->session);

  if (token != NULL || run->removed)
    return;
  run->removed = TRUE;
  g_cancellable_cancel (run->service_cancellable);
}

gboolean
yy_run_open (YyRun *run, const char *module, GError **error)
{
  g_autoptr (GError) local = NULL;

  run->session = yy_token_session_new (run->manager, run->serial, module, error);
  if (run->session == NULL)
    return FALSE;
  run->lock = yy_token_lock_take (run->serial, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  run->items_id =
      g_signal_connect (run->manager, "items-changed", G_CALLBACK (on_items_changed), run);
  return TRUE;
}

/* The end */

static void
wind_up (YyRun *run)
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
  yy_token_lock_release (run->lock);
  run->lock = -1;
  run->kind->wipe (run);
}

static GError *
pulled_out (YyRun *run)
{
  guint others = g_list_model_get_n_items (G_LIST_MODEL (run->manager));

  if (others > 0 && yy_token_manager_find (run->manager, run->serial, NULL) == NULL)
    return g_error_new (YY_ERROR, YY_ERROR_TOKEN_REMOVED,
                        _ ("The token %s was pulled out, and another one is plugged in"),
                        run->serial);
  return g_error_new (YY_ERROR, YY_ERROR_TOKEN_REMOVED, _ ("The token %s was pulled out"),
                      run->serial);
}

void
yy_run_fail (GTask *task, GError *error)
{
  YyRun *run = g_task_get_task_data (task);

  if (g_error_matches (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED) ||
      (run->removed && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
       !g_cancellable_is_cancelled (run->cancellable)))
    {
      g_clear_error (&error);
      error = pulled_out (run);
    }
  wind_up (run);
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
yy_run_finish (GTask *task, gpointer value, GDestroyNotify destroy)
{
  YyRun *run = g_task_get_task_data (task);

  wind_up (run);
  run->kind->tell (run, run->kind->done);
  g_task_return_pointer (task, value, destroy);
  g_object_unref (task);
}

/* The loop */

static gboolean
may_perform (YyRun *run, int step, GError **error)
{
  if (run->n_steps++ < MAX_STEPS && (run->n_steps == 1 || step != run->last_step))
    return TRUE;
  g_set_error (error, YY_ERROR, YY_ERROR_FAILED, _ ("This step had no effect: %s"),
               run->kind->get_title (step));
  return FALSE;
}

void
yy_run_next (GTask *task)
{
  YyRun *run = g_task_get_task_data (task);
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (run->session);
  GError *error = NULL;
  int step = 0;

  if (g_cancellable_is_cancelled (run->cancellable))
    {
      yy_run_fail (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled")));
      return;
    }
  if (token == NULL)
    {
      yy_run_fail (task, pulled_out (run));
      return;
    }
  step = run->kind->next_step (run, token);
  if (step == run->kind->done)
    {
      run->kind->finish (task, token);
      return;
    }
  if (!may_perform (run, step, &error))
    {
      yy_run_fail (task, error);
      return;
    }
  run->last_step = step;
  run->kind->tell (run, step);
  run->kind->perform (task, step);
}
