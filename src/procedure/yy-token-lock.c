/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-token-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

/* A digest, since a serial number may hold anything. */
static char *
lock_path (const char *serial)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, serial, -1);

  return g_build_filename (g_get_user_state_dir (), "yinyao", "locks", digest, NULL);
}

int
yy_token_lock_take (const char *serial, GError **error)
{
  g_autofree char *path = lock_path (serial);
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = -1;

  if (g_mkdir_with_parents (folder, 0700) == 0)
    fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  if (errno == EWOULDBLOCK)
    g_set_error (error, YY_ERROR, YY_ERROR_FAILED,
                 _ ("Another window or program is setting the PIN of the token %s"), serial);
  close (fd);
  return -1;
}

void
yy_token_lock_release (int fd)
{
  if (fd >= 0)
    close (fd);
}
