/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-site.h"

#include "ra/ra-files.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <openssl/crypto.h>

#define HEX             "0123456789abcdef"
#define REFRESH_SECONDS (60 * 24 * 60 * 60)

/* The address goes into certificates: nothing but scheme, host and port. */
static gboolean
parse_url (const char *url, char **base, char **host, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *path = uri == NULL ? NULL : g_uri_get_path (uri);
  gboolean good = uri != NULL && g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 &&
                  g_uri_get_host (uri) != NULL && g_uri_get_query (uri) == NULL &&
                  g_uri_get_fragment (uri) == NULL && g_uri_get_userinfo (uri) == NULL &&
                  (*path == '\0' || g_str_equal (path, "/"));

  for (const char *c = good ? g_uri_get_host (uri) : ""; *c != '\0'; c++)
    good = good && (g_ascii_isalnum (*c) || *c == '-' || *c == '.' || *c == ':');
  if (!good || *g_uri_get_host (uri) == '\0')
    {
      g_set_error (error, YY_ERROR, YY_ERROR_USAGE,
                   _ ("“%s” is not an address such as https://ca.example:8443"), url);
      return FALSE;
    }
  *host = g_strdup (g_uri_get_host (uri));
  *base = g_uri_join (G_URI_FLAGS_NONE, "https", NULL, *host, g_uri_get_port (uri), "", NULL, NULL);
  return TRUE;
}

static YyProfile *
load_profile (GBytes *bytes, GError **error)
{
  return bytes == NULL ? NULL : yy_profile_new (bytes, error);
}

static gboolean
write_configuration (const RaSitePlan *plan, const char *folder, const char *url, GError **error)
{
  g_autoptr (GBytes) profile = ra_files_read ("/", plan->profile, error);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  gsize length = 0;

  if (profile == NULL)
    return FALSE;
  g_key_file_set_string (file, "service", "url", url);
  if (plan->validity_days >= 0)
    g_key_file_set_integer (file, "issuing", "validity-days", plan->validity_days);
  text = g_key_file_to_data (file, &length, NULL);
  return ra_files_write (folder, "profile.ini", g_bytes_get_data (profile, NULL),
                         g_bytes_get_size (profile), error) &&
         ra_files_write (folder, "service.conf", text, length, error);
}

static gboolean
write_master_key (const char *folder, GError **error)
{
  g_autoptr (YySecret) key = yy_secret_new_random (2 * RA_MASTER_KEY_SIZE, HEX);

  return ra_files_write (folder, "master.key", yy_secret_bytes (key), yy_secret_length (key),
                         error);
}

static gboolean
create_store (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "yinyao.db", NULL);
  g_autoptr (RaStore) store = ra_store_create (path, error);

  return store != NULL;
}

static gboolean
create_first_account (const char *folder, const char *url, GError **error)
{
  g_autoptr (RaSite) site = ra_site_open (folder, error);

  if (site == NULL || !ra_store_begin (site->store, error))
    return FALSE;
  if (ra_store_audit (site->store, "local", "service.init", url, NULL, error) &&
      ra_site_add_account (site, "local", "office", "office.key", error))
    return ra_store_commit (site->store, error);
  ra_store_rollback (site->store);
  return FALSE;
}

static gboolean
fill (const RaSitePlan *plan, const char *folder, GError **error)
{
  g_autofree char *url = NULL;
  g_autofree char *host = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (YyProfile) profile = NULL;
  g_autoptr (RaAuthority) authority = NULL;

  if (!parse_url (plan->url, &url, &host, error) || !write_configuration (plan, folder, url, error))
    return FALSE;
  bytes = ra_files_read (folder, "profile.ini", error);
  profile = load_profile (bytes, error);
  if (profile == NULL || !write_master_key (folder, error) ||
      !ra_authority_create (folder, profile, error))
    return FALSE;
  authority = ra_authority_load (folder, url, error);
  return authority != NULL && ra_authority_make_server (authority, folder, host, error) &&
         create_store (folder, error) && create_first_account (folder, url, error);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      unlink (path);
    }
  rmdir (folder);
}

/* rename(2) takes the place of an empty directory and fails for one with something in it. */
static gboolean
move_into_place (const char *folder, const char *directory, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (directory);
  int saved = 0;

  if (!ra_files_sync_folder (folder, error))
    return FALSE;
  if (rename (folder, directory) == 0)
    return ra_files_sync_folder (parent, error);
  saved = errno;
  if (saved == ENOTEMPTY || saved == EEXIST)
    g_set_error (error, YY_ERROR, YY_ERROR_REFUSED,
                 _ ("%s is not empty; nothing there was touched"), directory);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), _ ("%s cannot be made: %s"),
                 directory, g_strerror (saved));
  return FALSE;
}

gboolean
ra_site_create (const RaSitePlan *plan, GError **error)
{
  g_autofree char *directory = g_canonicalize_filename (plan->directory, NULL);
  g_autofree char *profile = g_canonicalize_filename (plan->profile, NULL);
  g_autofree char *folder = g_strconcat (directory, ".XXXXXX", NULL);
  RaSitePlan absolute = *plan;
  int saved = 0;

  absolute.profile = profile;
  if (g_mkdtemp_full (folder, 0700) == NULL)
    {
      saved = errno;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), _ ("%s cannot be made: %s"),
                   directory, g_strerror (saved));
      return FALSE;
    }
  if (fill (&absolute, folder, error) && move_into_place (folder, directory, error))
    return TRUE;
  remove_folder (folder);
  return FALSE;
}

static gboolean
read_configuration (RaSite *site, GError **error)
{
  g_autofree char *path = g_build_filename (site->directory, "service.conf", NULL);
  g_autofree char *url = NULL;
  g_autofree char *host = NULL;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GBytes) bytes = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, _ ("There is no usable CA in %s: "), site->directory);
      return FALSE;
    }
  url = g_key_file_get_string (file, "service", "url", error);
  if (url == NULL || !parse_url (url, &site->url, &host, error))
    return FALSE;
  bytes = ra_files_read (site->directory, "profile.ini", error);
  site->profile = load_profile (bytes, error);
  if (site->profile == NULL)
    return FALSE;
  site->rules = ra_rules_new (site->profile, error);
  if (site->rules == NULL)
    return FALSE;
  if (g_key_file_has_key (file, "issuing", "validity-days", NULL))
    site->rules->validity_days =
        (guint) CLAMP (g_key_file_get_integer (file, "issuing", "validity-days", NULL), 0, 36500);
  return TRUE;
}

static RaVault *
open_vault (const char *directory, GError **error)
{
  g_autoptr (YySecret) text = ra_files_read_secret (directory, "master.key", error);
  g_autoptr (YySecret) key = NULL;
  guint8 bytes[RA_MASTER_KEY_SIZE];
  gboolean good = text != NULL && yy_secret_length (text) == 2 * RA_MASTER_KEY_SIZE;

  if (text == NULL)
    return NULL;
  for (guint i = 0; good && i < sizeof bytes; i++)
    {
      int high = g_ascii_xdigit_value (yy_secret_bytes (text)[2 * i]);
      int low = g_ascii_xdigit_value (yy_secret_bytes (text)[2 * i + 1]);

      good = high >= 0 && low >= 0;
      bytes[i] = (guint8) (high << 4 | low);
    }
  key = yy_secret_new (bytes, good ? sizeof bytes : 0);
  OPENSSL_cleanse (bytes, sizeof bytes);
  return ra_vault_new (key, error);
}

RaSite *
ra_site_open (const char *directory, GError **error)
{
  g_autoptr (RaSite) site = g_new0 (RaSite, 1);
  g_autofree char *database = g_build_filename (directory, "yinyao.db", NULL);

  site->directory = g_canonicalize_filename (directory, NULL);
  if (!read_configuration (site, error))
    return NULL;
  site->vault = open_vault (directory, error);
  site->authority = site->vault == NULL ? NULL : ra_authority_load (directory, site->url, error);
  site->store = site->authority == NULL ? NULL : ra_store_open (database, error);
  return site->store == NULL ? NULL : g_steal_pointer (&site);
}

void
ra_site_free (RaSite *site)
{
  g_clear_pointer (&site->store, ra_store_free);
  g_clear_pointer (&site->authority, ra_authority_free);
  g_clear_pointer (&site->vault, ra_vault_free);
  g_clear_pointer (&site->rules, ra_rules_free);
  g_clear_object (&site->profile);
  g_free (site->url);
  g_free (site->directory);
  g_free (site);
}

gboolean
ra_site_add_account (RaSite *site,
                     const char *who,
                     const char *name,
                     const char *file,
                     GError **error)
{
  g_autoptr (YySecret) key = yy_secret_new_random (64, HEX);
  g_autoptr (GBytes) hash = ra_vault_hash (site->vault, "account", "", key);

  return ra_store_add_account (site->store, name, hash, error) &&
         ra_store_audit (site->store, who, "account.add", name, NULL, error) &&
         ra_files_write (site->directory, file, yy_secret_bytes (key), yy_secret_length (key),
                         error);
}

gboolean
ra_site_refresh_server (RaSite *site, GError **error)
{
  g_autoptr (X509) present = ra_files_read_x509 (site->directory, "server.pem", error);
  g_autoptr (GUri) uri = NULL;
  time_t soon = time (NULL) + REFRESH_SECONDS;

  if (present == NULL)
    return FALSE;
  if (X509_cmp_time (X509_get0_notAfter (present), &soon) > 0)
    return TRUE;
  uri = g_uri_parse (site->url, G_URI_FLAGS_NONE, error);
  return uri != NULL &&
         ra_authority_make_server (site->authority, site->directory, g_uri_get_host (uri), error);
}
