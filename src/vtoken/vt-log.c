/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "vtoken/vt-apdu.h"

struct _VtLog
{
  FILE *stream;
  gint64 start;
};

VtLog *
vt_log_open (const char *path, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  VtLog *log = NULL;

  if (fd < 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot write %s: %s",
                   path, g_strerror (errno));
      return NULL;
    }
  log = g_new0 (VtLog, 1);
  log->stream = fdopen (fd, "a");
  log->start = g_get_monotonic_time ();
  setvbuf (log->stream, NULL, _IOLBF, 0);
  return log;
}

void
vt_log_close (VtLog *log)
{
  fclose (log->stream);
  g_free (log);
}

/* A mark for each byte that is shown as it is; the others are masked. */
static void
show (gboolean *shown, const guint8 *bytes, const guint8 *from, gsize count)
{
  for (gsize i = 0; i < count; i++)
    shown[from - bytes + (gssize) i] = TRUE;
}

/* Of INITIALIZE all is shown but the values of 81 (user PIN) and 82 (SO PIN). */
static void
show_initialize (gboolean *shown, const guint8 *bytes, VtSpan data)
{
  VtSpan rest = data, value = { 0 };
  const guint8 *start = rest.data;
  guint tag = 0;

  while (vt_tlv_next (&rest, &tag, &value))
    {
      show (shown, bytes, start, (gsize) (value.data - start));
      if (tag != 0x81 && tag != 0x82)
        show (shown, bytes, value.data, value.length);
      start = rest.data;
    }
}

static gboolean
carries_pin (guint8 ins)
{
  return ins == VT_INS_VERIFY || ins == VT_INS_CHANGE || ins == VT_INS_RESET_RETRY ||
         ins == VT_INS_INITIALIZE;
}

static void
decide (gboolean *shown, const guint8 *bytes, gsize length)
{
  VtCommand command = { 0 };

  show (shown, bytes, bytes, MIN (length, 4));
  if (length < 4)
    return;
  if (!carries_pin (bytes[1]))
    {
      show (shown, bytes, bytes, length);
      return;
    }
  if (!vt_command_parse (bytes, length, &command))
    return;
  if (command.data.length == 0)
    {
      show (shown, bytes, bytes, length);
      return;
    }
  show (shown, bytes, bytes, (gsize) (command.data.data - bytes));
  if (command.ins == VT_INS_INITIALIZE)
    show_initialize (shown, bytes, command.data);
}

char *
vt_log_format_command (const guint8 *bytes, gsize length)
{
  g_autofree gboolean *shown = g_new0 (gboolean, length + 1);
  GString *text = g_string_sized_new (3 * length);

  decide (shown, bytes, length);
  for (gsize i = 0; i < length; i++)
    if (shown[i])
      g_string_append_printf (text, "%s%02X", i == 0 ? "" : " ", bytes[i]);
    else
      g_string_append (text, i == 0 ? "XX" : " XX");
  return g_string_free (text, FALSE);
}

static void
write_line (VtLog *log, char direction, const char *text)
{
  gint64 now = g_get_monotonic_time () - log->start;

  fprintf (log->stream, "%9.3f %c %s\n", (double) now / G_USEC_PER_SEC, direction, text);
}

void
vt_log_command (VtLog *log, const guint8 *bytes, gsize length)
{
  g_autofree char *text = log == NULL ? NULL : vt_log_format_command (bytes, length);

  if (log != NULL)
    write_line (log, '>', text);
}

void
vt_log_answer (VtLog *log, const guint8 *bytes, gsize length)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (log == NULL)
    return;
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%s%02X", i == 0 ? "" : " ", bytes[i]);
  write_line (log, '<', text->str);
}

void
vt_log_event (VtLog *log, const char *event)
{
  if (log != NULL)
    write_line (log, '=', event);
}
