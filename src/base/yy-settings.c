/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yy-settings.h"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/yy-process.h"

struct _YySettings
{
  GObject parent_instance;

  char *service_url;
  char *ca_file;
  char *office_key_file;
  char *profile;
  char *language;
  char *agent;
  char **module_paths;
  guint service_timeout;
  guint call_timeout;
  guint key_timeout;
  gboolean use_p11_kit;
};

G_DEFINE_FINAL_TYPE (YySettings, yy_settings, G_TYPE_OBJECT)

static void
yy_settings_finalize (GObject *object)
{
  YySettings *self = YY_SETTINGS (object);

  g_free (self->service_url);
  g_free (self->ca_file);
  g_free (self->office_key_file);
  g_free (self->profile);
  g_free (self->language);
  g_free (self->agent);
  g_strfreev (self->module_paths);
  G_OBJECT_CLASS (yy_settings_parent_class)->finalize (object);
}

static void
yy_settings_class_init (YySettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_settings_finalize;
}

static void
yy_settings_init (YySettings *self)
{
  self->profile = yy_process_find_data ("profiles/demo.ini");
  self->agent = yy_process_find_helper ("yinyao-token-agent", "src/agent");
  self->module_paths = g_new0 (char *, 1);
  self->service_timeout = 30;
  self->call_timeout = 30;
  self->key_timeout = 180;
  self->use_p11_kit = TRUE;
}

static void
take_string (char **field, char *value)
{
  if (value == NULL)
    return;
  g_free (*field);
  *field = *value == '\0' ? (g_free (value), NULL) : value;
}

static gboolean
read_seconds (GKeyFile *file, const char *group, const char *key, guint *seconds, GError **error)
{
  g_autoptr (GError) local = NULL;
  gint value = 0;

  if (!g_key_file_has_key (file, group, key, NULL))
    return TRUE;
  value = g_key_file_get_integer (file, group, key, &local);
  if (local != NULL || value < 1 || value > 3600)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                   _ ("“%s” in [%s] must be a number of seconds from 1 to 3600"), key, group);
      return FALSE;
    }
  *seconds = (guint) value;
  return TRUE;
}

static void
read_agent (YySettings *self, GKeyFile *file)
{
  g_autofree char *agent = g_key_file_get_string (file, "modules", "agent", NULL);

  if (agent == NULL || *agent == '\0')
    return;
  g_free (self->agent);
  self->agent = g_steal_pointer (&agent);
}

static gboolean
read_modules (YySettings *self, GKeyFile *file, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (g_key_file_has_key (file, "modules", "p11-kit", NULL))
    {
      self->use_p11_kit = g_key_file_get_boolean (file, "modules", "p11-kit", &local);
      if (local != NULL)
        {
          g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                               _ ("“p11-kit” in [modules] must be true or false"));
          return FALSE;
        }
    }
  if (g_key_file_has_key (file, "modules", "paths", NULL))
    {
      g_strfreev (self->module_paths);
      self->module_paths = g_key_file_get_string_list (file, "modules", "paths", NULL, NULL);
      if (self->module_paths == NULL)
        self->module_paths = g_new0 (char *, 1);
    }
  read_agent (self, file);
  return read_seconds (file, "modules", "call-timeout", &self->call_timeout, error) &&
         read_seconds (file, "modules", "key-timeout", &self->key_timeout, error);
}

static gboolean
read_service (YySettings *self, GKeyFile *file, GError **error)
{
  take_string (&self->service_url, g_key_file_get_string (file, "service", "url", NULL));
  take_string (&self->ca_file, g_key_file_get_string (file, "service", "ca-file", NULL));
  take_string (&self->office_key_file,
               g_key_file_get_string (file, "service", "office-key-file", NULL));
  take_string (&self->language, g_key_file_get_string (file, "interface", "language", NULL));
  if (g_key_file_has_key (file, "service", "profile", NULL))
    {
      g_free (self->profile);
      self->profile = g_key_file_get_string (file, "service", "profile", NULL);
    }
  while (self->service_url != NULL && g_str_has_suffix (self->service_url, "/"))
    self->service_url[strlen (self->service_url) - 1] = '\0';
  if (self->service_url != NULL && !g_str_has_prefix (self->service_url, "https://"))
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                           _ ("“url” in [service] must start with https://"));
      return FALSE;
    }
  return read_seconds (file, "service", "timeout", &self->service_timeout, error);
}

static gboolean
read_file (YySettings *self, const char *path, gboolean required, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &local))
    {
      if (!required && g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                   _ ("The settings cannot be read: %s: %s"), path, local->message);
      return FALSE;
    }
  if (!read_service (self, file, error) || !read_modules (self, file, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  return TRUE;
}

YySettings *
yy_settings_load (GError **error)
{
  g_autoptr (YySettings) self = g_object_new (YY_TYPE_SETTINGS, NULL);
  const char *only = g_getenv ("YINYAO_CONFIG");
  g_autofree char *site = g_build_filename (SYSCONFDIR, "yinyao", "yinyao.conf", NULL);
  g_autofree char *own = g_build_filename (g_get_user_config_dir (), "yinyao", "yinyao.conf", NULL);

  if (only != NULL)
    return read_file (self, only, TRUE, error) ? g_steal_pointer (&self) : NULL;
  if (!read_file (self, site, FALSE, error) || !read_file (self, own, FALSE, error))
    return NULL;
  return g_steal_pointer (&self);
}

const char *
yy_settings_get_service_url (YySettings *self)
{
  return self->service_url;
}

const char *
yy_settings_get_ca_file (YySettings *self)
{
  return self->ca_file;
}

const char *
yy_settings_get_office_key_file (YySettings *self)
{
  return self->office_key_file;
}

const char *
yy_settings_get_language (YySettings *self)
{
  return self->language;
}

const char *
yy_settings_get_profile (YySettings *self)
{
  return self->profile;
}

guint
yy_settings_get_service_timeout (YySettings *self)
{
  return self->service_timeout;
}

gboolean
yy_settings_get_use_p11_kit (YySettings *self)
{
  return self->use_p11_kit;
}

const char *const *
yy_settings_get_module_paths (YySettings *self)
{
  return (const char *const *) self->module_paths;
}

const char *
yy_settings_get_agent (YySettings *self)
{
  return self->agent;
}

guint
yy_settings_get_call_timeout (YySettings *self)
{
  return self->call_timeout;
}

guint
yy_settings_get_key_timeout (YySettings *self)
{
  return self->key_timeout;
}
