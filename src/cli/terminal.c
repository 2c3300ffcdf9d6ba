/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "base/yy-error.h"

static int
open_terminal (GError **error)
{
  int fd = g_open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY, 0);

  if (fd < 0 && isatty (STDIN_FILENO))
    fd = fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  if (fd < 0)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE,
                         _ ("There is no terminal to ask for a PIN or code; give it through a "
                            "descriptor (see --help)"));
  return fd;
}

/* Ctrl+Z and Ctrl+\ would leave a terminal behind that shows nothing of what is typed. */
static void
hide_input (int fd, const struct termios *before)
{
  struct termios hidden = *before;

  hidden.c_lflag &= ~(tcflag_t) ECHO;
  hidden.c_lflag |= ECHONL | ICANON | ISIG;
  hidden.c_cc[VSUSP] = _POSIX_VDISABLE;
  hidden.c_cc[VQUIT] = _POSIX_VDISABLE;
  (void) tcsetattr (fd, TCSAFLUSH, &hidden);
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  return G_SOURCE_REMOVE;
}

gboolean
terminal_wait_readable (int fd, GCancellable *cancellable, GError **error)
{
  gboolean readable = FALSE;
  GSource *cancelled = g_cancellable_source_new (cancellable);
  guint watch = g_unix_fd_add (fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, &readable);

  g_source_set_callback (cancelled, G_SOURCE_FUNC (on_cancelled), NULL, NULL);
  g_source_attach (cancelled, NULL);
  while (!readable && !g_cancellable_is_cancelled (cancellable))
    g_main_context_iteration (NULL, TRUE);
  if (!readable)
    g_source_remove (watch);
  g_source_destroy (cancelled);
  g_source_unref (cancelled);
  return readable || !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* The terminal hands over a line at once, or, at the end of input, nothing. */
static gboolean
read_line (int fd, YySecret *secret, GCancellable *cancellable, GError **error)
{
  while (terminal_wait_readable (fd, cancellable, error))
    {
      gsize room = 0;
      char *tail = yy_secret_get_tail (secret, &room);
      ssize_t got = room == 0 ? 0 : read (fd, tail, room);
      gsize length = 0;

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Nothing was typed"));
          return FALSE;
        }
      yy_secret_extend (secret, (gsize) got);
      length = yy_secret_length (secret);
      if (yy_secret_bytes (secret)[length - 1] != '\n')
        continue;
      yy_secret_truncate (secret, length - 1);
      return TRUE;
    }
  return FALSE;
}

YySecret *
terminal_read_secret (const char *prompt, GCancellable *cancellable, GError **error)
{
  g_autoptr (YySecret) secret = yy_secret_new ("", 0);
  struct termios before = { 0 };
  int fd = open_terminal (error);
  gboolean good = FALSE;

  if (fd < 0)
    return NULL;
  if (tcgetattr (fd, &before) == 0 && write (fd, prompt, strlen (prompt)) >= 0)
    {
      hide_input (fd, &before);
      good = read_line (fd, secret, cancellable, error);
      (void) tcsetattr (fd, TCSAFLUSH, &before);
      /* What follows must not stand behind the prompt; an Enter has moved on by itself. */
      if (!good && write (fd, "\n", 1) < 0)
        g_debug ("The terminal does not take a line feed");
    }
  else
    g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("The terminal cannot be used"));
  close (fd);
  return good ? g_steal_pointer (&secret) : NULL;
}
