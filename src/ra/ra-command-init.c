/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-command.h"

#include "base/yy-process.h"

#include <glib/gi18n.h>

static char *url;
static char *profile;
static int validity_days = -1;

static gboolean
run (char **arguments, GError **error)
{
  g_autofree char *standard = yy_process_find_data ("profiles/demo.ini");
  const RaSitePlan plan = { .directory = ra_command_options.directory,
                            .url = url,
                            .profile = profile == NULL ? standard : profile,
                            .validity_days = validity_days };

  if (url == NULL)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("--url is needed"));
      return FALSE;
    }
  if (!ra_site_create (&plan, error))
    return FALSE;
  g_print (_ ("%s is ready. The key of the office's account is in office.key there.\n"),
           ra_command_options.directory);
  return TRUE;
}

static const GOptionEntry options[] = {
  { "url", 0, 0, G_OPTION_ARG_STRING, &url, N_ ("Address of the service, as clients reach it"),
    "https://HOST:PORT" },
  { "profile", 0, 0, G_OPTION_ARG_FILENAME, &profile, N_ ("CA profile to start with"), "FILE" },
  { "validity-days", 0, 0, G_OPTION_ARG_INT, &validity_days,
    N_ ("Days certificates are valid, instead of the order's years"), "N" },
  G_OPTION_ENTRY_NULL
};

const RaCommand ra_command_init = {
  "init", "", 0, run, options, N_ ("Make the directory of a new CA: keys, database, first account")
};
