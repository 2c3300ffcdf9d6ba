/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-document-files.h"

#include "ra/ra-files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <glib/gi18n.h>

#define UPLOADS       "uploads"
#define DOCUMENTS     "documents"
#define SHA256_LENGTH 64
/* A copy of the database may be put back that still refers to them. */
#define KEPT_SECONDS (24 * 60 * 60)

gboolean
ra_document_files_is_sha256 (const char *text)
{
  return strlen (text) == SHA256_LENGTH &&
         strspn (text, "0123456789abcdef") == (gsize) SHA256_LENGTH;
}

/* Number and name are the service's own words, and the sum was looked at. */
static char *
upload_name (const RaUpload *upload)
{
  return g_strdup_printf ("%s-%s-%s", upload->order, upload->name, upload->sha256);
}

static char *
upload_path (const char *directory, const RaUpload *upload)
{
  g_autofree char *name = upload_name (upload);

  return g_build_filename (directory, UPLOADS, name, NULL);
}

static char *
document_folder (const char *directory, const char *sha256)
{
  const char prefix[] = { sha256[0], sha256[1], '\0' };

  return g_build_filename (directory, DOCUMENTS, prefix, NULL);
}

static gboolean
fail (GError **error, const char *path)
{
  int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
               g_strerror (saved));
  return FALSE;
}

/* Makes a folder when it is not there; its parent knows of it on the disk, too. */
static gboolean
make_folder (const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);

  if (mkdir (path, 0700) == 0)
    return ra_files_sync_folder (parent, error);
  return errno == EEXIST || fail (error, path);
}

/* When this kernel began, in seconds since 1970. */
static gint64
boot_time (void)
{
  struct timespec up = { 0 };

  clock_gettime (CLOCK_BOOTTIME, &up);
  return g_get_real_time () / G_USEC_PER_SEC - up.tv_sec;
}

gint64
ra_document_files_received (const char *directory, const RaUpload *upload)
{
  g_autofree char *path = upload_path (directory, upload);
  struct stat status = { 0 };

  if (lstat (path, &status) != 0 || (gint64) status.st_mtime < boot_time ())
    return 0;
  return MIN ((gint64) status.st_size, upload->received);
}

static gboolean
write_all (int fd, gint64 offset, GBytes *piece)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (piece, &size);
  gsize done = 0;

  while (done < size)
    {
      ssize_t count = pwrite (fd, data + done, size - done, offset + (off_t) done);

      if (count < 0 && errno != EINTR)
        return FALSE;
      done += count < 0 ? 0 : (gsize) count;
    }
  return ftruncate (fd, offset + (off_t) size) == 0;
}

gboolean
ra_document_files_append (const char *directory,
                          const RaUpload *upload,
                          gint64 offset,
                          GBytes *piece,
                          GError **error)
{
  g_autofree char *folder = g_build_filename (directory, UPLOADS, NULL);
  g_autofree char *path = upload_path (directory, upload);
  int fd = -1;
  gboolean written = FALSE;

  if (!make_folder (folder, error))
    return FALSE;
  fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  written = fd >= 0 && write_all (fd, offset, piece);
  if (!written)
    fail (error, path);
  if (fd >= 0 && !written && ftruncate (fd, offset) != 0)
    g_warning ("%s: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return written;
}

GBytes *
ra_document_files_load (const char *directory, const RaUpload *upload, GError **error)
{
  g_autofree char *folder = g_build_filename (directory, UPLOADS, NULL);
  g_autofree char *name = upload_name (upload);

  return ra_files_read (folder, name, error);
}

gboolean
ra_document_files_save (const char *directory, const char *sha256, GBytes *contents, GError **error)
{
  g_autofree char *top = g_build_filename (directory, DOCUMENTS, NULL);
  g_autofree char *folder = document_folder (directory, sha256);

  return make_folder (top, error) && make_folder (folder, error) &&
         ra_files_write (folder, sha256, g_bytes_get_data (contents, NULL),
                         g_bytes_get_size (contents), error) &&
         ra_files_sync_folder (folder, error);
}

GBytes *
ra_document_files_read (const char *directory, const char *sha256, GError **error)
{
  g_autofree char *folder = document_folder (directory, sha256);
  g_autoptr (GBytes) contents = ra_files_read (folder, sha256, error);
  g_autofree char *sum =
      contents == NULL ? NULL : g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, contents);

  if (contents == NULL)
    return NULL;
  if (g_str_equal (sum, sha256))
    return g_steal_pointer (&contents);
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
               _ ("The document %s was changed on the disk"), sha256);
  return NULL;
}

/* Removes the files of a folder that are not in @kept and not younger than @seconds. */
static void
clean_folder (const char *folder, GHashTable *kept, gint64 seconds)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat status = { 0 };

      if (g_hash_table_contains (kept, name) || lstat (path, &status) != 0 ||
          !S_ISREG (status.st_mode) || (gint64) status.st_mtime > now - seconds)
        continue;
      if (unlink (path) != 0)
        g_warning ("%s: %s", path, g_strerror (errno));
    }
}

void
ra_document_files_clean (const char *directory, GPtrArray *uploads, GHashTable *contents)
{
  g_autofree char *folder = g_build_filename (directory, UPLOADS, NULL);
  g_autofree char *top = g_build_filename (directory, DOCUMENTS, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GDir) dir = g_dir_open (top, 0, NULL);
  const char *name = NULL;

  for (guint i = 0; i < uploads->len; i++)
    g_hash_table_add (names, upload_name (uploads->pdata[i]));
  clean_folder (folder, names, 0);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *one = g_build_filename (top, name, NULL);

      clean_folder (one, contents, KEPT_SECONDS);
    }
}
