/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

static gboolean
has_suffix (const char *path, const char *suffix)
{
  gsize length = strlen (path);
  gsize suffix_length = strlen (suffix);

  return length >= suffix_length && g_ascii_strcasecmp (path + length - suffix_length, suffix) == 0;
}

static gboolean
set_errno (const char *path, int code, GError **error)
{
  if (code == EEXIST)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                 _ ("%s exists already; add --force to replace it"), path);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), _ ("%s cannot be written: %s"),
                 path, g_strerror (code));
  return FALSE;
}

/* Not every file system can rename without replacing; on those the file is looked for first. */
static int
rename_new (const char *from, const char *to)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return errno;
  if (g_access (to, F_OK) == 0)
    return EEXIST;
  return g_rename (from, to) == 0 ? 0 : errno;
}

static gboolean
write_all (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      ssize_t done = write (fd, data, length);

      if (done < 0 && errno == EINTR)
        continue;
      if (done < 0)
        return FALSE;
      data += done;
      length -= (gsize) done;
    }
  return TRUE;
}

gboolean
export_file (const char *path, GBytes *contents, gboolean replace, GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0644);
  gsize length = 0;
  const char *data = g_bytes_get_data (contents, &length);
  int problem = 0;

  if (fd < 0)
    return set_errno (path, errno, error);
  if (!write_all (fd, data, length) || fsync (fd) != 0)
    problem = errno;
  if (close (fd) != 0 && problem == 0)
    problem = errno;
  if (problem == 0 && !replace)
    problem = rename_new (temporary, path);
  else if (problem == 0 && g_rename (temporary, path) != 0)
    problem = errno;
  if (problem == 0)
    return TRUE;
  g_unlink (temporary);
  return set_errno (path, problem, error);
}

gboolean
export_certificate (YyCertificate *certificate, const char *path, gboolean replace, GError **error)
{
  char *pem = NULL;
  g_autoptr (GBytes) contents = NULL;

  if (has_suffix (path, ".cer") || has_suffix (path, ".der"))
    return export_file (path, yy_certificate_get_der (certificate), replace, error);
  pem = yy_certificate_to_pem (certificate);
  if (strcmp (path, "-") == 0)
    {
      g_print ("%s", pem);
      g_free (pem);
      return TRUE;
    }
  contents = g_bytes_new_take (pem, strlen (pem));
  return export_file (path, contents, replace, error);
}
