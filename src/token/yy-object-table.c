/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-object-table.h"

#include <string.h>

#include <glib/gi18n.h>

#include "token/yy-token-parse.h"

#define TOKEN_PATH      "/org/yinyao/Token/"
#define TOKEN_INTERFACE "org.yinyao.Agent.Token"
#define AGENT_INTERFACE "org.yinyao.Agent"
#define MAX_TOKENS      64
#define MAX_PROPERTIES  64

typedef struct
{
  char *path;
  guint64 number;
  GHashTable *properties;
  YyToken *snapshot; /* NULL when the properties changed since, or make no token */
} Entry;

struct _YyObjectTable
{
  char *module;
  char *library;
  GPtrArray *entries; /* of Entry, by number */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->path);
  g_hash_table_unref (entry->properties);
  g_clear_object (&entry->snapshot);
  g_free (entry);
}

YyObjectTable *
yy_object_table_new (const char *module)
{
  YyObjectTable *self = g_new0 (YyObjectTable, 1);

  self->module = g_strdup (module);
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  return self;
}

void
yy_object_table_free (YyObjectTable *self)
{
  if (self == NULL)
    return;
  g_free (self->module);
  g_free (self->library);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static gboolean
set_babble (GError **error, const char *what)
{
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA, _ ("“%s” was not understood"), what);
  return FALSE;
}

static gboolean
require_type (GVariant *value, const char *type, const char *what, GError **error)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE (type)) || set_babble (error, what);
}

static gboolean
parse_path (const char *path, guint64 *number)
{
  return g_str_has_prefix (path, TOKEN_PATH) &&
         g_ascii_string_to_unsigned (path + strlen (TOKEN_PATH), 10, 0, G_MAXUINT64, number, NULL);
}

static Entry *
find_entry (YyObjectTable *self, const char *path)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];

      if (strcmp (entry->path, path) == 0)
        return entry;
    }
  return NULL;
}

static gboolean
set_properties (Entry *entry, GVariant *properties, GError **error)
{
  GVariantIter iter;
  const char *name = NULL;
  GVariant *value = NULL;

  g_variant_iter_init (&iter, properties);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      GVariant *known = g_hash_table_lookup (entry->properties, name);

      if (known == NULL && g_hash_table_size (entry->properties) >= MAX_PROPERTIES)
        {
          g_variant_unref (value);
          return set_babble (error, entry->path);
        }
      if (known != NULL && g_variant_equal (known, value))
        continue;
      g_hash_table_replace (entry->properties, g_strdup (name), g_variant_ref (value));
      g_clear_object (&entry->snapshot);
    }
  return TRUE;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const Entry *first = *(Entry *const *) a;
  const Entry *second = *(Entry *const *) b;

  return first->number < second->number ? -1 : first->number > second->number;
}

static gboolean
add_token (YyObjectTable *self, const char *path, GVariant *properties, GError **error)
{
  Entry *entry = find_entry (self, path);
  guint64 number = 0;

  if (!parse_path (path, &number))
    return set_babble (error, path);
  if (entry == NULL)
    {
      if (self->entries->len >= MAX_TOKENS)
        return set_babble (error, path);
      entry = g_new0 (Entry, 1);
      entry->path = g_strdup (path);
      entry->number = number;
      entry->properties =
          g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
      g_ptr_array_add (self->entries, entry);
      g_ptr_array_sort (self->entries, compare_numbers);
    }
  return set_properties (entry, properties, error);
}

static void
set_agent_properties (YyObjectTable *self, GVariant *properties)
{
  const char *library = NULL;

  if (!g_variant_lookup (properties, "Library", "&s", &library) || *library == '\0')
    return;
  g_free (self->library);
  self->library = yy_token_clean_text (library);
}

/* @interfaces: a{sa{sv}}. Other interfaces and objects are none of our business. */
static gboolean
add_interfaces (YyObjectTable *self, const char *path, GVariant *interfaces, GError **error)
{
  g_autoptr (GVariant) token =
      g_variant_lookup_value (interfaces, TOKEN_INTERFACE, G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) agent =
      g_variant_lookup_value (interfaces, AGENT_INTERFACE, G_VARIANT_TYPE_VARDICT);

  if (agent != NULL)
    set_agent_properties (self, agent);
  return token == NULL || add_token (self, path, token, error);
}

gboolean
yy_object_table_load (YyObjectTable *self, GVariant *reply, GError **error)
{
  g_autoptr (GVariant) objects = NULL;
  GVariantIter iter;
  const char *path = NULL;
  GVariant *interfaces = NULL;

  if (!require_type (reply, "(a{oa{sa{sv}}})", "GetManagedObjects", error))
    return FALSE;
  g_ptr_array_set_size (self->entries, 0);
  objects = g_variant_get_child_value (reply, 0);
  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", &path, &interfaces))
    if (!add_interfaces (self, path, interfaces, error))
      {
        g_variant_unref (interfaces);
        return FALSE;
      }
  return TRUE;
}

gboolean
yy_object_table_add (YyObjectTable *self, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) interfaces = NULL;
  const char *path = NULL;

  if (!require_type (parameters, "(oa{sa{sv}})", "InterfacesAdded", error))
    return FALSE;
  g_variant_get (parameters, "(&o@a{sa{sv}})", &path, &interfaces);
  return add_interfaces (self, path, interfaces, error);
}

gboolean
yy_object_table_remove (YyObjectTable *self, GVariant *parameters, GError **error)
{
  g_autofree const char **interfaces = NULL;
  const char *path = NULL;
  Entry *entry = NULL;

  if (!require_type (parameters, "(oas)", "InterfacesRemoved", error))
    return FALSE;
  g_variant_get (parameters, "(&o^a&s)", &path, &interfaces);
  entry = find_entry (self, path);
  if (entry != NULL && g_strv_contains (interfaces, TOKEN_INTERFACE))
    g_ptr_array_remove (self->entries, entry);
  return TRUE;
}

gboolean
yy_object_table_change (YyObjectTable *self, const char *path, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) changed = NULL;
  const char *interface = NULL;
  Entry *entry = find_entry (self, path);

  if (!require_type (parameters, "(sa{sv}as)", "PropertiesChanged", error))
    return FALSE;
  g_variant_get (parameters, "(&s@a{sv}as)", &interface, &changed, NULL);
  if (strcmp (interface, AGENT_INTERFACE) == 0)
    set_agent_properties (self, changed);
  if (entry == NULL || strcmp (interface, TOKEN_INTERFACE) != 0)
    return TRUE;
  return set_properties (entry, changed, error);
}

gboolean
yy_object_table_refresh (YyObjectTable *self, const char *path, GVariant *reply, GError **error)
{
  g_autoptr (GVariant) properties = NULL;
  Entry *entry = find_entry (self, path);

  if (!require_type (reply, "(a{sv})", "GetAll", error))
    return FALSE;
  properties = g_variant_get_child_value (reply, 0);
  return entry == NULL || set_properties (entry, properties, error);
}

const char *
yy_object_table_find (YyObjectTable *self, const char *serial)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];
      GVariant *value = g_hash_table_lookup (entry->properties, "Serial");

      if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) &&
          strcmp (g_variant_get_string (value, NULL), serial) == 0)
        return entry->path;
    }
  return NULL;
}

const char *
yy_object_table_get_library (YyObjectTable *self)
{
  return self->library;
}

static void
make_snapshot (YyObjectTable *self, Entry *entry)
{
  g_autoptr (GError) error = NULL;

  if (entry->snapshot == NULL)
    entry->snapshot = yy_token_new (self->module, entry->properties, &error);
  if (error != NULL)
    g_info ("%s: %s is left out: %s", self->module, entry->path, error->message);
}

static gboolean
has_key (gconstpointer token, gconstpointer key)
{
  return strcmp (yy_token_get_key ((YyToken *) token), key) == 0;
}

GPtrArray *
yy_object_table_dup_tokens (YyObjectTable *self)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];

      make_snapshot (self, entry);
      if (entry->snapshot == NULL)
        continue;
      if (!g_ptr_array_find_with_equal_func (tokens, yy_token_get_key (entry->snapshot), has_key,
                                             NULL))
        g_ptr_array_add (tokens, g_object_ref (entry->snapshot));
    }
  return tokens;
}
