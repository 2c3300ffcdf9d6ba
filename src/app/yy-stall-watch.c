/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-stall-watch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The time between two polls is what the sources of one iteration took. */
static GPollFunc wrapped_poll;
static gint64 woken_at;
static gint64 woken_delay;
static int statistics = -1;

/*
 * Microseconds for which this thread could have run, but the machine was busy with others
 * (proc(5): the second number of schedstat, in nanoseconds); 0 where the kernel does not count it.
 */
static gint64
get_delay (void)
{
  char text[128] = "";
  ssize_t length = statistics < 0 ? 0 : pread (statistics, text, sizeof text - 1, 0);
  char *second = NULL;

  if (length <= 0)
    return 0;
  strtoull (text, &second, 10);
  return (gint64) (strtoull (second, NULL, 10) / 1000);
}

/* Milliseconds this iteration took, without those. */
static gint64
time_taken (void)
{
  gint64 elapsed = g_get_monotonic_time () - woken_at;

  if (elapsed / 1000 > YY_STALL_LIMIT)
    elapsed -= get_delay () - woken_delay;
  return elapsed / 1000;
}

static void
wake (void)
{
  woken_at = g_get_monotonic_time ();
  woken_delay = get_delay ();
}

static int
watched_poll (GPollFD *fds, guint n_fds, int timeout)
{
  gint64 taken = time_taken ();
  int n_ready = 0;

  if (taken > YY_STALL_LIMIT)
    g_warning ("main loop stalled %" G_GINT64_FORMAT " ms", taken);
  n_ready = wrapped_poll (fds, n_fds, timeout);
  wake ();
  return n_ready;
}

void
yy_stall_watch_start (void)
{
  g_return_if_fail (wrapped_poll == NULL);
  statistics = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  wrapped_poll = g_main_context_get_poll_func (NULL);
  wake ();
  g_main_context_set_poll_func (NULL, watched_poll);
}
