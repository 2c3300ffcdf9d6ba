/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-driver.h"

#include <string.h>

#include <glib/gi18n.h>

#include "token/yy-driver-internal.h"

#define MAX_DELAY 60
/* An agent that worked for this long did not fail because it was started again. */
#define STEADY_SECONDS 30

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

static void launch (YyDriver *self);

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

/* The agent's life */

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
  yy_driver_check_removal (self);
  yy_driver_pump (self);
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
  yy_driver_fail_current (self, reason);
  yy_driver_fail_waiting (self, reason);
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
  g_signal_connect (self->agent, "progress", G_CALLBACK (yy_driver_on_progress), self);
  g_signal_connect (self->agent, "transfer", G_CALLBACK (yy_driver_on_transfer), self);
  g_signal_connect (self->agent, "ended", G_CALLBACK (on_ended), self);
  yy_agent_start (self->agent);
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
  yy_driver_pump (self);
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
  gboolean was_busy = self->current != NULL;

  self->stopped = TRUE;
  self->replacing = FALSE;
  self->tainted = FALSE;
  g_clear_handle_id (&self->restart_id, g_source_remove);
  yy_driver_fail_current (self, cancelled);
  yy_driver_fail_waiting (self, cancelled);
  if (agent != NULL)
    {
      g_signal_handlers_disconnect_by_data (agent, self);
      if (was_busy || !yy_agent_is_loaded (agent))
        yy_agent_kill (agent, NULL);
      else
        yy_agent_end (agent);
    }
  take_tokens (self, g_ptr_array_new_with_free_func (g_object_unref));
}

static void
ask (YyDriver *self, const char *method, const char *serial)
{
  YyDriverCall *call = g_new0 (YyDriverCall, 1);

  call->method = method;
  call->serial = g_strdup (serial);
  call->reply = G_VARIANT_TYPE_UNIT;
  yy_driver_call_async (self, call, NULL, NULL, NULL);
}

void
yy_driver_refresh (YyDriver *self)
{
  if (self->stopped)
    return;
  if (self->restart_id != 0)
    {
      g_clear_handle_id (&self->restart_id, g_source_remove);
      yy_driver_start (self);
      return;
    }
  if (self->state == YY_DRIVER_READY)
    ask (self, "Refresh", NULL);
}

void
yy_driver_read_tries (YyDriver *self, const char *serial)
{
  if (self->state == YY_DRIVER_READY)
    ask (self, "ReadTries", serial);
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
