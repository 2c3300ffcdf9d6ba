/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yy-process.h"

#include "config.h"

#include <locale.h>
#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <glib/gi18n.h>

#include "base/yy-error.h"

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

static void
bind_messages (void)
{
  g_autofree char *build = DEVELOPMENT ? build_root () : NULL;
  g_autofree char *folder = build == NULL ? NULL : g_build_filename (build, "po", NULL);

  bindtextdomain (GETTEXT_PACKAGE, folder != NULL ? folder : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

static gboolean
names_language (const char *locale)
{
  return locale != NULL && *locale != '\0' && !g_str_equal (locale, "C") &&
         !g_str_has_prefix (locale, "C.") && !g_str_equal (locale, "POSIX");
}

/* Without a language in the environment: names are UTF-8 all the same, in a job of cron, too. And
   messages are "C" until a language is decided: in "C.UTF-8", GLib would decide at its first
   message never to translate. */
static void
set_locale (void)
{
  setlocale (LC_ALL, "");
  if (names_language (setlocale (LC_MESSAGES, NULL)))
    return;
  setlocale (LC_CTYPE, "C.UTF-8");
  setlocale (LC_MESSAGES, "C");
}

void
yy_process_init (void)
{
  const struct rlimit none = { 0, 0 };

  set_locale ();
  bind_messages ();
  /* GDBus must know the error's names before the first one arrives, or it would be taken for a
     failure of the driver. */
  (void) yy_error_quark ();
  (void) setrlimit (RLIMIT_CORE, &none);
  (void) prctl (PR_SET_DUMPABLE, 0);
}

void
yy_process_overwrite_freed (void)
{
  (void) mallopt (M_PERTURB, 0xa5);
}

/* What the environment asks for, whether or not it is installed: "zh_CN" of "zh_CN.UTF-8". */
static char *
dup_environment_language (void)
{
  const char *variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
  const char *list = g_getenv ("LANGUAGE");

  if (list != NULL && *list != '\0')
    return g_strdup (list);
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      const char *locale = g_getenv (variables[i]);

      if (locale == NULL || *locale == '\0')
        continue;
      return names_language (locale) ? g_strndup (locale, strcspn (locale, ".")) : NULL;
    }
  return NULL;
}

/* Any locale but "C" and "POSIX" will do for gettext; the language's own also has its formats. */
static void
choose_locale (const char *language)
{
  g_autofree char *first = g_strndup (language, strcspn (language, ":"));
  g_autofree char *own = g_strconcat (first, ".UTF-8", NULL);

  if (setlocale (LC_ALL, own) != NULL)
    g_setenv ("LC_ALL", own, TRUE);
  else if (!names_language (setlocale (LC_MESSAGES, NULL)))
    g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  setlocale (LC_ALL, "");
}

void
yy_process_set_language (const char *wanted, const char *fallback)
{
  g_autofree char *environment = dup_environment_language ();
  const char *language = wanted != NULL ? wanted : environment != NULL ? environment : fallback;

  if (language == NULL)
    return;
  if (wanted == NULL && environment != NULL && names_language (setlocale (LC_MESSAGES, NULL)))
    return;
  g_setenv ("LANGUAGE", language, TRUE);
  choose_locale (language);
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
