/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the two halves of YyDriver: supervision (yy-driver.c) and calls (yy-driver-call.c). */
#pragma once

#include "token/yy-agent.h"
#include "token/yy-driver-private.h"

G_BEGIN_DECLS

struct _YyDriver
{
  GObject parent_instance;

  char *program;
  char *module;
  char *name;
  guint call_timeout;
  guint key_timeout;

  YyDriverState state;
  GError *problem;
  GPtrArray *tokens;

  YyAgent *agent;     /* NULL before it is started and while a restart is waited for */
  gboolean replacing; /* @agent was asked to end */
  gboolean tainted;   /* @agent was given a secret */
  gboolean stopped;
  guint holds;
  gint64 ready_since; /* monotonic, 0 when @agent has told nothing yet */
  guint failures;     /* in a row */
  guint restart_id;

  GQueue queue; /* of GTask, those that wait for their turn */
  GTask *current;
  guint removal_id;
  GError *late_error; /* @current's answer, while its token may turn out to be gone */
};

/* Sends the next call if one waits and the agent is free; replaces the agent if it is time to. */
void yy_driver_pump (YyDriver *self);
/* Answers the running call, and those that wait. */
void yy_driver_fail_current (YyDriver *self, const GError *reason);
void yy_driver_fail_waiting (YyDriver *self, const GError *reason);
/* The token of the running call may be gone: then the call does not have much longer. */
void yy_driver_check_removal (YyDriver *self);
/* Handlers of the agent's signals. */
void yy_driver_on_progress (YyAgent *agent, const char *path, const char *step, YyDriver *self);
void yy_driver_on_transfer (YyAgent *agent,
                            GBytes *request,
                            GDBusMethodInvocation *invocation,
                            YyDriver *self);

G_END_DECLS
