/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * YyAgentFlood:
 *
 * Watches how much comes in on a connection. Messages are read by GDBus's own thread, so an agent
 * that sends without end would fill this process's memory before the main loop sees any of it:
 * above a limit, everything is dropped there and @callback is called once, in the main context.
 */
typedef struct _YyAgentFlood YyAgentFlood;
typedef void (*YyAgentFloodFunc) (gpointer user_data);

YyAgentFlood *
yy_agent_flood_new (GDBusConnection *connection, YyAgentFloodFunc callback, gpointer user_data);
/** yy_agent_flood_free: @callback is not called any more */
void yy_agent_flood_free (YyAgentFlood *self);

G_END_DECLS
