/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/agent.h"

#include "agent/session.h"
#include "agent/slot-watch.h"
#include "agent/token-object.h"
#include "agent/tries.h"

#include <stdlib.h>
#include <unistd.h>

#include <glib/gi18n.h>

#define MANAGER_PATH "/org/yinyao"
#define MAX_RETRIES  5

static void look (gpointer user_data);

struct _YyAgent
{
  YyModule *module;
  GDBusConnection *connection;
  GDBusObjectManagerServer *manager;
  YyDBusAgent *skeleton;
  GPtrArray *tokens; /* of YyTokenObject */
  guint next_token;
  YySlotWatch *watch;
  guint retry;
  guint n_retries;
  YyTokenObjectHost host;
};

static const char *
object_path (YyTokenObject *object)
{
  return g_dbus_object_get_object_path (G_DBUS_OBJECT (yy_token_object_get_skeleton (object)));
}

static YyAgentToken *
token_at (YyAgent *self, guint index)
{
  return yy_token_object_get_token (self->tokens->pdata[index]);
}

static void
drop_absent (YyAgent *self)
{
  for (guint i = self->tokens->len; i > 0; i--)
    if (!yy_agent_token_is_present (token_at (self, i - 1)))
      {
        g_dbus_object_manager_server_unexport (self->manager,
                                               object_path (self->tokens->pdata[i - 1]));
        g_ptr_array_remove_index (self->tokens, i - 1);
      }
}

static gboolean
is_known (YyAgent *self, CK_SLOT_ID slot)
{
  for (guint i = 0; i < self->tokens->len; i++)
    if (token_at (self, i)->slot == slot)
      return TRUE;
  return FALSE;
}

static gboolean
on_retry (gpointer user_data)
{
  YyAgent *self = user_data;

  self->retry = 0;
  look (self);
  return G_SOURCE_REMOVE;
}

/* A token that was just plugged in may be busy with another program, which no event ends. */
static void
retry_later (YyAgent *self, const GError *error)
{
  if (g_error_matches (error, YY_ERROR, YY_ERROR_NO_SUCH_TOKEN) ||
      g_error_matches (error, YY_ERROR, YY_ERROR_UNSUPPORTED) || self->retry != 0 ||
      self->n_retries >= MAX_RETRIES)
    return;
  self->n_retries++;
  self->retry = g_timeout_add_seconds (1, on_retry, self);
}

/*
 * FALSE when the module read the token from a cache that is not true: see
 * yy_agent_token_is_stale().
 * @fresh: there was no cache; what looks wrong now is so on the card.
 */
static gboolean
add_token (YyAgent *self, CK_SLOT_ID slot, gboolean fresh)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  YyAgentToken *token = yy_agent_token_new (self->module, slot, &error);
  YyTokenObject *object = NULL;

  if (token == NULL)
    {
      g_debug ("slot %lu: %s", slot, error->message);
      retry_later (self, error);
      return TRUE;
    }
  if (yy_agent_token_is_stale (token) && !fresh)
    {
      yy_agent_token_free (token);
      return FALSE;
    }
  path = g_strdup_printf (MANAGER_PATH "/Token/%u", self->next_token++);
  object = yy_token_object_new (token, path, &self->host);
  g_ptr_array_add (self->tokens, object);
  g_dbus_object_manager_server_export (self->manager, yy_token_object_get_skeleton (object));
  return TRUE;
}

static gboolean
look_once (YyAgent *self, gboolean fresh)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) slots = NULL;

  drop_absent (self);
  slots = yy_module_list_slots (self->module, CK_TRUE, &error);
  if (slots == NULL)
    g_debug ("the slots cannot be listed: %s", error->message);
  for (guint i = 0; slots != NULL && i < slots->len; i++)
    {
      CK_SLOT_ID slot = g_array_index (slots, CK_SLOT_ID, i);

      if (!is_known (self, slot) && !add_token (self, slot, fresh))
        return FALSE;
    }
  return TRUE;
}

static void
on_slots_changed (gpointer user_data)
{
  YyAgent *self = user_data;

  self->n_retries = 0;
  look (self);
}

/* Finds the slot of each token again by its serial number; who is not found is gone. */
static void
reattach (YyAgent *self, CK_SLOT_ID slot)
{
  g_autoptr (YyInfo) info = yy_info_read (self->module, slot, NULL);

  for (guint i = 0; info != NULL && i < self->tokens->len; i++)
    {
      YyAgentToken *token = token_at (self, i);

      if (token->has_session || !g_str_equal (token->info->serial, info->serial))
        continue;
      token->slot = slot;
      if (token->pin != NULL && yy_tries_are_plenty (token))
        (void) yy_session_login (token, g_steal_pointer (&token->pin), NULL);
      else
        (void) yy_agent_token_open_session (token, NULL);
      return;
    }
}

static gboolean
rebind (gpointer user_data, GError **error)
{
  YyAgent *self = user_data;
  g_autoptr (GArray) slots = NULL;

  if (self->watch != NULL && yy_slot_watch_is_in_module (self->watch))
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_DRIVER_FAILED,
                           _ ("The driver has to be started again"));
      return FALSE;
    }
  g_clear_pointer (&self->watch, yy_slot_watch_free);
  for (guint i = 0; i < self->tokens->len; i++)
    yy_agent_token_close_session (token_at (self, i));
  yy_module_finalize (self->module);
  if (!yy_module_initialize (self->module, error))
    return FALSE;
  self->watch = yy_slot_watch_new (self->module, on_slots_changed, self);
  slots = yy_module_list_slots (self->module, CK_TRUE, error);
  for (guint i = 0; slots != NULL && i < slots->len; i++)
    reattach (self, g_array_index (slots, CK_SLOT_ID, i));
  return slots != NULL;
}

static void
look (gpointer user_data)
{
  YyAgent *self = user_data;
  g_autoptr (GError) error = NULL;

  if (look_once (self, FALSE))
    return;
  if (rebind (self, &error))
    look_once (self, TRUE);
  else
    g_debug ("the module cannot be initialised again: %s", error->message);
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
  look (self);
  for (guint i = 0; i < self->tokens->len; i++)
    yy_token_object_update (self->tokens->pdata[i], YY_TOKEN_INFO | YY_TOKEN_OBJECTS);
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
  self->tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) yy_token_object_free);
  self->host.tainted = set_tainted;
  self->host.look = look;
  self->host.rebind = rebind;
  self->host.user_data = self;
  self->manager = g_dbus_object_manager_server_new (MANAGER_PATH);
  export_module (self);
  look (self);
  g_dbus_object_manager_server_set_connection (self->manager, connection);
  if (self->watch == NULL)
    self->watch = yy_slot_watch_new (module, on_slots_changed, self);
  return self;
}

void
yy_agent_free (YyAgent *self)
{
  gboolean busy = self->watch != NULL && yy_slot_watch_is_in_module (self->watch);

  g_clear_handle_id (&self->retry, g_source_remove);
  g_dbus_object_manager_server_set_connection (self->manager, NULL);
  g_ptr_array_unref (self->tokens);
  g_object_unref (self->skeleton);
  g_object_unref (self->manager);
  g_object_unref (self->connection);
  g_clear_pointer (&self->watch, yy_slot_watch_free);
  /* Neither C_Finalize nor the module's own exit handlers go well while a thread is inside. */
  if (busy)
    _exit (EXIT_SUCCESS);
  yy_module_finalize (self->module);
  yy_module_free (self->module);
  g_free (self);
}
