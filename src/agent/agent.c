/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/agent.h"

#include "agent/slot-watch.h"
#include "agent/token-object.h"

#define MANAGER_PATH "/org/yinyao"

struct _YyAgent
{
  YyModule *module;
  GDBusConnection *connection;
  GDBusObjectManagerServer *manager;
  YyDBusAgent *skeleton;
  GHashTable *tokens; /* CK_SLOT_ID as a pointer → YyTokenObject */
  guint next_token;
  YySlotWatch *watch;
  YyTokenObjectHost host;
};

static void
remove_object (gpointer data)
{
  yy_token_object_free (data);
}

static const char *
object_path (YyTokenObject *object)
{
  return g_dbus_object_get_object_path (G_DBUS_OBJECT (yy_token_object_get_skeleton (object)));
}

static void
drop_absent (YyAgent *self)
{
  GHashTableIter iter;
  gpointer object = NULL;

  g_hash_table_iter_init (&iter, self->tokens);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    if (!yy_agent_token_is_present (yy_token_object_get_token (object)))
      {
        g_dbus_object_manager_server_unexport (self->manager, object_path (object));
        g_hash_table_iter_remove (&iter);
      }
}

static void
add_token (YyAgent *self, CK_SLOT_ID slot)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  YyAgentToken *token = yy_agent_token_new (self->module, slot, &error);
  YyTokenObject *object = NULL;

  if (token == NULL)
    {
      g_debug ("slot %lu: %s", slot, error->message);
      return;
    }
  path = g_strdup_printf (MANAGER_PATH "/Token/%u", self->next_token++);
  object = yy_token_object_new (token, path, &self->host);
  g_hash_table_insert (self->tokens, GSIZE_TO_POINTER (slot), object);
  g_dbus_object_manager_server_export (self->manager, yy_token_object_get_skeleton (object));
}

static void
look (gpointer user_data)
{
  YyAgent *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) slots = NULL;

  drop_absent (self);
  slots = yy_module_list_slots (self->module, &error);
  if (slots == NULL)
    g_debug ("the slots cannot be listed: %s", error->message);
  for (guint i = 0; slots != NULL && i < slots->len; i++)
    {
      CK_SLOT_ID slot = g_array_index (slots, CK_SLOT_ID, i);

      if (!g_hash_table_contains (self->tokens, GSIZE_TO_POINTER (slot)))
        add_token (self, slot);
    }
}

static void
set_tainted (gpointer user_data)
{
  YyAgent *self = user_data;

  yy_dbus_agent_set_tainted (self->skeleton, TRUE);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self->skeleton));
}

static gboolean
handle_refresh (YyDBusAgent *skeleton, GDBusMethodInvocation *invocation, YyAgent *self)
{
  GHashTableIter iter;
  gpointer object = NULL;

  look (self);
  g_hash_table_iter_init (&iter, self->tokens);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    yy_token_object_refresh (object);
  yy_dbus_agent_complete_refresh (skeleton, invocation);
  return TRUE;
}

static void
export_module (YyAgent *self)
{
  g_autoptr (YyDBusObjectSkeleton) object = yy_dbus_object_skeleton_new (MANAGER_PATH "/Agent");

  self->skeleton = yy_dbus_agent_skeleton_new ();
  yy_dbus_agent_set_module (self->skeleton, self->module->path);
  yy_dbus_agent_set_library (self->skeleton, self->module->library);
  g_signal_connect (self->skeleton, "handle-refresh", G_CALLBACK (handle_refresh), self);
  yy_dbus_object_skeleton_set_agent (object, self->skeleton);
  g_dbus_object_manager_server_export (self->manager, G_DBUS_OBJECT_SKELETON (object));
}

YyAgent *
yy_agent_new (YyModule *module, GDBusConnection *connection)
{
  YyAgent *self = g_new0 (YyAgent, 1);

  self->module = module;
  self->connection = g_object_ref (connection);
  self->tokens = g_hash_table_new_full (NULL, NULL, NULL, remove_object);
  self->host.tainted = set_tainted;
  self->host.look = look;
  self->host.user_data = self;
  self->manager = g_dbus_object_manager_server_new (MANAGER_PATH);
  export_module (self);
  look (self);
  g_dbus_object_manager_server_set_connection (self->manager, connection);
  self->watch = yy_slot_watch_new (module, look, self);
  return self;
}

void
yy_agent_free (YyAgent *self)
{
  g_dbus_object_manager_server_set_connection (self->manager, NULL);
  g_hash_table_unref (self->tokens);
  g_object_unref (self->skeleton);
  g_object_unref (self->manager);
  g_object_unref (self->connection);
  yy_module_free (self->module);
  yy_slot_watch_free (self->watch);
  g_free (self);
}
