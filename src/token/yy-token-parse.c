/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-token-parse.h"

#include <string.h>

#include <glib/gi18n.h>

/* Far above what a token holds, far below what hurts: a real label has 32 bytes, a real
 * certificate two kilobytes. */
#define MAX_TEXT    256
#define MAX_ID      256
#define MAX_DER     (64 * 1024)
#define MAX_OBJECTS 256

static void
certificate_free (gpointer data)
{
  YyTokenCertificate *certificate = data;

  g_clear_object (&certificate->certificate);
  g_clear_pointer (&certificate->id, g_bytes_unref);
  g_free (certificate->label);
  g_free (certificate);
}

static void
key_free (gpointer data)
{
  YyTokenKey *key = data;

  g_clear_pointer (&key->id, g_bytes_unref);
  g_clear_pointer (&key->spki, g_bytes_unref);
  g_free (key->label);
  g_free (key);
}

static void
data_free (gpointer data)
{
  YyTokenData *object = data;

  g_clear_pointer (&object->object_id, g_bytes_unref);
  g_free (object->label);
  g_free (object->application);
  g_free (object);
}

void
yy_token_fields_clear (YyTokenFields *fields)
{
  g_free (fields->serial);
  g_free (fields->label);
  g_free (fields->manufacturer);
  g_free (fields->model);
  g_free (fields->reader);
  g_clear_pointer (&fields->certificates, g_ptr_array_unref);
  g_clear_pointer (&fields->keys, g_ptr_array_unref);
  g_clear_pointer (&fields->data_objects, g_ptr_array_unref);
  memset (fields, 0, sizeof *fields);
}

/* Control characters and those that turn the direction of text could make a label look like
 * something else. */
static gboolean
is_harmless (gunichar c)
{
  return !g_unichar_iscntrl (c) && g_unichar_type (c) != G_UNICODE_FORMAT && c != 0x2028 &&
         c != 0x2029;
}

char *
yy_token_clean_text (const char *text)
{
  GString *clean = g_string_new (NULL);

  for (const char *c = text; *c != '\0' && clean->len + 4 <= MAX_TEXT; c = g_utf8_next_char (c))
    {
      gunichar unicode = g_utf8_get_char (c);

      g_string_append_unichar (clean, is_harmless (unicode) ? unicode : 0xFFFD);
    }
  return g_string_free (clean, FALSE);
}

static GVariant *
lookup (GHashTable *properties, const char *name, const char *type)
{
  GVariant *value = g_hash_table_lookup (properties, name);

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE (type)) ? value : NULL;
}

static char *
read_text (GHashTable *properties, const char *name)
{
  GVariant *value = lookup (properties, name, "s");

  return yy_token_clean_text (value == NULL ? "" : g_variant_get_string (value, NULL));
}

static guint
read_length (GHashTable *properties, const char *name)
{
  GVariant *value = lookup (properties, name, "u");

  return value == NULL ? 0 : g_variant_get_uint32 (value);
}

static int
read_tries (GHashTable *properties)
{
  GVariant *value = lookup (properties, "TriesLeft", "i");
  int tries = value == NULL ? -1 : g_variant_get_int32 (value);

  return tries < 0 || tries > 255 ? -1 : tries;
}

/* NULL when it is longer than @maximum. */
static GBytes *
read_bytes (GVariant *value, gsize maximum)
{
  return g_variant_get_size (value) > maximum ? NULL : g_variant_get_data_as_bytes (value);
}

static YyTokenCertificate *
read_certificate (GVariant *child)
{
  g_autoptr (GVariant) id = NULL;
  g_autoptr (GVariant) der = NULL;
  g_autoptr (GBytes) id_bytes = NULL;
  g_autoptr (GBytes) der_bytes = NULL;
  g_autoptr (YyCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;
  YyTokenCertificate *result = NULL;
  const char *label = NULL;
  int has_key = -1;

  g_variant_get (child, "(@ay&s@ayi)", &id, &label, &der, &has_key);
  id_bytes = read_bytes (id, MAX_ID);
  der_bytes = read_bytes (der, MAX_DER);
  if (id_bytes == NULL || der_bytes == NULL)
    return NULL;
  certificate = yy_certificate_new (der_bytes, &error);
  if (certificate == NULL)
    {
      g_info ("a certificate on a token is left out: %s", error->message);
      return NULL;
    }
  result = g_new0 (YyTokenCertificate, 1);
  result->certificate = g_steal_pointer (&certificate);
  result->id = g_steal_pointer (&id_bytes);
  result->label = yy_token_clean_text (label);
  result->has_key = CLAMP (has_key, -1, 1);
  return result;
}

static YyTokenKey *
read_key (GVariant *child)
{
  g_autoptr (GVariant) id = NULL;
  g_autoptr (GVariant) spki = NULL;
  g_autoptr (GBytes) id_bytes = NULL;
  YyTokenKey *result = NULL;
  const char *label = NULL;

  g_variant_get (child, "(@ay&s@ay)", &id, &label, &spki);
  id_bytes = read_bytes (id, MAX_ID);
  if (id_bytes == NULL)
    return NULL;
  result = g_new0 (YyTokenKey, 1);
  result->id = g_steal_pointer (&id_bytes);
  result->label = yy_token_clean_text (label);
  if (g_variant_get_size (spki) > 0)
    result->spki = read_bytes (spki, MAX_DER);
  return result;
}

static YyTokenData *
read_data (GVariant *child)
{
  g_autoptr (GVariant) object_id = NULL;
  g_autoptr (GBytes) id_bytes = NULL;
  YyTokenData *result = NULL;
  const char *label = NULL;
  const char *application = NULL;
  gint64 size = -1;

  g_variant_get (child, "(&s&s@ayx)", &label, &application, &object_id, &size);
  id_bytes = read_bytes (object_id, MAX_ID);
  if (id_bytes == NULL)
    return NULL;
  result = g_new0 (YyTokenData, 1);
  result->label = yy_token_clean_text (label);
  result->application = yy_token_clean_text (application);
  result->object_id = g_steal_pointer (&id_bytes);
  result->size = MAX (size, -1);
  return result;
}

typedef gpointer (*ReadFunc) (GVariant *child);

static GPtrArray *
read_array (GHashTable *properties,
            const char *name,
            const char *type,
            ReadFunc read,
            GDestroyNotify free_func)
{
  GPtrArray *array = g_ptr_array_new_with_free_func (free_func);
  GVariant *value = lookup (properties, name, type);
  gsize count = value == NULL ? 0 : MIN (g_variant_n_children (value), MAX_OBJECTS);

  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      gpointer item = read (child);

      if (item != NULL)
        g_ptr_array_add (array, item);
    }
  return array;
}

/* A token is addressed by its serial number, so that must be exactly what it seems to be. */
static gboolean
read_serial (GHashTable *properties, YyTokenFields *fields, GError **error)
{
  GVariant *value = lookup (properties, "Serial", "s");

  fields->serial = read_text (properties, "Serial");
  if (value != NULL && strcmp (fields->serial, g_variant_get_string (value, NULL)) == 0)
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                       _ ("The token has no usable serial number"));
  return FALSE;
}

gboolean
yy_token_parse (GHashTable *properties, YyTokenFields *fields, GError **error)
{
  GVariant *flags = lookup (properties, "Flags", "t");
  GVariant *free_memory = lookup (properties, "FreeMemory", "x");

  memset (fields, 0, sizeof *fields);
  if (!read_serial (properties, fields, error))
    {
      yy_token_fields_clear (fields);
      return FALSE;
    }
  fields->label = read_text (properties, "Label");
  fields->manufacturer = read_text (properties, "Manufacturer");
  fields->model = read_text (properties, "Model");
  fields->reader = read_text (properties, "Reader");
  fields->flags = flags == NULL ? 0 : g_variant_get_uint64 (flags);
  fields->tries_left = read_tries (properties);
  fields->min_pin_length = read_length (properties, "MinPinLength");
  fields->max_pin_length = read_length (properties, "MaxPinLength");
  fields->free_memory = free_memory == NULL ? -1 : MAX (g_variant_get_int64 (free_memory), -1);
  fields->certificates = read_array (properties, "Certificates", "a(aysayi)",
                                     (ReadFunc) read_certificate, certificate_free);
  fields->keys = read_array (properties, "Keys", "a(aysay)", (ReadFunc) read_key, key_free);
  fields->data_objects =
      read_array (properties, "DataObjects", "a(ssayx)", (ReadFunc) read_data, data_free);
  return TRUE;
}
