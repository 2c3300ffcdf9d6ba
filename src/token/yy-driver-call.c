/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-driver-internal.h"

#include <glib/gi18n.h>

#include "token/yy-token-parse.h"

#define AGENT_PATH      "/org/yinyao/Agent"
#define AGENT_INTERFACE "org.yinyao.Agent"
#define TOKEN_INTERFACE "org.yinyao.Agent.Token"
/* How long a call on a token that was pulled may still take, and how long after a call that failed
 * it may still show that the token was pulled: card readers are polled. */
#define REMOVAL_SECONDS 3

void
yy_driver_call_free (YyDriverCall *call)
{
  g_free (call->serial);
  g_clear_pointer (&call->parameters, g_variant_unref);
  g_clear_object (&call->fds);
  g_free (call);
}

void
yy_driver_fail_current (YyDriver *self, const GError *reason)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->current);

  g_clear_handle_id (&self->removal_id, g_source_remove);
  g_clear_error (&self->late_error);
  if (task != NULL)
    g_task_return_error (task, g_error_copy (reason));
}

void
yy_driver_fail_waiting (YyDriver *self, const GError *reason)
{
  GTask *task = NULL;

  while ((task = g_queue_pop_head (&self->queue)) != NULL)
    {
      g_task_return_error (task, g_error_copy (reason));
      g_object_unref (task);
    }
}

static const char *
find_current (YyDriver *self)
{
  YyDriverCall *call = g_task_get_task_data (self->current);

  if (call->serial == NULL)
    return AGENT_PATH;
  return yy_object_table_find (yy_agent_get_objects (self->agent), call->serial);
}

static void
fail_current_removed (YyDriver *self)
{
  g_autoptr (GError) removed =
      g_error_new_literal (YY_ERROR, YY_ERROR_TOKEN_REMOVED, _ ("The token was pulled out"));

  yy_driver_fail_current (self, removed);
}

/* Takes the call away from an agent that does not answer it, and the agent too. */
static gboolean
on_removed_too_long (gpointer user_data)
{
  YyDriver *self = user_data;

  self->removal_id = 0;
  fail_current_removed (self);
  yy_agent_kill (self->agent, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
on_still_there (gpointer user_data)
{
  YyDriver *self = user_data;
  g_autoptr (GError) error = g_steal_pointer (&self->late_error);

  self->removal_id = 0;
  yy_driver_fail_current (self, error);
  yy_driver_pump (self);
  return G_SOURCE_REMOVE;
}

void
yy_driver_check_removal (YyDriver *self)
{
  if (self->current == NULL || find_current (self) != NULL)
    return;
  if (self->late_error != NULL)
    fail_current_removed (self);
  else if (self->removal_id == 0)
    self->removal_id = g_timeout_add_seconds (REMOVAL_SECONDS, on_removed_too_long, self);
}

void
yy_driver_on_progress (YyAgent *agent, const char *path, const char *step, YyDriver *self)
{
  YyDriverCall *call = self->current == NULL ? NULL : g_task_get_task_data (self->current);

  if (call != NULL && call->progress != NULL && g_strcmp0 (find_current (self), path) == 0)
    call->progress (step, call->user_data);
}

void
yy_driver_on_transfer (YyAgent *agent,
                       GBytes *request,
                       GDBusMethodInvocation *invocation,
                       YyDriver *self)
{
  YyDriverCall *call = self->current == NULL ? NULL : g_task_get_task_data (self->current);
  g_autoptr (GError) error = NULL;

  if (call != NULL && call->transfer != NULL)
    {
      call->transfer (request, invocation, call->user_data);
      return;
    }
  error = g_error_new_literal (YY_ERROR, YY_ERROR_REFUSED, _ ("No message is expected now"));
  yy_agent_return_transfer (agent, invocation, NULL, error);
}

/* Errors that a token can cause by not being there any longer. */
static gboolean
is_explained_by_removal (const GError *error)
{
  if (error->domain != YY_ERROR)
    return TRUE;
  switch ((YyError) error->code)
    {
    case YY_ERROR_FAILED:
    case YY_ERROR_INVALID_DATA:
    case YY_ERROR_NO_SUCH_TOKEN:
    case YY_ERROR_NO_SUCH_OBJECT:
    case YY_ERROR_READ_BACK:
    case YY_ERROR_PROOF:
    case YY_ERROR_DRIVER_FAILED:
    case YY_ERROR_SERVICE_FAILED:
      return TRUE;
    default:
      return FALSE;
    }
}

/* What the agent said, in this domain and without what D-Bus put before it. */
static GError *
translate_error (YyDriver *self, const GError *error)
{
  g_autoptr (GError) local = g_error_copy (error);
  g_autofree char *text = NULL;

  g_dbus_error_strip_remote_error (local);
  text = yy_token_clean_text (local->message);
  if (local->domain == YY_ERROR || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_new_literal (local->domain, local->code, text);
  /* The token's object went while the call was on its way. */
  if (g_error_matches (local, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD))
    return g_error_new_literal (YY_ERROR, YY_ERROR_TOKEN_REMOVED, _ ("The token was pulled out"));
  return g_error_new (YY_ERROR, YY_ERROR_DRIVER_FAILED, _ ("The driver %s failed: %s"), self->name,
                      text);
}

/* @error: (transfer full) */
static void
on_failed (YyDriver *self, GError *error)
{
  g_autoptr (GError) local = error;

  if (!is_explained_by_removal (local))
    yy_driver_fail_current (self, local);
  else if (find_current (self) == NULL)
    fail_current_removed (self);
  else
    {
      self->late_error = g_steal_pointer (&local);
      self->removal_id = g_timeout_add_seconds (REMOVAL_SECONDS, on_still_there, self);
    }
}

static void
on_called (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  YyDriver *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  GVariant *reply = yy_agent_call_finish (YY_AGENT (source), result, &error);

  /* It was answered already, with the agent's end or its cancellation. */
  if (self->current != task)
    {
      g_clear_pointer (&reply, g_variant_unref);
      return;
    }
  g_clear_handle_id (&self->removal_id, g_source_remove);
  if (reply != NULL)
    {
      g_clear_object (&self->current);
      g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
    }
  else
    on_failed (self, translate_error (self, error));
  yy_driver_pump (self);
}

static void
send_current (YyDriver *self, const char *path)
{
  YyDriverCall *call = g_task_get_task_data (self->current);

  if (call->fds != NULL)
    self->tainted = TRUE;
  yy_agent_call_async (self->agent, path, call->serial == NULL ? AGENT_INTERFACE : TOKEN_INTERFACE,
                       call->method, call->parameters, call->fds, call->reply,
                       call->is_long ? self->key_timeout : self->call_timeout, on_called,
                       g_object_ref (self->current));
  /* The agent has them now: they must not stay open here for as long as the call takes. */
  g_clear_object (&call->fds);
}

void
yy_driver_pump (YyDriver *self)
{
  while (self->current == NULL && self->agent != NULL && !self->replacing &&
         yy_agent_is_loaded (self->agent))
    {
      const char *path = NULL;

      if (self->tainted && self->holds == 0)
        {
          self->replacing = TRUE;
          yy_agent_end (self->agent);
          return;
        }
      self->current = g_queue_pop_head (&self->queue);
      if (self->current == NULL)
        return;
      path = find_current (self);
      if (path != NULL)
        {
          send_current (self, path);
          return;
        }
      g_task_return_new_error (self->current, YY_ERROR, YY_ERROR_TOKEN_REMOVED,
                               _ ("The token was pulled out"));
      g_clear_object (&self->current);
    }
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (G_TASK (user_data));
  YyDriver *self = g_task_get_source_object (task);

  if (self->current == task)
    {
      g_clear_object (&self->current);
      g_clear_handle_id (&self->removal_id, g_source_remove);
      g_clear_error (&self->late_error);
      g_task_return_error_if_cancelled (task);
      yy_agent_kill (self->agent, NULL);
    }
  else if (g_queue_remove (&self->queue, task))
    {
      g_task_return_error_if_cancelled (task);
      g_object_unref (task);
    }
  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (GTask *task, GCancellable *cancellable)
{
  GSource *source = NULL;

  if (cancellable == NULL)
    return;
  source = g_cancellable_source_new (cancellable);
  g_task_attach_source (task, source, G_SOURCE_FUNC (on_cancelled));
  /* Destroyed with the answer: the source holds a reference to the task. */
  g_signal_connect_data (task, "notify::completed", G_CALLBACK (g_source_destroy), source,
                         (GClosureNotify) (GCallback) g_source_unref, G_CONNECT_SWAPPED);
}

void
yy_driver_call_async (YyDriver *self,
                      YyDriverCall *call,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, yy_driver_call_async);
  g_task_set_task_data (task, call, (GDestroyNotify) yy_driver_call_free);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->problem != NULL)
    {
      g_task_return_error (task, g_error_copy (self->problem));
      return;
    }
  if (self->stopped)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
      return;
    }
  watch_cancellable (task, cancellable);
  g_queue_push_tail (&self->queue, g_steal_pointer (&task));
  yy_driver_pump (self);
}

GVariant *
yy_driver_call_finish (YyDriver *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
yy_driver_return_transfer (YyDriver *self,
                           GDBusMethodInvocation *invocation,
                           GBytes *response,
                           const GError *error)
{
  if (self->agent != NULL)
    yy_agent_return_transfer (self->agent, invocation, response, error);
  else
    g_dbus_method_invocation_return_error_literal (invocation, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                   _ ("Cancelled"));
}
