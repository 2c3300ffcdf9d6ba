/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of a procedure on one token: its session, what ends it early, and the loop that goes from
 * step to step. The procedures embed it; the task's data is the run, and every callback of a step
 * is given the task. */
#pragma once

#include "service/yy-service.h"
#include "token/yy-token-session.h"

G_BEGIN_DECLS

typedef struct _YyRun YyRun;

/**
 * YyRunKind: what makes a procedure of a run
 * @done: the step after which nothing is left to do
 * @next_step: the procedure itself, over the token's snapshot and what the run knows
 * @get_title: translated name of a step
 * @tell: a step begins
 * @perform: does one step, and ends with yy_run_next(), yy_run_fail() or yy_run_finish()
 * @finish: @done was reached; ends with yy_run_fail() or yy_run_finish()
 * @wipe: the run's secrets go
 */
typedef struct
{
  int done;
  int (*next_step) (YyRun *run, YyToken *token);
  const char *(*get_title) (int step);
  void (*tell) (YyRun *run, int step);
  void (*perform) (GTask *task, int step);
  void (*finish) (GTask *task, YyToken *token);
  void (*wipe) (YyRun *run);
} YyRunKind;

struct _YyRun
{
  const YyRunKind *kind;
  YyTokenManager *manager;
  YyService *service;
  YyTokenSession *session;
  char *id; /* the session of the service's interface: 32 hexadecimal digits */
  char *serial;

  GCancellable *cancellable; /* (nullable): the caller's */
  gulong cancelled_id;
  GCancellable *service_cancellable; /* also cancelled when the token is pulled */
  gulong items_id;
  gboolean removed;
  int lock; /* a descriptor, -1 for none */

  guint n_steps;
  int last_step;
};

void yy_run_init (YyRun *run,
                  const YyRunKind *kind,
                  YyTokenManager *manager,
                  YyService *service,
                  const char *serial,
                  GCancellable *cancellable);
void yy_run_clear (YyRun *run);

/** yy_run_open: the session on the token, for this run alone. Talks to no card. */
gboolean yy_run_open (YyRun *run, const char *module, GError **error);

/** yy_run_next: looks at token and run again and begins the next step */
void yy_run_next (GTask *task);

/**
 * yy_run_fail:
 * @error: (transfer full): %YY_ERROR_TOKEN_REMOVED gets a message that names the token
 *
 * Ends the run. Secrets are gone and the agent is replaced before the caller hears of it.
 */
void yy_run_fail (GTask *task, GError *error);

/** yy_run_finish: ends the run with @value: (transfer full), which @destroy frees */
void yy_run_finish (GTask *task, gpointer value, GDestroyNotify destroy);

G_END_DECLS
