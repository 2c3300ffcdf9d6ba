/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-command.h"

#include <stdarg.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib/gi18n.h>

RaCommandOptions ra_command_options;

RaSite *
ra_command_open (GError **error)
{
  return ra_site_open (ra_command_options.directory, error);
}

const char *
ra_command_who (void)
{
  static char *who;

  if (who == NULL)
    who = g_strconcat ("local:", g_get_user_name (), NULL);
  return who;
}

gboolean
ra_command_write_file (const char *path, GBytes *contents, GError **error)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (contents, &size);
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  gboolean written = fd >= 0;

  for (gsize done = 0; written && done < size;)
    {
      ssize_t count = write (fd, data + done, size - done);

      written = count >= 0 || errno == EINTR;
      done += count < 0 ? 0 : (gsize) count;
    }
  if (!written)
    {
      int saved = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
                   g_strerror (saved));
    }
  if (fd >= 0)
    close (fd);
  return written;
}

void
ra_command_print_json (JsonArray *array)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  g_autofree char *text = NULL;

  json_node_take_array (node, array);
  text = json_to_string (node, TRUE);
  g_print ("%s\n", text);
}

static gboolean
is_harmless (gunichar c)
{
  switch ((int) g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return FALSE;
    default:
      return TRUE;
    }
}

char *
ra_command_escape (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text == NULL ? "" : text, -1);
  GString *escaped = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (is_harmless (c))
        g_string_append_unichar (escaped, c);
      else if (c < 0x80)
        g_string_append_printf (escaped, "\\x%02x", c);
      else
        g_string_append_printf (escaped, "\\u{%x}", c);
    }
  return g_string_free (escaped, FALSE);
}

void
ra_command_print_row (const char *first, ...)
{
  g_autoptr (GString) row = g_string_new (NULL);
  va_list texts;

  va_start (texts, first);
  for (const char *text = first; text != NULL; text = va_arg (texts, const char *))
    {
      g_autofree char *escaped = ra_command_escape (text);

      if (text != first)
        g_string_append_c (row, '\t');
      g_string_append (row, escaped);
    }
  va_end (texts);
  g_print ("%s\n", row->str);
}

char *
ra_command_format_time (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (time);

  return g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ");
}
