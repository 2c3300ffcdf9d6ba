/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gunixfdlist.h>

#include "base/yy-settings.h"
#include "token/yy-driver.h"
#include "token/yy-token.h"

G_BEGIN_DECLS

/**
 * YyDriverCall:
 * @serial: the token
 * @method: method of org.yinyao.Agent.Token
 * @parameters: arguments, no longer floating
 * @fds: (nullable): the secrets' descriptors; an agent that got one is tainted
 * @reply: type of the answer
 * @is_long: it may take as long as generating a key
 * @transfer: (nullable): called when the agent wants a message sent; takes the invocation over
 * @progress: (nullable): called with the agent's Progress
 * @user_data: for both
 *
 * What a session asks of its token. Whoever makes one fills it and gives it away.
 */
typedef struct
{
  char *serial;
  const char *method;
  GVariant *parameters;
  GUnixFDList *fds;
  const GVariantType *reply;
  gboolean is_long;
  void (*transfer) (GBytes *request, GDBusMethodInvocation *invocation, gpointer user_data);
  void (*progress) (const char *step, gpointer user_data);
  gpointer user_data;
} YyDriverCall;

void yy_driver_call_free (YyDriverCall *call);

/**
 * yy_driver_new:
 *
 * Signal "tokens-changed" (): yy_driver_get_tokens() answers something else now.
 */
YyDriver *yy_driver_new (YySettings *settings, const char *module);
void yy_driver_start (YyDriver *self);
/** yy_driver_stop: ends the agent; nothing is started any more, and no tokens are left */
void yy_driver_stop (YyDriver *self);

/**
 * yy_driver_get_tokens:
 *
 * Returns: (transfer none) (element-type YyToken): they stay while one agent takes another one's
 *   place, until the new one has answered or failed
 */
GPtrArray *yy_driver_get_tokens (YyDriver *self);

/**
 * yy_driver_call_async:
 * @call: (transfer full): the call
 * @cancellable: (nullable): stops waiting; if the call is under way its agent is replaced
 *
 * Calls of all sessions wait for each other, and for an agent that is being replaced: the token is
 * looked up when its turn has come.
 */
void yy_driver_call_async (YyDriver *self,
                           YyDriverCall *call,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
GVariant *yy_driver_call_finish (YyDriver *self, GAsyncResult *result, GError **error);

/** yy_driver_return_transfer: @invocation: what the transfer function was given */
void yy_driver_return_transfer (YyDriver *self,
                                GDBusMethodInvocation *invocation,
                                GBytes *response,
                                const GError *error);

/**
 * yy_driver_hold:
 *
 * From now until yy_driver_release() the agent is not replaced for having seen a PIN.
 */
void yy_driver_hold (YyDriver *self);
void yy_driver_release (YyDriver *self);

G_END_DECLS
