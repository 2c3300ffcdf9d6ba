/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which PKCS #11 modules are found: p11-kit's rules (pkcs11.conf(5)) and the settings. */
#include "token/yy-module-list.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  YyModulePlaces *places;
} Fixture;

static void
write_file (Fixture *f, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static char *
at (Fixture *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *made = g_dir_make_tmp ("yinyao-modules-XXXXXX", NULL);

  f->folder = g_canonicalize_filename (made, NULL);
  f->places = g_new0 (YyModulePlaces, 1);
  f->places->user_config = at (f, "user/pkcs11.conf");
  f->places->user_modules = at (f, "user/modules");
  f->places->system_config = at (f, "system/pkcs11.conf");
  f->places->system_modules = g_new0 (char *, 3);
  f->places->system_modules[0] = at (f, "system/modules");
  f->places->system_modules[1] = at (f, "package/modules");
  f->places->module_path = at (f, "lib");
  for (const char *name = "abcdef"; *name != '\0'; name++)
    {
      g_autofree char *file = g_strdup_printf ("lib/%c.so", *name);

      write_file (f, file, "");
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *remove = g_strdup_printf ("rm -r '%s'", f->folder);

  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
  yy_module_places_free (f->places);
  g_free (f->folder);
}

/* @wanted: the modules' letters in order. */
static void
check (Fixture *f, GPtrArray *paths, const char *wanted)
{
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *name = g_path_get_basename (paths->pdata[i]);

      g_string_append_len (found, name, (gssize) (strlen (name) - strlen (".so")));
    }
  g_assert_cmpstr (found->str, ==, wanted);
}

static void
check_p11_kit (Fixture *f, const char *wanted)
{
  g_autoptr (GPtrArray) paths = yy_module_list_p11_kit (f->places);

  check (f, paths, wanted);
}

static void
test_nothing (Fixture *f, gconstpointer data)
{
  check_p11_kit (f, "");
}

static void
test_plain (Fixture *f, gconstpointer data)
{
  g_autofree char *absolute = g_strdup_printf ("module:%s/lib/b.so\n", f->folder);

  write_file (f, "package/modules/1.module", "# comment\n\n  module : a.so  \r\nnonsense\n");
  write_file (f, "package/modules/2.module", absolute);
  write_file (f, "package/modules/3.module", "module: missing.so\n");
  write_file (f, "package/modules/4.conf", "module: c.so\n");
  write_file (f, "package/modules/.5.module", "module: c.so\n");
  write_file (f, "package/modules/6 7.module", "module: c.so\n");
  write_file (f, "package/modules/8.module", "module:\n");
  write_file (f, "package/modules/9.module", "priority: 4\n");
  check_p11_kit (f, "ab");
}

static void
test_left_out (Fixture *f, gconstpointer data)
{
  write_file (f, "package/modules/a.module", "module: a.so\ntrust-policy: yes\n");
  write_file (f, "package/modules/b.module", "remote: |ssh host\nmodule: b.so\n");
  write_file (f, "package/modules/c.module", "module: c.so\nenable-in: seahorse, yinyao\n");
  write_file (f, "package/modules/d.module", "module: d.so\nenable-in: seahorse ssh\n");
  write_file (f, "package/modules/e.module", "module: e.so\ndisable-in: firefox,yinyaoctl\n");
  write_file (f, "package/modules/f.module", "module: f.so\ndisable-in: firefox yinyao2\n");
  check_p11_kit (f, "cf");
}

static void
test_order (Fixture *f, gconstpointer data)
{
  write_file (f, "package/modules/z.module", "module: a.so\n");
  write_file (f, "package/modules/y.module", "module: b.so\npriority: -1\n");
  write_file (f, "package/modules/x.module", "module: c.so\n");
  write_file (f, "package/modules/w.module", "module: d.so\npriority: 5\n");
  write_file (f, "package/modules/v.module", "module: e.so\npriority: 99999999999999999999\n");
  write_file (f, "package/modules/u.module", "module: f.so\npriority: -99999999999999999999\n");
  check_p11_kit (f, "edcabf");
}

/* A file overrides the one of the same name key by key. */
static void
test_override (Fixture *f, gconstpointer data)
{
  write_file (f, "package/modules/1.module", "module: a.so\npriority: 7\n");
  write_file (f, "package/modules/2.module", "module: b.so\n");
  write_file (f, "package/modules/3.module", "module: c.so\n");
  write_file (f, "system/modules/2.module", "module: d.so\n");
  write_file (f, "user/modules/1.module", "module: e.so\n");
  write_file (f, "user/modules/3.module", "module:\n");
  write_file (f, "user/modules/4.module", "module: f.so\n");
  check_p11_kit (f, "edf");
}

static void
test_user_config (Fixture *f, gconstpointer data)
{
  write_file (f, "package/modules/1.module", "module: a.so\n");
  write_file (f, "user/modules/2.module", "module: b.so\n");
  check_p11_kit (f, "ab");
  write_file (f, "system/pkcs11.conf", "user-config: none\n");
  check_p11_kit (f, "a");
  /* Where the system allows nothing the user's file has no say. */
  write_file (f, "user/pkcs11.conf", "user-config: only\n");
  check_p11_kit (f, "a");
  write_file (f, "system/pkcs11.conf", "user-config: merge\n");
  check_p11_kit (f, "b");
  write_file (f, "user/pkcs11.conf", "user-config: none\n");
  check_p11_kit (f, "a");
  write_file (f, "user/pkcs11.conf", "user-config: override\n");
  check_p11_kit (f, "b");
  write_file (f, "user/pkcs11.conf", "user-config: blah\n");
  check_p11_kit (f, "ab");
}

static void
test_settings (Fixture *f, gconstpointer data)
{
  g_autofree char *config = at (f, "yinyao.conf");
  g_autofree char *link = at (f, "link.so");
  g_autofree char *text = g_strdup_printf ("[modules]\npaths=%s/missing.so;%s/lib/c.so;%s;\n",
                                           f->folder, f->folder, link);
  g_autoptr (YySettings) settings = NULL;
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GPtrArray) own = NULL;

  g_assert_no_errno (symlink ("lib/a.so", link));
  write_file (f, "package/modules/1.module", "module: a.so\n");
  write_file (f, "package/modules/2.module", "module: b.so\n");
  write_file (f, "yinyao.conf", text);
  g_setenv ("YINYAO_CONFIG", config, TRUE);
  settings = yy_settings_load (NULL);
  paths = yy_module_list_find (settings, f->places);
  check (f, paths, "missingcab");

  g_clear_object (&settings);
  g_free (g_steal_pointer (&text));
  text = g_strdup_printf ("[modules]\np11-kit=false\npaths=%s;\n", link);
  write_file (f, "yinyao.conf", text);
  settings = yy_settings_load (NULL);
  own = yy_module_list_find (settings, f->places);
  check (f, own, "a");
}

/* This system's own places exist as names at least. */
static void
test_places (Fixture *f, gconstpointer data)
{
  g_autoptr (YyModulePlaces) places = yy_module_places_new ();

  g_assert_true (g_path_is_absolute (places->module_path));
  g_assert_true (g_path_is_absolute (places->system_config));
  g_assert_true (g_str_has_prefix (places->user_modules, g_get_user_config_dir ()));
  g_assert_nonnull (places->system_modules[0]);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/module-list/", name, NULL);

  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("nothing", test_nothing);
  add ("plain", test_plain);
  add ("left-out", test_left_out);
  add ("order", test_order);
  add ("override", test_override);
  add ("user-config", test_user_config);
  add ("settings", test_settings);
  add ("places", test_places);
  return g_test_run ();
}
