/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yy-process.h"
#include "order/yy-document.h"
#include "preview/confine.h"
#include "preview/page.h"
#include "preview/picture.h"
#include "preview/shrink.h"

#include <errno.h>
#include <unistd.h>

#define MAX_SIDE 4096
/* Seconds of the processor's time. */
#define DRAW_TIME   5
#define SHRINK_TIME 20

/* A document from standard input, as far as it may be taken at all. */
static GBytes *
read_document (gsize max_size)
{
  g_autoptr (GByteArray) document = g_byte_array_new ();
  guint8 buffer[16 * 1024];

  while (document->len <= max_size)
    {
      gssize count = read (STDIN_FILENO, buffer, sizeof buffer);

      if (count == 0)
        break;
      if (count > 0)
        g_byte_array_append (document, buffer, (guint) count);
      else if (errno != EINTR)
        return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&document));
}

static gboolean
write_all (GBytes *bytes)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  while (size > 0)
    {
      gssize count = write (STDOUT_FILENO, data, size);

      if (count < 0 && errno != EINTR)
        return FALSE;
      data += MAX (count, 0);
      size -= (gsize) MAX (count, 0);
    }
  return TRUE;
}

static GBytes *
render (GBytes *document, int width, int height, GError **error)
{
  YyDocumentInfo info;
  YyDocumentFault fault = yy_document_check (document, &info);

  if (fault != YY_DOCUMENT_GOOD)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                           yy_document_fault_get_nick (fault));
      return NULL;
    }
  if (info.format == YY_DOCUMENT_PDF)
    return yy_page_render (document, width, height, error);
  return yy_picture_render (document, info.format, width, height, error);
}

static gboolean
read_side (const char *text, int *side)
{
  guint64 value = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 1, MAX_SIDE, &value, NULL))
    return FALSE;
  *side = (int) value;
  return TRUE;
}

static GBytes *
shrink (GBytes *document, gsize max_size, GError **error)
{
  YyDocumentInfo info;
  YyDocumentFault fault = yy_document_check_original (document, &info);

  if (fault == YY_DOCUMENT_GOOD)
    return yy_shrink_picture (document, info.format, max_size, error);
  g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA, yy_document_fault_get_nick (fault));
  return NULL;
}

/* Returns: the exit status */
static int
finish (GBytes *result, const GError *error)
{
  if (result != NULL)
    return write_all (result) ? 0 : 1;
  g_printerr ("yinyao-preview: %s\n", error == NULL ? "failed" : error->message);
  return 1;
}

static int
run_shrink (const char *size)
{
  g_autoptr (GBytes) document = NULL;
  g_autoptr (GBytes) jpeg = NULL;
  g_autoptr (GError) error = NULL;
  guint64 max_size = 0;

  if (!g_ascii_string_to_unsigned (size, 10, 1, YY_DOCUMENT_MAX_ORIGINAL, &max_size, NULL))
    return 2;
  document = read_document (YY_DOCUMENT_MAX_ORIGINAL);
  if (document == NULL)
    return 1;
  jpeg = shrink (document, max_size, &error);
  return finish (jpeg, error);
}

static int
run_draw (const char *width_text, const char *height_text)
{
  g_autoptr (GBytes) document = NULL;
  g_autoptr (GBytes) png = NULL;
  g_autoptr (GError) error = NULL;
  int width = 0;
  int height = 0;

  if (!read_side (width_text, &width) || !read_side (height_text, &height))
    return 2;
  document = read_document (YY_DOCUMENT_MAX_SIZE);
  if (document == NULL)
    return 1;
  png = render (document, width, height, &error);
  return finish (png, error);
}

/*
 * Usage: yinyao-preview WIDTH [HEIGHT] < DOCUMENT > PNG
 *        yinyao-preview --shrink BYTES < PICTURE > JPEG
 *
 * Draws the first page of an uploaded document, at most WIDTH by HEIGHT pixels (HEIGHT is as WIDTH
 * if it is left out), or makes a picture that is too large to be uploaded at most BYTES long. It is
 * a process of its own so that a hostile document costs no more than its preview: exit status 1, or
 * a signal.
 * Standard output is written at the end, whole; it must be a pipe, as no file may be written.
 */
int
main (int argc, char **argv)
{
  gboolean shrinks = argc == 3 && g_str_equal (argv[1], "--shrink");
  int status = 2;

  yy_confine (shrinks ? SHRINK_TIME : DRAW_TIME);
  yy_process_init ();
  if (shrinks)
    status = run_shrink (argv[2]);
  else if (argc == 2 || argc == 3)
    status = run_draw (argv[1], argv[argc - 1]);
  if (status == 2)
    g_printerr ("Usage: yinyao-preview WIDTH [HEIGHT] < DOCUMENT > PNG\n"
                "       yinyao-preview --shrink BYTES < PICTURE > JPEG\n");
  return status;
}
