/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gunixfdlist.h>

#include "token/yy-object-table.h"

G_BEGIN_DECLS

/**
 * YyAgent:
 *
 * The life of one token agent process: started, connected, asked for its tokens, called, ended.
 * Nothing it says is believed, and everything it does has a deadline. Main context only.
 *
 * Signals:
 * "changed" (): its tokens are known (the first time) or have changed
 * "progress" (const char *path, const char *step): see the interface
 * "transfer" (GBytes *request, GDBusMethodInvocation *invocation): the running call wants a message
 *   sent; the handler takes over a reference to the invocation, which is answered with
 *   yy_agent_return_transfer()
 * "ended" (const GError *reason): once, the last thing that happens;
 * %YY_ERROR_DRIVER_NOT_RESPONDING, %YY_ERROR_DRIVER_FAILED, or %NULL after yy_agent_end()
 */
#define YY_TYPE_AGENT (yy_agent_get_type ())
G_DECLARE_FINAL_TYPE (YyAgent, yy_agent, YY, AGENT, GObject)

/**
 * yy_agent_new:
 * @program: the agent's executable
 * @module: path of the PKCS#11 module it loads
 * @timeout: seconds it may take to tell its tokens, and for a sign of life
 */
YyAgent *yy_agent_new (const char *program, const char *module, guint timeout);
/** yy_agent_start: a failure to start is told by "ended", after this returned */
void yy_agent_start (YyAgent *self);

/** yy_agent_is_loaded: Returns: whether its tokens are known */
gboolean yy_agent_is_loaded (YyAgent *self);
YyObjectTable *yy_agent_get_objects (YyAgent *self);

/**
 * yy_agent_call_async:
 * @path: object
 * @interface: interface
 * @method: method
 * @parameters: (transfer floating) (nullable): arguments
 * @fds: (nullable): the descriptors that @parameters index
 * @reply: type of the answer
 * @timeout: seconds without an answer after which the agent is stopped; the time that a transfer
 *   takes does not count
 *
 * One call at a time. If the call is for a token, the token's properties are asked for again
 * before the call ends, so that its snapshot is never older than the answer. There is no
 * cancellable: to stop waiting, end the agent.
 */
void yy_agent_call_async (YyAgent *self,
                          const char *path,
                          const char *interface,
                          const char *method,
                          GVariant *parameters,
                          GUnixFDList *fds,
                          const GVariantType *reply,
                          guint timeout,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
GVariant *yy_agent_call_finish (YyAgent *self, GAsyncResult *result, GError **error);

void yy_agent_return_transfer (YyAgent *self,
                               GDBusMethodInvocation *invocation,
                               GBytes *response,
                               const GError *error);

/** yy_agent_end: asks it to finish, and insists after two seconds; then "ended" */
void yy_agent_end (YyAgent *self);
/** yy_agent_kill: at once; a running call fails with @reason. "ended" is emitted before it returns
 */
void yy_agent_kill (YyAgent *self, const GError *reason);

G_END_DECLS
