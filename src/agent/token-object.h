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
  /* The token may be gone: look at the slots. */
  void (*look) (gpointer user_data);
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

/** yy_token_object_refresh: Reads everything again; what cannot be read stays as it was. */
void yy_token_object_refresh (YyTokenObject *self);

G_END_DECLS
