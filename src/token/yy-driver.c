/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-driver.h"

#include <string.h>

#include <glib/gi18n.h>

#include "token/yy-agent.h"
#include "token/yy-driver-private.h"
#include "token/yy-token-parse.h"

#define AGENT_PATH      "/org/yinyao/Agent"
#define AGENT_INTERFACE "org.yinyao.Agent"
#define TOKEN_INTERFACE "org.yinyao.Agent.Token"
#define MAX_DELAY       60
/* An agent that worked for this long did not fail because it was started again. */
#define STEADY_SECONDS 30
/* How long a call on a token that was pulled may still take. */
#define REMOVAL_SECONDS 3

struct _YyDriver
{
  GObject parent_instance;

  char *program;
  char *module;
  char *name;
  guint call_timeout;
  guint key_timeout;

  YyDriverState state;
  GError *problem;
  GPtrArray *tokens;

  YyAgent *agent;     /* NULL before it is started and while a restart is waited for */
  gboolean replacing; /* @agent was asked to end */
  gboolean tainted;   /* @agent was given a secret */
  gboolean stopped;
  guint holds;
  gint64 ready_since; /* monotonic, 0 when @agent has told nothing yet */
  guint failures;     /* in a row */
  guint restart_id;

  GQueue queue; /* of GTask, those that wait for their turn */
  GTask *current;
  guint removal_id;
};

enum
{
  PROP_STATE = 1,
  PROP_PROBLEM,
  PROP_NAME,
  PROP_MODULE,
  N_PROPERTIES
};
static GParamSpec *properties[N_PROPERTIES];
static guint tokens_changed;

G_DEFINE_FINAL_TYPE (YyDriver, yy_driver, G_TYPE_OBJECT)

static void pump (YyDriver *self);
static void launch (YyDriver *self);

void
yy_driver_call_free (YyDriverCall *call)
{
  g_free (call->serial);
  g_clear_pointer (&call->parameters, g_variant_unref);
  g_clear_object (&call->fds);
  g_free (call);
}

/* State */

static void
set_state (YyDriver *self, YyDriverState state, const GError *problem)
{
  GError *copy = problem == NULL ? NULL : g_error_copy (problem);

  g_clear_error (&self->problem);
  self->problem = copy;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static gboolean
is_same (GPtrArray *a, GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (a->pdata[i] != b->pdata[i])
      return FALSE;
  return TRUE;
}

static void
take_tokens (YyDriver *self, GPtrArray *tokens)
{
  g_autoptr (GPtrArray) old = self->tokens;

  self->tokens = tokens;
  if (!is_same (old, tokens))
    g_signal_emit (self, tokens_changed, 0);
}

static void
take_name (YyDriver *self)
{
  const char *library = yy_object_table_get_library (yy_agent_get_objects (self->agent));

  if (library == NULL || strcmp (library, self->name) == 0)
    return;
  g_free (self->name);
  self->name = g_strdup (library);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

static void
fail_waiting (YyDriver *self, const GError *reason)
{
  GTask *task = NULL;

  while ((task = g_queue_pop_head (&self->queue)) != NULL)
    {
      g_task_return_error (task, g_error_copy (reason));
      g_object_unref (task);
    }
}

/* The agent's life */

static const char *
find_current (YyDriver *self)
{
  YyDriverCall *call = g_task_get_task_data (self->current);

  if (call->serial == NULL)
    return AGENT_PATH;
  return yy_object_table_find (yy_agent_get_objects (self->agent), call->serial);
}

/* Takes the call away from an agent that does not answer it, and the agent too. */
static gboolean
on_removed_too_long (gpointer user_data)
{
  YyDriver *self = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&self->current);

  self->removal_id = 0;
  g_task_return_new_error (task, YY_ERROR, YY_ERROR_TOKEN_REMOVED, _ ("The token was pulled out"));
  yy_agent_kill (self->agent, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_changed (YyAgent *agent, YyDriver *self)
{
  if (self->ready_since == 0)
    self->ready_since = g_get_monotonic_time ();
  take_name (self);
  take_tokens (self, yy_object_table_dup_tokens (yy_agent_get_objects (agent)));
  if (self->agent != agent)
    return;
  if (self->state != YY_DRIVER_READY)
    set_state (self, YY_DRIVER_READY, NULL);
  if (self->current != NULL && self->removal_id == 0 && find_current (self) == NULL)
    self->removal_id = g_timeout_add_seconds (REMOVAL_SECONDS, on_removed_too_long, self);
  pump (self);
}

static void
on_progress (YyAgent *agent, const char *path, const char *step, YyDriver *self)
{
  YyDriverCall *call = self->current == NULL ? NULL : g_task_get_task_data (self->current);

  if (call != NULL && call->progress != NULL && g_strcmp0 (find_current (self), path) == 0)
    call->progress (step, call->user_data);
}

static void
on_transfer (YyAgent *agent, GBytes *request, GDBusMethodInvocation *invocation, YyDriver *self)
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

static gboolean
on_restart (gpointer user_data)
{
  YyDriver *self = user_data;

  self->restart_id = 0;
  launch (self);
  return G_SOURCE_REMOVE;
}

/* 1 s, 2 s, 4 s … 60 s; at once for the first hang of a driver that worked. */
static void
plan_restart (YyDriver *self, gboolean at_once)
{
  guint delay = self->failures >= 6 ? MAX_DELAY : 1u << self->failures;

  self->failures++;
  self->restart_id = g_timeout_add_seconds (at_once ? 0 : delay, on_restart, self);
}

static void
on_failed (YyDriver *self, const GError *reason)
{
  gint64 ready_since = self->ready_since;
  gboolean hung = g_error_matches (reason, YY_ERROR, YY_ERROR_DRIVER_NOT_RESPONDING);
  gboolean first = FALSE;

  if (ready_since != 0 && g_get_monotonic_time () - ready_since > STEADY_SECONDS * G_USEC_PER_SEC)
    self->failures = 0;
  first = self->failures == 0 && ready_since != 0;
  plan_restart (self, hung && first);
  set_state (self, hung ? YY_DRIVER_NOT_RESPONDING : YY_DRIVER_FAILED, reason);
  fail_waiting (self, reason);
  /* The first time the tokens stay until the next agent has answered. */
  if (!first)
    take_tokens (self, g_ptr_array_new_with_free_func (g_object_unref));
}

static void
on_ended (YyAgent *agent, const GError *reason, YyDriver *self)
{
  g_autoptr (YyDriver) alive = g_object_ref (self);

  g_signal_handlers_disconnect_by_data (agent, self);
  g_clear_object (&self->agent);
  self->replacing = FALSE;
  self->tainted = FALSE;
  g_clear_handle_id (&self->removal_id, g_source_remove);
  if (self->stopped)
    return;
  if (reason == NULL)
    launch (self);
  else
    on_failed (self, reason);
}

static void
launch (YyDriver *self)
{
  self->ready_since = 0;
  self->agent = yy_agent_new (self->program, self->module, self->call_timeout);
  g_signal_connect (self->agent, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect (self->agent, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect (self->agent, "transfer", G_CALLBACK (on_transfer), self);
  g_signal_connect (self->agent, "ended", G_CALLBACK (on_ended), self);
  yy_agent_start (self->agent);
}

/* Calls */

/* Errors that mean nothing more when the token is not there any longer. */
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
      return TRUE;
    default:
      return FALSE;
    }
}

static GError *
translate_error (YyDriver *self, const GError *error, gboolean token_gone)
{
  g_autoptr (GError) local = g_error_copy (error);
  g_autofree char *text = NULL;

  if (token_gone && is_explained_by_removal (error))
    return g_error_new_literal (YY_ERROR, YY_ERROR_TOKEN_REMOVED, _ ("The token was pulled out"));
  g_dbus_error_strip_remote_error (local);
  text = yy_token_clean_text (local->message);
  if (local->domain == YY_ERROR || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_new_literal (local->domain, local->code, text);
  return g_error_new (YY_ERROR, YY_ERROR_DRIVER_FAILED, _ ("The driver %s failed: %s"), self->name,
                      text);
}

static void
on_called (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  YyDriver *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  GVariant *reply = yy_agent_call_finish (YY_AGENT (source), result, &error);
  gboolean token_gone = FALSE;

  if (self->current != task)
    {
      g_clear_pointer (&reply, g_variant_unref);
      return;
    }
  if (self->agent == YY_AGENT (source))
    token_gone = find_current (self) == NULL;
  g_clear_handle_id (&self->removal_id, g_source_remove);
  g_clear_object (&self->current);
  if (reply != NULL)
    g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
  else
    g_task_return_error (task, translate_error (self, error, token_gone));
  pump (self);
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

/* Sends the next call if one waits and the agent is free; replaces the agent if it is time to. */
static void
pump (YyDriver *self)
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
      g_task_return_error_if_cancelled (task);
      g_clear_handle_id (&self->removal_id, g_source_remove);
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
  watch_cancellable (task, cancellable);
  g_queue_push_tail (&self->queue, g_steal_pointer (&task));
  pump (self);
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

void
yy_driver_hold (YyDriver *self)
{
  self->holds++;
}

void
yy_driver_release (YyDriver *self)
{
  g_return_if_fail (self->holds > 0);

  self->holds--;
  pump (self);
}

/* The object */

void
yy_driver_start (YyDriver *self)
{
  if (self->agent != NULL || self->restart_id != 0)
    return;
  self->stopped = FALSE;
  set_state (self, YY_DRIVER_STARTING, NULL);
  launch (self);
}

void
yy_driver_stop (YyDriver *self)
{
  g_autoptr (GError) cancelled =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
  g_autoptr (YyAgent) agent = g_steal_pointer (&self->agent);

  self->stopped = TRUE;
  g_clear_handle_id (&self->restart_id, g_source_remove);
  g_clear_handle_id (&self->removal_id, g_source_remove);
  fail_waiting (self, cancelled);
  if (agent != NULL)
    {
      g_signal_handlers_disconnect_by_data (agent, self);
      if (self->current != NULL || !yy_agent_is_loaded (agent))
        yy_agent_kill (agent, NULL);
      else
        yy_agent_end (agent);
    }
  take_tokens (self, g_ptr_array_new_with_free_func (g_object_unref));
}

void
yy_driver_refresh (YyDriver *self)
{
  YyDriverCall *call = NULL;

  if (self->stopped)
    return;
  if (self->restart_id != 0)
    {
      g_clear_handle_id (&self->restart_id, g_source_remove);
      yy_driver_start (self);
      return;
    }
  if (self->state != YY_DRIVER_READY)
    return;
  call = g_new0 (YyDriverCall, 1);
  call->method = "Refresh";
  call->reply = G_VARIANT_TYPE_UNIT;
  yy_driver_call_async (self, call, NULL, NULL, NULL);
}

YyDriver *
yy_driver_new (YySettings *settings, const char *module)
{
  YyDriver *self = g_object_new (YY_TYPE_DRIVER, NULL);

  self->program = g_strdup (yy_settings_get_agent (settings));
  self->module = g_strdup (module);
  self->name = g_path_get_basename (module);
  self->call_timeout = yy_settings_get_call_timeout (settings);
  self->key_timeout = yy_settings_get_key_timeout (settings);
  return self;
}

GPtrArray *
yy_driver_get_tokens (YyDriver *self)
{
  return self->tokens;
}

const char *
yy_driver_get_module (YyDriver *self)
{
  return self->module;
}

const char *
yy_driver_get_name (YyDriver *self)
{
  return self->name;
}

YyDriverState
yy_driver_get_state (YyDriver *self)
{
  return self->state;
}

const GError *
yy_driver_get_problem (YyDriver *self)
{
  return self->problem;
}

static void
yy_driver_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  YyDriver *self = YY_DRIVER (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_int (value, (int) self->state);
      break;
    case PROP_PROBLEM:
      g_value_set_boxed (value, self->problem);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_MODULE:
      g_value_set_string (value, self->module);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yy_driver_dispose (GObject *object)
{
  yy_driver_stop (YY_DRIVER (object));
  G_OBJECT_CLASS (yy_driver_parent_class)->dispose (object);
}

static void
yy_driver_finalize (GObject *object)
{
  YyDriver *self = YY_DRIVER (object);

  g_free (self->program);
  g_free (self->module);
  g_free (self->name);
  g_clear_error (&self->problem);
  g_ptr_array_unref (self->tokens);
  G_OBJECT_CLASS (yy_driver_parent_class)->finalize (object);
}

static void
yy_driver_class_init (YyDriverClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = yy_driver_get_property;
  object_class->dispose = yy_driver_dispose;
  object_class->finalize = yy_driver_finalize;
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, YY_DRIVER_STARTING,
                                             YY_DRIVER_FAILED, YY_DRIVER_STARTING, flags);
  properties[PROP_PROBLEM] = g_param_spec_boxed ("problem", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_MODULE] = g_param_spec_string ("module", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  tokens_changed = g_signal_new ("tokens-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
yy_driver_init (YyDriver *self)
{
  self->tokens = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->queue);
}
