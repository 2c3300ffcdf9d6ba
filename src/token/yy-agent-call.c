/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-agent-private.h"

#include <glib/gi18n.h>

#define MAX_REQUEST   (1024 * 1024)
#define MAX_TRANSFERS 64

/* The one call that is under way. */
typedef struct
{
  char *path;
  guint timeout;
  guint transfers;
  gboolean replied;
  GVariant *reply;
  GError *error;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_free (call->path);
  g_clear_pointer (&call->reply, g_variant_unref);
  g_clear_error (&call->error);
  g_free (call);
}

guint
yy_agent_get_call_timeout (YyAgent *self)
{
  return ((Call *) g_task_get_task_data (self->call))->timeout;
}

gboolean
yy_agent_on_transfer (YyDBusAgentClient *client,
                      GDBusMethodInvocation *invocation,
                      GVariant *request,
                      YyAgent *self)
{
  Call *call = self->call == NULL ? NULL : g_task_get_task_data (self->call);
  g_autoptr (GBytes) bytes = NULL;

  if (call == NULL || call->replied || g_variant_get_size (request) > MAX_REQUEST ||
      ++call->transfers > MAX_TRANSFERS)
    {
      g_dbus_method_invocation_return_error_literal (invocation, YY_ERROR, YY_ERROR_REFUSED,
                                                     _ ("No message is expected now"));
      yy_agent_babbled (self, "Transfer");
      return TRUE;
    }
  /* Now the network is waited for, which has its own deadline. */
  g_clear_handle_id (&self->deadline_id, g_source_remove);
  bytes = g_variant_get_data_as_bytes (request);
  g_signal_emit_by_name (self, "transfer", bytes, invocation);
  return TRUE;
}

void
yy_agent_return_transfer (YyAgent *self,
                          GDBusMethodInvocation *invocation,
                          GBytes *response,
                          const GError *error)
{
  gboolean is_ours = g_dbus_method_invocation_get_connection (invocation) == self->connection;

  if (is_ours && self->call != NULL)
    yy_agent_arm_deadline (self, ((Call *) g_task_get_task_data (self->call))->timeout);
  if (response == NULL)
    g_dbus_method_invocation_return_gerror (invocation, error);
  else
    g_dbus_method_invocation_return_value (
        invocation, g_variant_new ("(@ay)", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING,
                                                                      response, TRUE)));
}

static void
finish_call (YyAgent *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->call);
  Call *call = g_task_get_task_data (task);

  g_clear_handle_id (&self->deadline_id, g_source_remove);
  g_clear_handle_id (&self->changed_id, g_source_remove);
  g_signal_emit_by_name (self, "changed");
  if (call->error != NULL)
    g_task_return_error (task, g_steal_pointer (&call->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&call->reply), (GDestroyNotify) g_variant_unref);
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyAgent) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (self->ended || self->ending || self->call == NULL ||
      g_dbus_connection_is_closed (self->connection))
    return;
  /* An error means that the token is gone, which the table knows already. */
  if (reply != NULL &&
      !yy_object_table_refresh (self->objects, ((Call *) g_task_get_task_data (self->call))->path,
                                reply, &error))
    yy_agent_babbled (self, error->message);
  else
    finish_call (self);
}

static void
on_replied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyAgent) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  Call *call = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (self->ended || self->ending || self->call == NULL)
    return;
  /* The reason comes with the exit status. */
  if (reply == NULL && g_dbus_connection_is_closed (self->connection))
    return;
  if (reply == NULL && !g_dbus_error_is_remote_error (error))
    {
      yy_agent_babbled (self, error->message);
      return;
    }
  call = g_task_get_task_data (self->call);
  call->replied = TRUE;
  call->reply = g_steal_pointer (&reply);
  call->error = g_steal_pointer (&error);
  if (!g_str_has_prefix (call->path, ROOT_PATH "/Token/"))
    {
      finish_call (self);
      return;
    }
  yy_agent_arm_deadline (self, self->timeout);
  g_dbus_connection_call (self->connection, NULL, call->path, PROPERTIES, "GetAll",
                          g_variant_new ("(s)", TOKEN_INTERFACE), NULL, G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, self->cancellable, on_refreshed, g_object_ref (self));
}

void
yy_agent_call_async (YyAgent *self,
                     const char *path,
                     const char *interface,
                     const char *method,
                     GVariant *parameters,
                     GUnixFDList *fds,
                     const GVariantType *reply,
                     guint timeout,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  Call *call = g_new0 (Call, 1);

  g_return_if_fail (self->loaded && !self->ended && !self->ending && self->call == NULL);

  self->call = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->call, yy_agent_call_async);
  call->path = g_strdup (path);
  call->timeout = timeout;
  g_task_set_task_data (self->call, call, call_free);
  yy_agent_arm_deadline (self, timeout);
  g_dbus_connection_call_with_unix_fd_list (self->connection, NULL, path, interface, method,
                                            parameters, reply, G_DBUS_CALL_FLAGS_NONE, G_MAXINT,
                                            fds, self->cancellable, on_replied,
                                            g_object_ref (self));
}

GVariant *
yy_agent_call_finish (YyAgent *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
