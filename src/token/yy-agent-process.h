/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/**
 * YyAgentProcess:
 *
 * The process of one token agent and the socket to it. Main context only. It lives until the
 * process has ended. Signal "exited" ().
 */
#define YY_TYPE_AGENT_PROCESS (yy_agent_process_get_type ())
G_DECLARE_FINAL_TYPE (YyAgentProcess, yy_agent_process, YY, AGENT_PROCESS, GObject)

/**
 * yy_agent_process_new:
 * @program: the agent's executable
 * @module: path of the PKCS #11 module
 * @stream: (out): this end of the socket
 *
 * Returns: (transfer full): the running process, or %NULL with a %G_IO_ERROR or %G_SPAWN_ERROR
 */
YyAgentProcess *
yy_agent_process_new (const char *program, const char *module, GIOStream **stream, GError **error);

gboolean yy_agent_process_has_exited (YyAgentProcess *self);
void yy_agent_process_kill (YyAgentProcess *self);

/**
 * yy_agent_process_forget:
 *
 * From now on what it prints is thrown away. Before it knows a secret it may say why it cannot load
 * its module; afterwards a driver's words could hold one.
 */
void yy_agent_process_forget (YyAgentProcess *self);

/**
 * yy_agent_process_dup_reason:
 *
 * Returns: (transfer full): %YY_ERROR_DRIVER_FAILED that says how the process ended
 */
GError *yy_agent_process_dup_reason (YyAgentProcess *self);

G_END_DECLS
