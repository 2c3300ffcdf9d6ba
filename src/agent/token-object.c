/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/token-object.h"

#include "agent/session.h"
#include "agent/token-methods.h"

struct _YyTokenObject
{
  YyAgentToken *token;
  const YyTokenObjectHost *host;
  YyDBusObjectSkeleton *object;
  YyDBusAgentToken *skeleton;
};

/* What a card tells about tries is about now: of a PIN that is verified it says nothing. */
static void
publish_info (YyTokenObject *self)
{
  const YyInfo *info = self->token->info;

  yy_dbus_agent_token_set_serial (self->skeleton, info->serial);
  yy_dbus_agent_token_set_label (self->skeleton, info->label);
  yy_dbus_agent_token_set_manufacturer (self->skeleton, info->manufacturer);
  yy_dbus_agent_token_set_model (self->skeleton, info->model);
  yy_dbus_agent_token_set_reader (self->skeleton, self->token->reader);
  yy_dbus_agent_token_set_flags (self->skeleton, info->flags);
  yy_dbus_agent_token_set_tries_left (self->skeleton, self->token->tries_left);
  yy_dbus_agent_token_set_min_pin_length (self->skeleton, info->min_pin_length);
  yy_dbus_agent_token_set_max_pin_length (self->skeleton, info->max_pin_length);
  yy_dbus_agent_token_set_free_memory (self->skeleton, info->free_memory);
}

static void
publish_objects (YyTokenObject *self)
{
  GPtrArray *objects = self->token->objects;

  yy_dbus_agent_token_set_certificates (
      self->skeleton, yy_snapshot_certificates (objects, self->token->login == YY_LOGIN_USER,
                                                yy_agent_token_has_key, self->token));
  yy_dbus_agent_token_set_keys (self->skeleton, yy_snapshot_keys (objects));
  yy_dbus_agent_token_set_data_objects (self->skeleton, yy_snapshot_data_objects (objects));
}

static void
publish (YyTokenObject *self)
{
  publish_info (self);
  publish_objects (self);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self->skeleton));
}

void
yy_token_object_update (YyTokenObject *self, YyTokenPart parts)
{
  g_autoptr (GError) error = NULL;

  if (((parts & YY_TOKEN_INFO) && !yy_agent_token_read_info (self->token, &error)) ||
      ((parts & YY_TOKEN_PIN) && !yy_agent_token_read_pin_state (self->token, &error)) ||
      ((parts & YY_TOKEN_OBJECTS) && !yy_agent_token_read_objects (self->token, &error)))
    g_debug ("token %s cannot be read again: %s", self->token->info->serial, error->message);
  publish (self);
}

void
yy_token_object_set_tainted (YyTokenObject *self)
{
  self->host->tainted (self->host->user_data);
}

void
yy_token_object_look (YyTokenObject *self)
{
  self->host->look (self->host->user_data);
}

gboolean
yy_token_object_rebind (YyAgentToken *token, gpointer user_data, GError **error)
{
  YyTokenObject *self = user_data;

  if (!self->host->rebind (self->host->user_data, error))
    return FALSE;
  if (!token->has_session)
    return yy_ck_check (CKR_TOKEN_NOT_PRESENT, "C_GetSlotList", error);
  return yy_session_require_user (token, error);
}

YyTokenObject *
yy_token_object_new (YyAgentToken *token, const char *path, const YyTokenObjectHost *host)
{
  YyTokenObject *self = g_new0 (YyTokenObject, 1);

  self->token = token;
  self->host = host;
  self->object = yy_dbus_object_skeleton_new (path);
  self->skeleton = yy_dbus_agent_token_skeleton_new ();
  yy_dbus_object_skeleton_set_agent_token (self->object, self->skeleton);
  yy_token_methods_connect (self->skeleton, self);
  publish (self);
  return self;
}

void
yy_token_object_free (YyTokenObject *self)
{
  g_object_unref (self->skeleton);
  g_object_unref (self->object);
  yy_agent_token_free (self->token);
  g_free (self);
}

GDBusObjectSkeleton *
yy_token_object_get_skeleton (YyTokenObject *self)
{
  return G_DBUS_OBJECT_SKELETON (self->object);
}

YyAgentToken *
yy_token_object_get_token (YyTokenObject *self)
{
  return self->token;
}
