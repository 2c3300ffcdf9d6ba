/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/module.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * YyAgent:
 *
 * The program's one object: exports the module and its tokens on the connection and keeps them up
 * to date. Main thread only.
 */
typedef struct _YyAgent YyAgent;

/**
 * yy_agent_new:
 * @module: (transfer full): the module
 * @connection: to the client; its messages are not processed yet
 *
 * Looks at all slots and exports what is there.
 */
YyAgent *yy_agent_new (YyModule *module, GDBusConnection *connection);

/** yy_agent_free: Logs out of all tokens, wipes all PINs and finalises the module. */
void yy_agent_free (YyAgent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyAgent, yy_agent_free)

G_END_DECLS
