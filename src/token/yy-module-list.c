/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-module-list.h"

#include "token-config.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FILE    (64 * 1024)
#define MAX_MODULES 64

/* How the user's configuration and the system's go together (pkcs11.conf(5), user-config). */
typedef enum
{
  USER_NONE,
  USER_MERGE,
  USER_ONLY,
} UserMode;

/* The names p11-kit knows us by in enable-in and disable-in. */
static const char *const programs[] = { "yinyao", "yinyaoctl", NULL };

YyModulePlaces *
yy_module_places_new (void)
{
  YyModulePlaces *places = g_new0 (YyModulePlaces, 1);
  const char *const folders[] = { P11_SYSTEM_MODULES, P11_PACKAGE_MODULES, NULL };

  places->user_config = g_build_filename (g_get_user_config_dir (), "pkcs11", "pkcs11.conf", NULL);
  places->user_modules = g_build_filename (g_get_user_config_dir (), "pkcs11", "modules", NULL);
  places->system_config = g_strdup (P11_SYSTEM_CONFIG);
  places->system_modules = g_strdupv ((char **) folders);
  places->module_path = g_strdup (P11_MODULE_PATH);
  return places;
}

void
yy_module_places_free (YyModulePlaces *places)
{
  g_free (places->user_config);
  g_free (places->system_config);
  g_free (places->user_modules);
  g_strfreev (places->system_modules);
  g_free (places->module_path);
  g_free (places);
}

/* "name: value" lines; what is not one is passed over. NULL when there is no such file. */
static GHashTable *
read_config (const char *path)
{
  GHashTable *config = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, NULL) || length > MAX_FILE)
    return NULL;
  config = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      char *colon = NULL;

      g_strstrip (*line);
      colon = strchr (*line, ':');
      if (**line == '#' || colon == NULL)
        continue;
      *colon = '\0';
      g_hash_table_replace (config, g_strdup (g_strchomp (*line)),
                            g_strdup (g_strchug (colon + 1)));
    }
  return config;
}

static UserMode
user_mode (GHashTable *config, UserMode fallback)
{
  const char *value = config == NULL ? NULL : g_hash_table_lookup (config, "user-config");

  if (value == NULL)
    return fallback;
  if (strcmp (value, "none") == 0)
    return USER_NONE;
  if (strcmp (value, "merge") == 0)
    return USER_MERGE;
  /* The old name of "only" is still accepted by p11-kit. */
  if (strcmp (value, "only") == 0 || strcmp (value, "override") == 0)
    return USER_ONLY;
  return fallback;
}

static gboolean
is_module_file (const char *name)
{
  if (!g_str_has_suffix (name, ".module") || !g_ascii_isalnum (name[0]))
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("_-.,", *c) == NULL)
      return FALSE;
  return TRUE;
}

/* What is there already stays: it came from a folder that overrides this one. */
static void
merge_defaults (GHashTable *config, GHashTable *defaults)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, defaults);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!g_hash_table_contains (config, key))
      g_hash_table_insert (config, g_strdup (key), g_strdup (value));
}

static void
read_folder (GHashTable *modules, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GHashTable *known = g_hash_table_lookup (modules, name);
      g_autoptr (GHashTable) config = NULL;

      if (!is_module_file (name) || (known == NULL && g_hash_table_size (modules) >= MAX_MODULES))
        continue;
      config = read_config (path);
      if (config == NULL)
        continue;
      if (known != NULL)
        merge_defaults (known, config);
      else
        g_hash_table_insert (modules, g_strdup (name), g_steal_pointer (&config));
    }
}

static gboolean
names_us (const char *list)
{
  g_auto (GStrv) names = g_strsplit_set (list, ", \t", -1);

  for (gsize i = 0; programs[i] != NULL; i++)
    if (g_strv_contains ((const char *const *) names, programs[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_wanted (GHashTable *config)
{
  const char *enable_in = g_hash_table_lookup (config, "enable-in");
  const char *disable_in = g_hash_table_lookup (config, "disable-in");
  const char *module = g_hash_table_lookup (config, "module");

  if (module == NULL || *module == '\0' || g_hash_table_contains (config, "remote"))
    return FALSE;
  if (g_strcmp0 (g_hash_table_lookup (config, "trust-policy"), "yes") == 0)
    return FALSE;
  if (enable_in != NULL && !names_us (enable_in))
    return FALSE;
  return disable_in == NULL || !names_us (disable_in);
}

static gint64
priority_of (GHashTable *config)
{
  const char *value = g_hash_table_lookup (config, "priority");

  return value == NULL ? 0 : g_ascii_strtoll (value, NULL, 10);
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer modules)
{
  const char *const *first = a;
  const char *const *second = b;
  gint64 priority = priority_of (g_hash_table_lookup (modules, *first));
  gint64 other = priority_of (g_hash_table_lookup (modules, *second));

  if (priority != other)
    return priority < other ? 1 : -1;
  return strcmp (*first, *second);
}

static void
add_path (GPtrArray *paths, const char *path, gboolean even_if_missing)
{
  char *real = realpath (path, NULL);

  if (real == NULL && !even_if_missing)
    return;
  if (!g_ptr_array_find_with_equal_func (paths, real == NULL ? path : real, g_str_equal, NULL))
    g_ptr_array_add (paths, g_strdup (real == NULL ? path : real));
  free (real);
}

/* User's files first: an earlier file overrides a later one of the same name, key by key. */
static GHashTable *
read_modules (const YyModulePlaces *places)
{
  GHashTable *modules =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  g_autoptr (GHashTable) system_config = read_config (places->system_config);
  UserMode mode = user_mode (system_config, USER_MERGE);

  if (mode != USER_NONE)
    {
      g_autoptr (GHashTable) user_config = read_config (places->user_config);

      mode = user_mode (user_config, mode);
    }
  if (mode != USER_NONE)
    read_folder (modules, places->user_modules);
  for (char **folder = places->system_modules; mode != USER_ONLY && *folder != NULL; folder++)
    read_folder (modules, *folder);
  return modules;
}

GPtrArray *
yy_module_list_p11_kit (const YyModulePlaces *places)
{
  g_autoptr (GHashTable) modules = read_modules (places);
  guint count = 0;
  g_autofree const char **names = (const char **) g_hash_table_get_keys_as_array (modules, &count);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  g_qsort_with_data (names, (gint) count, sizeof *names, compare_names, modules);
  for (guint i = 0; i < count; i++)
    {
      GHashTable *config = g_hash_table_lookup (modules, names[i]);
      g_autofree char *path = NULL;

      if (!is_wanted (config))
        continue;
      path = g_canonicalize_filename (g_hash_table_lookup (config, "module"), places->module_path);
      add_path (paths, path, FALSE);
    }
  return paths;
}

GPtrArray *
yy_module_list_find (YySettings *settings, const YyModulePlaces *places)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const char *const *own = yy_settings_get_module_paths (settings);

  for (gsize i = 0; own[i] != NULL; i++)
    if (*own[i] != '\0')
      add_path (paths, own[i], TRUE);
  if (yy_settings_get_use_p11_kit (settings))
    {
      g_autoptr (GPtrArray) configured = yy_module_list_p11_kit (places);

      for (guint i = 0; i < configured->len; i++)
        add_path (paths, configured->pdata[i], FALSE);
    }
  return paths;
}
