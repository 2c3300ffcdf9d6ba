/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yy-process.h"

#include "config.h"

#include <locale.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <glib/gi18n.h>

void
yy_process_init (void)
{
  const struct rlimit none = { 0, 0 };

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  (void) setrlimit (RLIMIT_CORE, &none);
  (void) prctl (PR_SET_DUMPABLE, 0);
}

/* In a development build the programs lie where meson puts them: BUILD/src/FOLDER/PROGRAM. */
static char *
build_root (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program == NULL ? g_strdup (".") : g_path_get_dirname (program);

  for (int up = 0; up < 3; up++)
    {
      g_autofree char *marker = g_build_filename (folder, "build.ninja", NULL);
      char *parent = NULL;

      if (g_file_test (marker, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&folder);
      parent = g_path_get_dirname (folder);
      g_free (folder);
      folder = parent;
    }
  return NULL;
}

char *
yy_process_find_helper (const char *name, const char *folder)
{
  g_autofree char *build = DEVELOPMENT ? build_root () : NULL;

  if (build != NULL)
    return g_build_filename (build, folder, name, NULL);
  return g_build_filename (LIBEXECDIR, name, NULL);
}

char *
yy_process_find_data (const char *name)
{
  return g_build_filename (DEVELOPMENT ? SOURCE_DATADIR : PKGDATADIR, name, NULL);
}
