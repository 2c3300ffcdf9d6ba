/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/file-cache.h"

#include "agent/card-sc-hsm.h"

#include <string.h>

#include <glib/gstdio.h>

/* First byte of a file identifier, see card-sc-hsm.c. */
#define CERTIFICATE            0xCE
#define CA                     0xCA

#define DEVICE_KEY_DESCRIPTION 0xC400

/* NULL as long as nothing is cached. */
static char *cache_folder;

void
yy_file_cache_enable (const char *folder)
{
  g_free (cache_folder);
  cache_folder = g_build_filename (folder, "opensc", NULL);
  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
}

int
yy_file_cache_parse_name (const char *name, const char *serial)
{
  gsize length = strlen (serial);
  const char *fid = strrchr (name, '_');
  char *end = NULL;
  guint64 value = 0;

  if (length == 0 || strncmp (name, serial, length) != 0 || name[length] != '_' || fid == NULL ||
      strlen (fid) != 5 || !g_ascii_isxdigit (fid[1]))
    return -1;
  value = g_ascii_strtoull (fid + 1, &end, 16);
  return *end == '\0' ? (int) value : -1;
}

typedef gboolean (*Visit) (const char *path, guint16 fid, gpointer user_data);

/* Visits what is kept of a token until a visit returns FALSE. */
static gboolean
each_file (const char *serial, Visit visit, gpointer user_data)
{
  g_autoptr (GDir) folder = cache_folder == NULL ? NULL : g_dir_open (cache_folder, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      int fid = yy_file_cache_parse_name (name, serial);
      g_autofree char *path = g_build_filename (cache_folder, name, NULL);

      if (fid >= 0 && !visit (path, (guint16) fid, user_data))
        return FALSE;
    }
  return TRUE;
}

static gboolean
delete_file (const char *path, guint16 fid, gpointer user_data)
{
  (void) g_unlink (path);
  return TRUE;
}

void
yy_file_cache_forget (const char *serial)
{
  each_file (serial, delete_file, NULL);
}

typedef struct
{
  YyCard *card;
  GPtrArray *certificates;
} Comparison;

/*
 * What was not there is kept as an empty file, and what a power failure spoilt is not whole. Only
 * the device's own key never has a description.
 */
static gboolean
is_file_true (const char *path, guint16 fid, gpointer user_data)
{
  Comparison *self = user_data;
  guint8 prefix = (guint8) (fid >> 8);
  g_autofree char *kept = NULL;
  gsize length = 0;
  g_autoptr (GBytes) content = NULL;

  if (!g_file_get_contents (path, &kept, &length, NULL))
    return FALSE;
  if (fid == DEVICE_KEY_DESCRIPTION)
    return length == 0;
  if (!yy_sc_hsm_is_whole (kept, length))
    return FALSE;
  if (prefix != CERTIFICATE && prefix != CA)
    return TRUE;
  content = yy_sc_hsm_read_file (self->card, fid, length + 1, NULL);
  if (content == NULL || g_bytes_get_size (content) != length ||
      memcmp (g_bytes_get_data (content, NULL), kept, length) != 0)
    return FALSE;
  if (prefix == CERTIFICATE)
    g_ptr_array_add (self->certificates, g_steal_pointer (&content));
  return TRUE;
}

gboolean
yy_file_cache_check (YyCard *card, const char *serial, GPtrArray *certificates)
{
  Comparison comparison = { card, certificates };

  return each_file (serial, is_file_true, &comparison);
}
