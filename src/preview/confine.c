/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview/confine.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* The largest picture allowed takes a quarter of it; the rest is for fonts and libraries. */
#define MEMORY ((rlim_t) 1024 * 1024 * 1024)
/* Standard streams, font files and their caches. */
#define FILES 64

/* AddressSanitizer reserves more addresses than any limit would leave it. */
#ifdef __SANITIZE_ADDRESS__
#define LIMITS_MEMORY FALSE
#else
#define LIMITS_MEMORY TRUE
#endif

static void
set_limit (int resource, rlim_t limit)
{
  struct rlimit present = { 0 };
  struct rlimit wanted = { limit, limit };

  if (getrlimit ((__rlimit_resource_t) resource, &present) == 0 && present.rlim_max < limit)
    wanted = (struct rlimit){ present.rlim_max, present.rlim_max };
  if (setrlimit ((__rlimit_resource_t) resource, &wanted) != 0)
    g_error ("A limit cannot be set");
}

void
yy_confine (guint seconds)
{
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    g_error ("Rights cannot be given up");
  (void) prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (LIMITS_MEMORY)
    set_limit (RLIMIT_AS, MEMORY);
  set_limit (RLIMIT_CPU, seconds);
  set_limit (RLIMIT_FSIZE, 0);
  set_limit (RLIMIT_NOFILE, FILES);
  set_limit (RLIMIT_CORE, 0);
  /* A cache of fonts that cannot be written is no reason to end. */
  (void) signal (SIGXFSZ, SIG_IGN);
}
