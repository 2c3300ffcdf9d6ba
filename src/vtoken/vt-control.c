/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>

#define MAX_LINE    256
#define NOT_WAITING -1

struct _VtControl
{
  VtDevice *device;
  char *path;
  int fd;
  guint watch;
  GPtrArray *clients;
};

typedef struct
{
  VtControl *control;
  int fd;
  guint watch; /* 0: it has said all it wants to say */
  int waiting; /* VtEvent */
  GString *input;
} Client;

static void
client_free (Client *client)
{
  g_clear_handle_id (&client->watch, g_source_remove);
  close (client->fd);
  g_string_free (client->input, TRUE);
  g_free (client);
}

/* One line into an empty socket buffer: who does not read it loses it. */
static void
answer (Client *client, const char *members)
{
  g_autofree char *line = g_strdup_printf ("{\"ok\":true%s%s}\n", *members ? "," : "", members);

  (void) send (client->fd, line, strlen (line), MSG_NOSIGNAL);
}

static void
refuse (Client *client, const char *problem)
{
  g_autofree char *line = g_strdup_printf ("{\"ok\":false,\"error\":\"%s\"}\n", problem);

  (void) send (client->fd, line, strlen (line), MSG_NOSIGNAL);
}

static void
answer_when (Client *client, VtEvent event)
{
  if (vt_device_is (client->control->device, event))
    answer (client, "");
  else
    client->waiting = (int) event;
}

static void
on_insert (Client *client, guint number)
{
  vt_device_insert (client->control->device);
  answer_when (client, VT_EVENT_INSERTED);
}

static void
on_remove (Client *client, guint number)
{
  vt_device_remove (client->control->device);
  answer_when (client, VT_EVENT_GONE);
}

static void
on_wait (Client *client, guint number)
{
  answer_when (client, VT_EVENT_CUT);
}

static void
on_cut_before (Client *client, guint number)
{
  vt_device_cut_before (client->control->device, number);
  answer (client, "");
}

static void
on_cut_after (Client *client, guint number)
{
  vt_device_cut_after (client->control->device, number);
  answer (client, "");
}

static void
on_delay (Client *client, guint number)
{
  vt_device_set_delay (client->control->device, number);
  answer (client, "");
}

static void
on_counters (Client *client, guint number)
{
  g_autoptr (GString) members = g_string_new (NULL);

  vt_device_describe_counters (client->control->device, members);
  answer (client, members->str);
}

static void
on_reset_counters (Client *client, guint number)
{
  vt_device_reset_counters (client->control->device);
  answer (client, "");
}

static void
on_state (Client *client, guint number)
{
  g_autoptr (GString) members = g_string_new (NULL);

  vt_device_describe_state (client->control->device, members);
  answer (client, members->str);
}

static const struct
{
  const char *name;
  gboolean has_number;
  void (*run) (Client *client, guint number);
} commands[] = {
  { "insert", FALSE, on_insert },      { "remove", FALSE, on_remove },
  { "wait", FALSE, on_wait },          { "cut-before", TRUE, on_cut_before },
  { "cut-after", TRUE, on_cut_after }, { "delay", TRUE, on_delay },
  { "counters", FALSE, on_counters },  { "reset-counters", FALSE, on_reset_counters },
  { "state", FALSE, on_state },
};

static void
run_line (Client *client, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 2);
  guint64 number = 0;

  for (gsize i = 0; words[0] != NULL && i < G_N_ELEMENTS (commands); i++)
    {
      if (strcmp (words[0], commands[i].name) != 0)
        continue;
      if (commands[i].has_number != (words[1] != NULL) ||
          (words[1] != NULL &&
           !g_ascii_string_to_unsigned (words[1], 10, 0, G_MAXINT, &number, NULL)))
        {
          refuse (client, commands[i].has_number ? "this command needs one number"
                                                 : "this command takes nothing");
          return;
        }
      commands[i].run (client, (guint) number);
      return;
    }
  refuse (client, "unknown command");
}

/* Lines that come while one waits for its event wait as well. */
static void
run_lines (Client *client)
{
  char *end = NULL;

  while (client->waiting == NOT_WAITING &&
         (end = memchr (client->input->str, '\n', client->input->len)) != NULL)
    {
      g_autofree char *line = g_strndup (client->input->str, (gsize) (end - client->input->str));

      g_string_erase (client->input, 0, end - client->input->str + 1);
      run_line (client, line);
    }
}

/* The other side has closed its half: what it said is still answered. */
static void
on_end_of_input (Client *client)
{
  client->watch = 0;
  if (client->input->len > 0)
    g_string_append_c (client->input, '\n');
  run_lines (client);
  if (client->waiting == NOT_WAITING)
    g_ptr_array_remove (client->control->clients, client);
}

static gboolean
on_client_readable (int fd, GIOCondition condition, gpointer user_data)
{
  Client *client = user_data;
  char text[MAX_LINE];
  ssize_t count = recv (fd, text, sizeof text, 0);

  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (count == 0)
    {
      on_end_of_input (client);
      return G_SOURCE_REMOVE;
    }
  if (count < 0 || client->input->len + (gsize) count > MAX_LINE)
    {
      client->watch = 0;
      g_ptr_array_remove (client->control->clients, client);
      return G_SOURCE_REMOVE;
    }
  g_string_append_len (client->input, text, count);
  run_lines (client);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_connection (int fd, GIOCondition condition, gpointer user_data)
{
  VtControl *control = user_data;
  int client_fd = accept4 (fd, NULL, NULL, SOCK_CLOEXEC);
  Client *client = NULL;

  if (client_fd < 0)
    return G_SOURCE_CONTINUE;
  client = g_new0 (Client, 1);
  client->control = control;
  client->fd = client_fd;
  client->waiting = NOT_WAITING;
  client->input = g_string_new (NULL);
  client->watch = g_unix_fd_add (client_fd, G_IO_IN, on_client_readable, client);
  g_ptr_array_add (control->clients, client);
  return G_SOURCE_CONTINUE;
}

/* Runs the lines that waited; they can make other events happen, and those end other clients. */
static void
go_on (VtControl *control, Client *client)
{
  if (!g_ptr_array_find (control->clients, client, NULL))
    return;
  run_lines (client);
  if (client->watch == 0 && client->waiting == NOT_WAITING)
    g_ptr_array_remove (control->clients, client);
}

static void
on_event (VtEvent event, gpointer user_data)
{
  VtControl *control = user_data;
  g_autoptr (GPtrArray) woken = g_ptr_array_new ();

  for (guint i = 0; i < control->clients->len; i++)
    {
      Client *client = g_ptr_array_index (control->clients, i);

      if (client->waiting == (int) event)
        g_ptr_array_add (woken, client);
    }
  for (guint i = 0; i < woken->len; i++)
    {
      Client *client = g_ptr_array_index (woken, i);

      client->waiting = NOT_WAITING;
      answer (client, "");
    }
  for (guint i = 0; i < woken->len; i++)
    go_on (control, g_ptr_array_index (woken, i));
}

static gboolean
is_alive (const struct sockaddr_un *address)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean alive = fd >= 0 && connect (fd, (const struct sockaddr *) address, sizeof *address) == 0;

  if (fd >= 0)
    close (fd);
  return alive;
}

/* Only a dead socket is removed: any other file at the path makes bind() fail. */
static int
listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct stat info;
  mode_t mask = 0;
  int fd = -1;

  if (strlen (path) >= sizeof address.sun_path)
    {
      errno = ENAMETOOLONG;
      return -1;
    }
  strcpy (address.sun_path, path);
  if (lstat (path, &info) == 0 && S_ISSOCK (info.st_mode) && !is_alive (&address))
    (void) unlink (path);
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  mask = umask (0077);
  if (fd >= 0 && (bind (fd, (const struct sockaddr *) &address, sizeof address) != 0 ||
                  listen (fd, SOMAXCONN) != 0))
    {
      close (fd);
      fd = -1;
    }
  umask (mask);
  return fd;
}

VtControl *
vt_control_new (VtDevice *device, const char *path, GError **error)
{
  int fd = listen_at (path);
  VtControl *control = NULL;

  if (fd < 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot listen at %s: %s",
                   path, g_strerror (errno));
      return NULL;
    }
  control = g_new0 (VtControl, 1);
  control->device = device;
  control->path = g_strdup (path);
  control->fd = fd;
  control->clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  control->watch = g_unix_fd_add (fd, G_IO_IN, on_connection, control);
  vt_device_set_event_func (device, on_event, control);
  return control;
}

void
vt_control_free (VtControl *control)
{
  vt_device_set_event_func (control->device, NULL, NULL);
  g_ptr_array_unref (control->clients);
  g_source_remove (control->watch);
  close (control->fd);
  (void) unlink (control->path);
  g_free (control->path);
  g_free (control);
}
