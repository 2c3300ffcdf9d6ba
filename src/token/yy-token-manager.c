/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-token-manager.h"

#include <string.h>

#include <glib/gi18n.h>

#include "token/yy-driver-private.h"
#include "token/yy-module-list.h"

struct _YyTokenManager
{
  GObject parent_instance;

  GListStore *drivers;
  GPtrArray *tokens;  /* of YyToken, in order of arrival */
  GPtrArray *waiting; /* of GTask */
  gboolean started;
  gboolean settled;
};

enum
{
  PROP_SETTLED = 1,
  N_PROPERTIES
};
static GParamSpec *properties[N_PROPERTIES];

static GType
get_item_type (GListModel *model)
{
  return YY_TYPE_TOKEN;
}

static guint
get_n_items (GListModel *model)
{
  return YY_TOKEN_MANAGER (model)->tokens->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *tokens = YY_TOKEN_MANAGER (model)->tokens;

  return position < tokens->len ? g_object_ref (tokens->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (YyTokenManager,
                               yy_token_manager,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* Tokens */

static YyToken *
find_by_key (GPtrArray *tokens, const char *key)
{
  for (guint i = 0; i < tokens->len; i++)
    if (strcmp (yy_token_get_key (tokens->pdata[i]), key) == 0)
      return tokens->pdata[i];
  return NULL;
}

/* Replaces or removes the snapshots that a driver had. A handler of the signal may stop the
 * manager, which empties the list under the loop. */
static void
update_known (YyTokenManager *self, const char *module, GPtrArray *present)
{
  for (guint i = self->tokens->len; i-- > 0;)
    {
      g_autoptr (YyToken) old = NULL;
      YyToken *now = NULL;

      if (i >= self->tokens->len)
        continue;
      old = g_object_ref (self->tokens->pdata[i]);
      if (strcmp (yy_token_get_module (old), module) != 0)
        continue;
      now = find_by_key (present, yy_token_get_key (old));
      if (now == NULL)
        {
          g_ptr_array_remove_index (self->tokens, i);
          g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 0);
        }
      else if (now != old)
        {
          g_object_unref (self->tokens->pdata[i]);
          self->tokens->pdata[i] = g_object_ref (now);
          g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 1);
        }
    }
}

static void
on_tokens_changed (YyDriver *driver, YyTokenManager *self)
{
  g_autoptr (GPtrArray) present = g_ptr_array_ref (yy_driver_get_tokens (driver));

  update_known (self, yy_driver_get_module (driver), present);
  for (guint i = 0; i < present->len && present == yy_driver_get_tokens (driver); i++)
    {
      if (find_by_key (self->tokens, yy_token_get_key (present->pdata[i])) != NULL)
        continue;
      g_ptr_array_add (self->tokens, g_object_ref (present->pdata[i]));
      g_list_model_items_changed (G_LIST_MODEL (self), self->tokens->len - 1, 0, 1);
    }
}

/* Settling */

static gboolean
all_have_answered (YyTokenManager *self)
{
  guint count = g_list_model_get_n_items (G_LIST_MODEL (self->drivers));

  for (guint i = 0; i < count; i++)
    {
      g_autoptr (YyDriver) driver = g_list_model_get_item (G_LIST_MODEL (self->drivers), i);

      if (yy_driver_get_state (driver) == YY_DRIVER_STARTING)
        return FALSE;
    }
  return self->started;
}

static void
update_settled (YyTokenManager *self)
{
  gboolean settled = all_have_answered (self);

  if (settled == self->settled)
    return;
  self->settled = settled;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTLED]);
  while (self->settled && self->waiting->len > 0)
    {
      g_autoptr (GTask) task = g_ptr_array_steal_index (self->waiting, 0);

      g_task_return_boolean (task, TRUE);
    }
}

static void
on_state (YyDriver *driver, GParamSpec *pspec, YyTokenManager *self)
{
  update_settled (self);
}

static gboolean
on_wait_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (G_TASK (user_data));
  YyTokenManager *self = g_task_get_source_object (task);

  if (g_ptr_array_remove (self->waiting, task))
    g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

void
yy_token_manager_wait_async (YyTokenManager *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, yy_token_manager_wait_async);
  if (self->settled)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (cancellable != NULL)
    {
      GSource *source = g_cancellable_source_new (cancellable);

      g_task_attach_source (task, source, G_SOURCE_FUNC (on_wait_cancelled));
      g_signal_connect_data (task, "notify::completed", G_CALLBACK (g_source_destroy), source,
                             (GClosureNotify) (GCallback) g_source_unref, G_CONNECT_SWAPPED);
    }
  g_ptr_array_add (self->waiting, g_steal_pointer (&task));
}

gboolean
yy_token_manager_wait_finish (YyTokenManager *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* The object */

typedef void (*DriverFunc) (YyDriver *driver);

static void
for_each_driver (YyTokenManager *self, DriverFunc func)
{
  guint count = g_list_model_get_n_items (G_LIST_MODEL (self->drivers));

  for (guint i = 0; i < count; i++)
    {
      g_autoptr (YyDriver) driver = g_list_model_get_item (G_LIST_MODEL (self->drivers), i);

      func (driver);
    }
}

void
yy_token_manager_start (YyTokenManager *self)
{
  if (self->started)
    return;
  self->started = TRUE;
  for_each_driver (self, yy_driver_start);
  update_settled (self);
}

void
yy_token_manager_stop (YyTokenManager *self)
{
  self->started = FALSE;
  for_each_driver (self, yy_driver_stop);
  update_settled (self);
}

static void
add_driver (YyTokenManager *self, YySettings *settings, const char *module)
{
  g_autoptr (YyDriver) driver = yy_driver_new (settings, module);

  g_signal_connect (driver, "tokens-changed", G_CALLBACK (on_tokens_changed), self);
  g_signal_connect (driver, "notify::state", G_CALLBACK (on_state), self);
  g_list_store_append (self->drivers, driver);
}

YyTokenManager *
yy_token_manager_new (YySettings *settings)
{
  YyTokenManager *self = g_object_new (YY_TYPE_TOKEN_MANAGER, NULL);
  g_autoptr (YyModulePlaces) places = yy_module_places_new ();
  g_autoptr (GPtrArray) modules = yy_module_list_find (settings, places);

  for (guint i = 0; i < modules->len; i++)
    add_driver (self, settings, modules->pdata[i]);
  return self;
}

GListModel *
yy_token_manager_get_drivers (YyTokenManager *self)
{
  return G_LIST_MODEL (self->drivers);
}

gboolean
yy_token_manager_is_settled (YyTokenManager *self)
{
  return self->settled;
}

YyToken *
yy_token_manager_find (YyTokenManager *self, const char *serial, const char *module)
{
  for (guint i = 0; i < self->tokens->len; i++)
    {
      YyToken *token = self->tokens->pdata[i];

      if (strcmp (yy_token_get_serial (token), serial) == 0 &&
          (module == NULL || strcmp (yy_token_get_module (token), module) == 0))
        return token;
    }
  return NULL;
}

YyDriver *
yy_token_manager_find_driver (YyTokenManager *self, YyToken *token)
{
  guint count = g_list_model_get_n_items (G_LIST_MODEL (self->drivers));

  for (guint i = 0; i < count; i++)
    {
      g_autoptr (YyDriver) driver = g_list_model_get_item (G_LIST_MODEL (self->drivers), i);

      /* The list keeps it alive. */
      if (strcmp (yy_driver_get_module (driver), yy_token_get_module (token)) == 0)
        return driver;
    }
  return NULL;
}

static void
yy_token_manager_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  YyTokenManager *self = YY_TOKEN_MANAGER (object);

  switch (id)
    {
    case PROP_SETTLED:
      g_value_set_boolean (value, self->settled);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
disconnect_driver (YyTokenManager *self, guint position)
{
  g_autoptr (YyDriver) driver = g_list_model_get_item (G_LIST_MODEL (self->drivers), position);

  g_signal_handlers_disconnect_by_data (driver, self);
}

static void
yy_token_manager_dispose (GObject *object)
{
  YyTokenManager *self = YY_TOKEN_MANAGER (object);

  yy_token_manager_stop (self);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->drivers)); i++)
    disconnect_driver (self, i);
  g_list_store_remove_all (self->drivers);
  G_OBJECT_CLASS (yy_token_manager_parent_class)->dispose (object);
}

static void
yy_token_manager_finalize (GObject *object)
{
  YyTokenManager *self = YY_TOKEN_MANAGER (object);

  g_object_unref (self->drivers);
  g_ptr_array_unref (self->tokens);
  g_ptr_array_unref (self->waiting);
  G_OBJECT_CLASS (yy_token_manager_parent_class)->finalize (object);
}

static void
yy_token_manager_class_init (YyTokenManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = yy_token_manager_get_property;
  object_class->dispose = yy_token_manager_dispose;
  object_class->finalize = yy_token_manager_finalize;
  properties[PROP_SETTLED] =
      g_param_spec_boolean ("settled", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
yy_token_manager_init (YyTokenManager *self)
{
  self->drivers = g_list_store_new (YY_TYPE_DRIVER);
  self->tokens = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}
