/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-stall-watch.h"

#include <sys/resource.h>

/* The time between two polls is what the sources of one iteration took. */
static GPollFunc wrapped_poll;
static gint64 woken_at;
static struct rusage woken_usage;

static gint64
processor_time (const struct rusage *usage)
{
  return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * G_USEC_PER_SEC +
         usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

/*
 * Milliseconds this iteration took. If the thread never waited for anything by itself, what is
 * above its processor time was the machine being busy with others.
 */
static gint64
time_taken (void)
{
  struct rusage usage = { 0 };
  gint64 elapsed = g_get_monotonic_time () - woken_at;

  if (elapsed / 1000 > YY_STALL_LIMIT && getrusage (RUSAGE_THREAD, &usage) == 0 &&
      usage.ru_nvcsw == woken_usage.ru_nvcsw)
    elapsed = processor_time (&usage) - processor_time (&woken_usage);
  return elapsed / 1000;
}

static void
wake (void)
{
  woken_at = g_get_monotonic_time ();
  (void) getrusage (RUSAGE_THREAD, &woken_usage);
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
  wrapped_poll = g_main_context_get_poll_func (NULL);
  wake ();
  g_main_context_set_poll_func (NULL, watched_poll);
}
