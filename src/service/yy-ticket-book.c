/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-ticket-book.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "service/yy-call.h"
#include "service/yy-reply-json.h"
#include "service/yy-ticket-reply.h"
#include "service/yy-wiped-buffer.h"

#define MAX_SIZE 4096

static char *
folder_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "yinyao", "tickets", NULL);
}

gboolean
yy_ticket_book_is_empty (void)
{
  g_autofree char *path = folder_path ();
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);

  return folder == NULL || g_dir_read_name (folder) == NULL;
}

/* The first lines of a ticket's file: whose it is. A digest of them is its name, since a serial
 * number may hold anything. */
static char *
dup_head (YyService *service, const char *token)
{
  g_autofree char *host = g_uri_escape_string (yy_http_get_host (service->http), NULL, FALSE);
  g_autofree char *serial = g_uri_escape_string (token, NULL, FALSE);

  return g_strdup_printf ("service=%s\ntoken=%s\n", host, serial);
}

static char *
dup_path (const char *head)
{
  g_autofree char *folder = folder_path ();
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, head, -1);

  return g_build_filename (folder, digest, NULL);
}

/* A file that somebody else owns or can read is not one of ours. */
static gboolean
is_ours (int fd)
{
  struct stat status = { 0 };

  return fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_uid == geteuid () &&
         (status.st_mode & 077) == 0 && status.st_size <= MAX_SIZE;
}

/* NULL when it is not there, or is not what it must be. */
static YyWipedBuffer *
read_file (const char *path)
{
  g_autoptr (YyWipedBuffer) buffer = yy_wiped_buffer_new ();
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
  ssize_t got = 0;

  if (fd < 0)
    return NULL;
  if (is_ours (fd))
    got = read (fd, yy_wiped_buffer_make_room (buffer, MAX_SIZE + 1), MAX_SIZE);
  close (fd);
  if (got <= 0)
    return NULL;
  buffer->length = (gsize) got;
  buffer->data[got] = '\0';
  return strlen (buffer->data) == (gsize) got ? g_steal_pointer (&buffer) : NULL;
}

/* Cuts "NAME=VALUE\n" off at @at and returns the value. */
static char *
take_line (char **at, const char *name)
{
  gsize length = strlen (name);
  char *value = *at + length + 1;
  char *end = NULL;

  if (strncmp (*at, name, length) != 0 || (*at)[length] != '=' ||
      (end = strchr (value, '\n')) == NULL)
    return NULL;
  *end = '\0';
  *at = end + 1;
  return value;
}

static YyTicket *
read_ticket (YyWipedBuffer *buffer, const char *head, const char *token)
{
  char *at = buffer->data + strlen (head);
  const char *number = NULL;
  const char *key = NULL;
  YyTicket *ticket = NULL;

  if (!g_str_has_prefix (buffer->data, head))
    return NULL;
  number = take_line (&at, "number");
  key = number == NULL ? NULL : take_line (&at, "key");
  if (!yy_json_is_token (number, 128) || !yy_json_is_token (key, 256) || *at != '\0')
    return NULL;
  ticket = yy_ticket_new ();
  ticket->number = g_strdup (number);
  ticket->token = g_strdup (token);
  ticket->key = yy_secret_new (key, strlen (key));
  return ticket;
}

YyTicket *
yy_ticket_book_find (YyService *service, const char *token)
{
  g_autofree char *head = dup_head (service, token);
  g_autofree char *path = dup_path (head);
  g_autoptr (YyWipedBuffer) buffer = read_file (path);

  return buffer == NULL ? NULL : read_ticket (buffer, head, token);
}

static void
append_text (YyWipedBuffer *buffer, const char *text)
{
  yy_wiped_buffer_append (buffer, text, strlen (text));
}

static gboolean
set_failed (const char *path, const char *reason, GError **error)
{
  g_set_error (error, YY_ERROR, YY_ERROR_FAILED,
               _ ("What is needed to go on with the order cannot be kept: %s: %s"), path, reason);
  return FALSE;
}

/* As a whole or not at all, for who reads it. It is not waited for the disk, which may take longer
 * than a window can stand still: what a power cut takes is typed again. */
static gboolean
replace_file (const char *path, const YyWipedBuffer *buffer)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0600);
  gboolean written =
      fd >= 0 && write (fd, buffer->data, buffer->length) == (ssize_t) buffer->length;

  if (fd >= 0)
    close (fd);
  if (written && g_rename (temporary, path) == 0)
    return TRUE;
  if (fd >= 0)
    (void) g_unlink (temporary);
  return FALSE;
}

gboolean
yy_ticket_book_keep (YyService *service, YyTicket *ticket, GError **error)
{
  g_autofree char *folder = folder_path ();
  g_autofree char *head = dup_head (service, ticket->token);
  g_autofree char *path = dup_path (head);
  g_autoptr (YyWipedBuffer) buffer = yy_wiped_buffer_new ();

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return set_failed (folder, g_strerror (errno), error);
  append_text (buffer, head);
  append_text (buffer, "number=");
  append_text (buffer, ticket->number);
  append_text (buffer, "\nkey=");
  yy_wiped_buffer_append (buffer, yy_secret_bytes (ticket->key), yy_secret_length (ticket->key));
  append_text (buffer, "\n");
  if (replace_file (path, buffer))
    return TRUE;
  return set_failed (path, g_strerror (errno), error);
}

void
yy_ticket_book_drop (YyService *service, const char *token)
{
  g_autofree char *head = dup_head (service, token);
  g_autofree char *path = dup_path (head);

  (void) g_unlink (path);
}
