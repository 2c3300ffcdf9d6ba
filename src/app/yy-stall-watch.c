/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-stall-watch.h"

/* The time between two polls is what the sources of one iteration took. */
static GPollFunc wrapped_poll;
static gint64 woken_at;

static int
watched_poll (GPollFD *fds, guint n_fds, int timeout)
{
  gint64 busy = (g_get_monotonic_time () - woken_at) / 1000;
  int n_ready = 0;

  if (busy > YY_STALL_LIMIT)
    g_warning ("main loop stalled %" G_GINT64_FORMAT " ms", busy);
  n_ready = wrapped_poll (fds, n_fds, timeout);
  woken_at = g_get_monotonic_time ();
  return n_ready;
}

void
yy_stall_watch_start (void)
{
  g_return_if_fail (wrapped_poll == NULL);
  wrapped_poll = g_main_context_get_poll_func (NULL);
  woken_at = g_get_monotonic_time ();
  g_main_context_set_poll_func (NULL, watched_poll);
}
