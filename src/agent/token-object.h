/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/token.h"
#include "yy-dbus-agent.h"

G_BEGIN_DECLS

/**
 * YyTokenObject:
 *
 * A token as a D-Bus object: its methods do one thing after the other on the main thread, and
 * blocking is right there. The properties are up to date before a method's answer is sent.
 */
typedef struct _YyTokenObject YyTokenObject;

/** What a token's object tells the program it is in. */
typedef struct
{
  /* A PIN or SO PIN came into this process. */
  void (*tainted) (gpointer user_data);
  /* The token may be gone: look at the slots. The object may be freed by this. */
  void (*look) (gpointer user_data);
  /* Initialise the module again; tokens keep their objects, and users their logins. */
  gboolean (*rebind) (gpointer user_data, GError **error);
  gpointer user_data;
} YyTokenObjectHost;

/**
 * yy_token_object_new:
 * @token: (transfer full): the token
 * @path: where it will be exported
 * @host: outlives the object
 */
YyTokenObject *
yy_token_object_new (YyAgentToken *token, const char *path, const YyTokenObjectHost *host);
void yy_token_object_free (YyTokenObject *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyTokenObject, yy_token_object_free)

/** yy_token_object_get_skeleton: Returns: (transfer none): to be exported */
GDBusObjectSkeleton *yy_token_object_get_skeleton (YyTokenObject *self);
/** yy_token_object_get_token: Returns: (transfer none) */
YyAgentToken *yy_token_object_get_token (YyTokenObject *self);

/** YyTokenPart: what of a token may have changed */
typedef enum
{
  YY_TOKEN_NOTHING = 0,
  YY_TOKEN_INFO = 1 << 0,
  YY_TOKEN_PIN = 1 << 1,
  YY_TOKEN_OBJECTS = 1 << 2,
} YyTokenPart;

/** yy_token_object_update: Reads @parts again and shows everything. */
void yy_token_object_update (YyTokenObject *self, YyTokenPart parts);

/** yy_token_object_set_tainted, yy_token_object_look: Tell the host. */
void yy_token_object_set_tainted (YyTokenObject *self);
void yy_token_object_look (YyTokenObject *self);

/** yy_token_object_rebind: A #YyRebind; @user_data is the object */
gboolean yy_token_object_rebind (YyAgentToken *token, gpointer user_data, GError **error);

G_END_DECLS
