/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-profile.h"

#include <glib/gi18n.h>

#define PROFILE_MAX_SIZE (256 * 1024)

struct _YyProfile
{
  GObject parent_instance;
  GKeyFile *key_file;
  char *name;
  char *product;
  char *hotline;
  char *language;
  YyPinPolicy pin_policy;
};

G_DEFINE_FINAL_TYPE (YyProfile, yy_profile, G_TYPE_OBJECT)

static void
yy_profile_finalize (GObject *object)
{
  YyProfile *self = YY_PROFILE (object);

  g_clear_pointer (&self->key_file, g_key_file_unref);
  g_free (self->name);
  g_free (self->product);
  g_free (self->hotline);
  g_free (self->language);
  G_OBJECT_CLASS (yy_profile_parent_class)->finalize (object);
}

static void
yy_profile_class_init (YyProfileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_profile_finalize;
}

static void
yy_profile_init (YyProfile *self)
{
  self->key_file = g_key_file_new ();
}

static gboolean
refuse (GError **error, const char *group, const char *key, const char *problem)
{
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA, _ ("CA profile, [%s] %s: %s"), group, key,
               problem);
  return FALSE;
}

static gboolean
read_text (YyProfile *self, const char *group, const char *key, char **value, GError **error)
{
  *value = g_key_file_get_string (self->key_file, group, key, NULL);
  if (*value != NULL && **value != '\0')
    return TRUE;
  return refuse (error, group, key, _ ("a text is needed here"));
}

static gboolean
read_number (YyProfile *self, const char *key, guint low, guint high, guint *value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (self->key_file, "pin", key, NULL);
  guint64 number = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, low, high, &number, NULL))
    {
      g_autofree char *problem =
          g_strdup_printf (_ ("a number from %u to %u is needed here"), low, high);

      return refuse (error, "pin", key, problem);
    }
  *value = (guint) number;
  return TRUE;
}

static gboolean
read_pin_policy (YyProfile *self, GError **error)
{
  YyPinPolicy *policy = &self->pin_policy;

  return read_number (self, "min-length", 4, 64, &policy->min_length, error) &&
         read_number (self, "max-length", policy->min_length, 64, &policy->max_length, error) &&
         read_number (self, "min-classes", 1, 4, &policy->min_classes, error);
}

static gboolean
load (YyProfile *self, GBytes *bytes, GError **error)
{
  g_autoptr (GError) local = NULL;
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  if (data == NULL || size > PROFILE_MAX_SIZE || !g_utf8_validate (data, (gssize) size, NULL) ||
      !g_key_file_load_from_data (self->key_file, data, size, G_KEY_FILE_NONE, &local))
    {
      g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA, _ ("The CA profile cannot be read: %s"),
                   local == NULL ? _ ("it is empty, too large or not UTF-8") : local->message);
      return FALSE;
    }
  return read_text (self, "ca", "name", &self->name, error) &&
         read_text (self, "ca", "product", &self->product, error) &&
         read_text (self, "ca", "hotline", &self->hotline, error) &&
         read_text (self, "ca", "language", &self->language, error) &&
         read_pin_policy (self, error);
}

YyProfile *
yy_profile_new (GBytes *key_file, GError **error)
{
  g_autoptr (YyProfile) self = g_object_new (YY_TYPE_PROFILE, NULL);

  return load (self, key_file, error) ? g_steal_pointer (&self) : NULL;
}

const char *
yy_profile_get_name (YyProfile *self)
{
  return self->name;
}

const char *
yy_profile_get_product (YyProfile *self)
{
  return self->product;
}

const char *
yy_profile_get_hotline (YyProfile *self)
{
  return self->hotline;
}

const char *
yy_profile_get_language (YyProfile *self)
{
  return self->language;
}

const YyPinPolicy *
yy_profile_get_pin_policy (YyProfile *self)
{
  return &self->pin_policy;
}

GKeyFile *
yy_profile_get_key_file (YyProfile *self)
{
  return self->key_file;
}
