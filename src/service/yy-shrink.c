/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-shrink.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/yy-filter.h"
#include "base/yy-process.h"
#include "order/yy-document.h"

#define TIME_LIMIT_S 60
#define MEGABYTE     (1024 * 1024)

static void
on_filtered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) picture = yy_filter_finish (result, &error);

  if (picture != NULL && g_bytes_get_size (picture) > 0)
    g_task_return_pointer (task, g_steal_pointer (&picture), (GDestroyNotify) g_bytes_unref);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_new_error (task, YY_ERROR, YY_ERROR_INVALID_DATA,
                             _ ("The picture is larger than 1024 KB, and could not be made "
                                "smaller. Save it again as a smaller jpg"));
}

/* What the process would refuse anyway, for a reason that can be told. */
static YyDocumentFault
find_fault (GBytes *document)
{
  YyDocumentFormat format = YY_DOCUMENT_PDF;

  if (!yy_document_guess_format (document, &format))
    return YY_DOCUMENT_TYPE;
  if (format == YY_DOCUMENT_PDF || g_bytes_get_size (document) > YY_DOCUMENT_MAX_ORIGINAL)
    return YY_DOCUMENT_TOO_LARGE;
  return YY_DOCUMENT_GOOD;
}

void
yy_shrink_async (GBytes *document,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *program = yy_process_find_helper ("yinyao-preview", "src/preview");
  g_autofree char *size = g_strdup_printf ("%d", YY_DOCUMENT_MAX_SIZE);
  const char *const command[] = { program, "--shrink", size, NULL };
  YyDocumentFault fault = find_fault (document);

  if (fault != YY_DOCUMENT_GOOD)
    g_task_return_new_error (task, YY_ERROR, YY_ERROR_INVALID_DATA, "%s",
                             yy_document_fault_get_message (fault));
  else
    yy_filter_async (command, document, YY_DOCUMENT_MAX_SIZE, TIME_LIMIT_S, cancellable,
                     on_filtered, g_object_ref (task));
}

GBytes *
yy_shrink_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static char *
dup_size (gsize size)
{
  if (size < MEGABYTE)
    return g_strdup_printf ("%" G_GSIZE_FORMAT " KB", (size + 1023) / 1024);
  return g_strdup_printf ("%.1f MB", (double) size / MEGABYTE);
}

char *
yy_shrink_dup_sentence (gsize before, gsize after)
{
  g_autofree char *old_size = dup_size (before);
  g_autofree char *new_size = dup_size (after);

  /* Translators: sizes of a file: "4.2 MB", "780 KB". */
  return g_strdup_printf (_ ("The picture was made smaller: %s → %s"), old_size, new_size);
}

char *
yy_shrink_dup_name (const char *file_name)
{
  const char *dot = strrchr (file_name, '.');
  gsize length = dot == NULL || dot == file_name ? strlen (file_name) : (gsize) (dot - file_name);

  if (dot != NULL &&
      (g_ascii_strcasecmp (dot, ".jpg") == 0 || g_ascii_strcasecmp (dot, ".jpeg") == 0))
    return g_strdup (file_name);
  return g_strdup_printf ("%.*s.%s", (int) length, file_name,
                          yy_document_format_get_suffix (YY_DOCUMENT_JPEG));
}
