/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <openssl/pem.h>

#define MAX_SIZE (1024 * 1024)

static gboolean
fail (GError **error, const char *path)
{
  int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
               g_strerror (saved));
  return FALSE;
}

gboolean
ra_files_write (const char *folder,
                const char *name,
                const void *data,
                gsize length,
                GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_set_contents_full (path, data, (gssize) length,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

GBytes *
ra_files_read (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *data = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &data, &length, error))
    return NULL;
  if (length <= MAX_SIZE)
    return g_bytes_new_take (data, length);
  g_free (data);
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA, _ ("%s is too large"), path);
  return NULL;
}

YySecret *
ra_files_read_secret (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  YySecret *secret = NULL;

  if (fd < 0)
    {
      fail (error, path);
      return NULL;
    }
  secret = yy_secret_new_from_fd (fd, error);
  close (fd);
  return secret;
}

/* Keys are written by way of secure memory only, so that no copy stays behind. */
gboolean
ra_files_write_key (const char *folder, const char *name, EVP_PKEY *key, GError **error)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_secmem ());
  char *data = NULL;
  long length = 0;

  if (PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL) != 1)
    return yy_set_openssl_error (error, YY_ERROR_FAILED, _ ("A key cannot be written"));
  length = BIO_get_mem_data (bio, &data);
  return ra_files_write (folder, name, data, (gsize) length, error);
}

EVP_PKEY *
ra_files_read_key (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (BIO) bio = BIO_new_file (path, "r");
  EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);

  if (key == NULL)
    yy_set_openssl_error (error, YY_ERROR_INVALID_DATA, path);
  return key;
}

gboolean
ra_files_write_x509 (const char *folder, const char *name, X509 *x509, GError **error)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  char *data = NULL;
  long length = 0;

  if (PEM_write_bio_X509 (bio, x509) != 1)
    return yy_set_openssl_error (error, YY_ERROR_FAILED, _ ("A certificate cannot be written"));
  length = BIO_get_mem_data (bio, &data);
  return ra_files_write (folder, name, data, (gsize) length, error);
}

X509 *
ra_files_read_x509 (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (BIO) bio = BIO_new_file (path, "r");
  X509 *x509 = bio == NULL ? NULL : PEM_read_bio_X509 (bio, NULL, NULL, NULL);

  if (x509 == NULL)
    yy_set_openssl_error (error, YY_ERROR_INVALID_DATA, path);
  return x509;
}

gboolean
ra_files_sync_folder (const char *folder, GError **error)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean synced = fd >= 0 && fsync (fd) == 0;

  if (!synced)
    fail (error, folder);
  if (fd >= 0)
    close (fd);
  return synced;
}
