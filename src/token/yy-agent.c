/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-agent-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "token/yy-token-parse.h"

#define END_SECONDS    2
#define CLIENT_PATH    "/org/yinyao/Client"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

enum
{
  CHANGED,
  PROGRESS,
  TRANSFER,
  ENDED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (YyAgent, yy_agent, G_TYPE_OBJECT)

static char *
module_name (YyAgent *self)
{
  return g_path_get_basename (self->module);
}

/* Ending */

static void
disconnect_bus (YyAgent *self)
{
  for (gsize i = 0; self->connection != NULL && i < G_N_ELEMENTS (self->subscriptions); i++)
    if (self->subscriptions[i] != 0)
      g_dbus_connection_signal_unsubscribe (self->connection, self->subscriptions[i]);
  memset (self->subscriptions, 0, sizeof self->subscriptions);
  if (self->client != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->client, self);
      g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->client));
    }
  g_clear_object (&self->client);
  g_clear_pointer (&self->flood, yy_agent_flood_free);
  if (self->connection != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->connection, self);
      g_dbus_connection_close (self->connection, NULL, NULL, NULL);
    }
  g_clear_object (&self->connection);
}

static void
clear_timers (YyAgent *self)
{
  g_clear_handle_id (&self->deadline_id, g_source_remove);
  g_clear_handle_id (&self->life_id, g_source_remove);
  g_clear_handle_id (&self->life_deadline_id, g_source_remove);
  g_clear_handle_id (&self->kill_id, g_source_remove);
  g_clear_handle_id (&self->changed_id, g_source_remove);
}

void
yy_agent_kill (YyAgent *self, const GError *reason)
{
  g_autoptr (YyAgent) alive = g_object_ref (self);
  g_autoptr (GTask) call = g_steal_pointer (&self->call);

  if (self->ended)
    return;
  self->ended = TRUE;
  clear_timers (self);
  g_cancellable_cancel (self->cancellable);
  if (self->process != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->process, self);
      yy_agent_process_kill (self->process);
    }
  disconnect_bus (self);
  g_signal_emit (self, signals[ENDED], 0, reason);
  if (call != NULL && reason != NULL)
    g_task_return_error (call, g_error_copy (reason));
  else if (call != NULL)
    g_task_return_new_error (call, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
}

static void G_GNUC_PRINTF (3, 4) kill_because (YyAgent *self, YyError code, const char *format, ...)
{
  g_autoptr (GError) reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_error_new_valist (YY_ERROR, (int) code, format, args);
  va_end (args);
  g_info ("%s: %s", self->module, reason->message);
  yy_agent_kill (self, reason);
}

void
yy_agent_babbled (YyAgent *self, const char *what)
{
  g_autofree char *name = module_name (self);

  kill_because (self, YY_ERROR_DRIVER_FAILED, _ ("The driver %s answered nonsense: %s"), name,
                what);
}

static gboolean
on_deadline (gpointer user_data)
{
  YyAgent *self = user_data;
  g_autofree char *name = module_name (self);
  guint seconds = self->timeout;

  if (self->deadline_id != 0 && self->call != NULL)
    seconds = yy_agent_get_call_timeout (self);
  kill_because (self, YY_ERROR_DRIVER_NOT_RESPONDING,
                g_dngettext (NULL, "The driver %s did not answer within %u second and was stopped",
                             "The driver %s did not answer within %u seconds and was stopped",
                             seconds),
                name, seconds);
  return G_SOURCE_REMOVE;
}

void
yy_agent_arm_deadline (YyAgent *self, guint seconds)
{
  g_clear_handle_id (&self->deadline_id, g_source_remove);
  self->deadline_id = g_timeout_add (seconds * 1000, on_deadline, self);
  g_source_set_name_by_id (self->deadline_id, "yy_agent_deadline");
}

/* The process is gone: its exit status says why. */
static void
conclude (YyAgent *self)
{
  g_autoptr (GError) reason = NULL;

  if (!self->ending)
    reason = yy_agent_process_dup_reason (self->process);
  yy_agent_kill (self, reason);
}

static gboolean
on_patience_ends (gpointer user_data)
{
  YyAgent *self = user_data;

  self->kill_id = 0;
  if (yy_agent_process_has_exited (self->process))
    conclude (self);
  else if (self->ending)
    yy_agent_kill (self, NULL);
  else
    yy_agent_babbled (self, _ ("it closed its connection"));
  return G_SOURCE_REMOVE;
}

/* Whoever started it may have let go of it: it stays until its process has ended. */
static void
be_patient (YyAgent *self)
{
  if (self->kill_id == 0)
    self->kill_id = g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, END_SECONDS, on_patience_ends,
                                                g_object_ref (self), g_object_unref);
}

/* Its last words may still be on their way: they are all read when the connection is closed. */
static void
on_exited (YyAgentProcess *process, YyAgent *self)
{
  if (self->connection == NULL || g_dbus_connection_is_closed (self->connection))
    conclude (self);
  else
    be_patient (self);
}

void
yy_agent_end (YyAgent *self)
{
  if (self->ended || self->ending)
    return;
  self->ending = TRUE;
  clear_timers (self);
  g_cancellable_cancel (self->cancellable);
  disconnect_bus (self);
  be_patient (self);
}

/* The process has most likely ended: why, is told by its exit status, which comes in a moment. */
static void
on_closed (GDBusConnection *connection, gboolean vanished, GError *error, YyAgent *self)
{
  if (self->ended || self->ending)
    return;
  if (yy_agent_process_has_exited (self->process))
    conclude (self);
  else
    be_patient (self);
}

/* Listening */

static gboolean
emit_changed (gpointer user_data)
{
  YyAgent *self = user_data;

  self->changed_id = 0;
  g_signal_emit (self, signals[CHANGED], 0);
  return G_SOURCE_REMOVE;
}

/* Several changes in one go make one new snapshot. */
static void
queue_changed (YyAgent *self)
{
  if (self->changed_id == 0)
    self->changed_id = g_idle_add_full (G_PRIORITY_DEFAULT, emit_changed, self, NULL);
}

static void
on_progress (YyAgent *self, const char *path, GVariant *parameters)
{
  static const char *const steps[] = { "request", "write", "read-back", "prove", "confirm", NULL };
  const char *step = NULL;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(s)")))
    return;
  g_variant_get (parameters, "(&s)", &step);
  if (g_strv_contains (steps, step))
    g_signal_emit (self, signals[PROGRESS], 0, path, step);
}

static void
on_signal (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *signal,
           GVariant *parameters,
           gpointer user_data)
{
  YyAgent *self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean understood = TRUE;

  /* What comes before the first answer is in that answer. */
  if (!self->loaded)
    return;
  if (strcmp (signal, "Progress") == 0)
    {
      on_progress (self, path, parameters);
      return;
    }
  if (strcmp (signal, "InterfacesAdded") == 0)
    understood = yy_object_table_add (self->objects, parameters, &error);
  else if (strcmp (signal, "InterfacesRemoved") == 0)
    understood = yy_object_table_remove (self->objects, parameters, &error);
  else
    understood = yy_object_table_change (self->objects, path, parameters, &error);
  if (understood)
    queue_changed (self);
  else
    yy_agent_babbled (self, error->message);
}

static void
on_flood (gpointer user_data)
{
  yy_agent_babbled (user_data, _ ("it sent too many messages"));
}

/* A sign of life: a driver can hang while nobody asks anything of it. */

static void
on_life (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyAgent) self = user_data;
  g_autoptr (GVariant) reply = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  if (!self->ended && !self->ending)
    g_clear_handle_id (&self->life_deadline_id, g_source_remove);
}

static gboolean
ask_for_life (gpointer user_data)
{
  YyAgent *self = user_data;

  if (self->call != NULL || self->life_deadline_id != 0 || self->kill_id != 0)
    return G_SOURCE_CONTINUE;
  self->life_deadline_id = g_timeout_add (self->timeout * 1000, on_deadline, self);
  g_dbus_connection_call (self->connection, NULL, ROOT_PATH "/Agent", PROPERTIES, "Get",
                          g_variant_new ("(ss)", "org.yinyao.Agent", "Tainted"), NULL,
                          G_DBUS_CALL_FLAGS_NONE, G_MAXINT, self->cancellable, on_life,
                          g_object_ref (self));
  return G_SOURCE_CONTINUE;
}

/* Starting */

static void
kill_for_reason_of_agent (YyAgent *self, GError *error)
{
  g_autofree char *name = module_name (self);
  g_autofree char *text = NULL;

  g_dbus_error_strip_remote_error (error);
  text = yy_token_clean_text (error->message);
  if (error->domain == YY_ERROR)
    kill_because (self, YY_ERROR_DRIVER_FAILED, _ ("The driver %s does not work: %s"), name, text);
  else
    yy_agent_babbled (self, text);
}

static void
on_objects (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyAgent) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (self->ended || self->ending)
    return;
  if (reply == NULL && g_dbus_connection_is_closed (self->connection))
    return;
  if (reply == NULL)
    {
      kill_for_reason_of_agent (self, error);
      return;
    }
  if (!yy_object_table_load (self->objects, reply, &error))
    {
      yy_agent_babbled (self, error->message);
      return;
    }
  g_clear_handle_id (&self->deadline_id, g_source_remove);
  self->loaded = TRUE;
  yy_agent_process_forget (self->process);
  self->life_id = g_timeout_add_seconds (self->timeout, ask_for_life, self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static guint
subscribe (YyAgent *self, const char *interface, const char *member)
{
  return g_dbus_connection_signal_subscribe (self->connection, NULL, interface, member, NULL, NULL,
                                             G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
}

/* Everything is listened to before the first message is let in. */
static gboolean
listen_to (YyAgent *self, GError **error)
{
  self->flood = yy_agent_flood_new (self->connection, on_flood, self);
  self->subscriptions[0] = subscribe (self, OBJECT_MANAGER, "InterfacesAdded");
  self->subscriptions[1] = subscribe (self, OBJECT_MANAGER, "InterfacesRemoved");
  self->subscriptions[2] = subscribe (self, PROPERTIES, "PropertiesChanged");
  self->subscriptions[3] = subscribe (self, TOKEN_INTERFACE, "Progress");
  g_signal_connect (self->connection, "closed", G_CALLBACK (on_closed), self);
  self->client = yy_dbus_agent_client_skeleton_new ();
  g_signal_connect (self->client, "handle-transfer", G_CALLBACK (yy_agent_on_transfer), self);
  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->client),
                                           self->connection, CLIENT_PATH, error);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyAgent) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_finish (result, &error);

  if (self->ended || self->ending)
    {
      if (connection != NULL)
        g_dbus_connection_close (connection, NULL, NULL, NULL);
      return;
    }
  if (connection == NULL)
    {
      on_closed (NULL, TRUE, NULL, self);
      return;
    }
  self->connection = g_steal_pointer (&connection);
  if (!listen_to (self, &error))
    {
      yy_agent_babbled (self, error->message);
      return;
    }
  g_dbus_connection_start_message_processing (self->connection);
  g_dbus_connection_call (self->connection, NULL, ROOT_PATH, OBJECT_MANAGER, "GetManagedObjects",
                          NULL, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, self->cancellable,
                          on_objects, g_object_ref (self));
}

static gboolean
on_not_started (gpointer user_data)
{
  YyAgent *self = user_data;

  self->changed_id = 0;
  kill_because (self, YY_ERROR_DRIVER_FAILED, _ ("The program %s cannot be started"),
                self->program);
  return G_SOURCE_REMOVE;
}

void
yy_agent_start (YyAgent *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_autofree char *guid = g_dbus_generate_guid ();

  self->process = yy_agent_process_new (self->program, self->module, &stream, &error);
  if (self->process == NULL)
    {
      g_warning ("%s: %s", self->program, error->message);
      self->changed_id = g_idle_add (on_not_started, self);
      return;
    }
  yy_agent_arm_deadline (self, self->timeout);
  g_signal_connect_object (self->process, "exited", G_CALLBACK (on_exited), self, 0);
  g_dbus_connection_new (stream, guid,
                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                             G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER |
                             G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                         NULL, self->cancellable, on_connected, g_object_ref (self));
}

/* The object */

gboolean
yy_agent_is_loaded (YyAgent *self)
{
  return self->loaded;
}

YyObjectTable *
yy_agent_get_objects (YyAgent *self)
{
  return self->objects;
}

YyAgent *
yy_agent_new (const char *program, const char *module, guint timeout)
{
  YyAgent *self = g_object_new (YY_TYPE_AGENT, NULL);

  self->program = g_strdup (program);
  self->module = g_strdup (module);
  self->timeout = timeout;
  self->objects = yy_object_table_new (module);
  return self;
}

static void
yy_agent_finalize (GObject *object)
{
  YyAgent *self = YY_AGENT (object);

  clear_timers (self);
  disconnect_bus (self);
  g_free (self->program);
  g_free (self->module);
  g_clear_object (&self->process);
  g_clear_object (&self->cancellable);
  yy_object_table_free (self->objects);
  G_OBJECT_CLASS (yy_agent_parent_class)->finalize (object);
}

static void
yy_agent_class_init (YyAgentClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = yy_agent_finalize;
  signals[CHANGED] =
      g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PROGRESS] = g_signal_new ("progress", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[TRANSFER] = g_signal_new ("transfer", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 2, G_TYPE_BYTES, G_TYPE_DBUS_METHOD_INVOCATION);
  signals[ENDED] = g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_POINTER);
}

static void
yy_agent_init (YyAgent *self)
{
  self->cancellable = g_cancellable_new ();
}
