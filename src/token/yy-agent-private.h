/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the two halves of YyAgent: its life (yy-agent.c) and its calls (yy-agent-call.c). */
#pragma once

#include "token/yy-agent-flood.h"
#include "token/yy-agent-process.h"
#include "token/yy-agent.h"
#include "yy-dbus-agent.h"

G_BEGIN_DECLS

#define ROOT_PATH       "/org/yinyao"
#define TOKEN_INTERFACE "org.yinyao.Agent.Token"
#define PROPERTIES      "org.freedesktop.DBus.Properties"

struct _YyAgent
{
  GObject parent_instance;

  char *program;
  char *module;
  guint timeout;

  YyAgentProcess *process;
  GCancellable *cancellable; /* of everything asynchronous; cancelled when it ended */
  GDBusConnection *connection;
  YyDBusAgentClient *client;
  YyAgentFlood *flood;
  guint subscriptions[4];
  YyObjectTable *objects;
  GTask *call;

  guint deadline_id; /* start-up, or the running call */
  guint life_id;     /* time for a sign of life */
  guint life_deadline_id;
  guint kill_id; /* after being asked to end, or after losing the connection */
  guint changed_id;
  gboolean loaded;
  gboolean ending;
  gboolean ended;
};

/* Kills it after so many seconds, unless it is armed again or cleared. */
void yy_agent_arm_deadline (YyAgent *self, guint seconds);
/* Kills it: @what was not understood. */
void yy_agent_babbled (YyAgent *self, const char *what);
/* Seconds that the running call may take. */
guint yy_agent_get_call_timeout (YyAgent *self);
/* Handler of Client.Transfer. */
gboolean yy_agent_on_transfer (YyDBusAgentClient *client,
                               GDBusMethodInvocation *invocation,
                               GVariant *request,
                               YyAgent *self);

G_END_DECLS
