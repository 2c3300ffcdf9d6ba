/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-file-load.h"

#include <glib/gi18n.h>

typedef struct
{
  guint8 *buffer;
  gsize max_size;
} Load;

static void
load_free (Load *load)
{
  g_free (load->buffer);
  g_free (load);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Load *load = g_task_get_task_data (task);
  GError *error = NULL;
  gsize length = 0;

  if (g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &length, &error))
    g_task_return_pointer (task, g_bytes_new_take (g_steal_pointer (&load->buffer), length),
                           (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Load *load = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read_finish (G_FILE (source), result, &error);

  if (stream == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  load->buffer = g_malloc (load->max_size + 1);
  g_input_stream_read_all_async (G_INPUT_STREAM (stream), load->buffer, load->max_size + 1,
                                 G_PRIORITY_DEFAULT, g_task_get_cancellable (task), on_read,
                                 g_object_ref (task));
}

static void
on_info (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Load *load = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  if (info == NULL)
    g_task_return_error (task, error);
  else if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                             _ ("This is not an ordinary file"));
  else
    {
      load->max_size = MIN (load->max_size, (guint64) MAX (g_file_info_get_size (info), 0));
      g_file_read_async (G_FILE (source), G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                         on_opened, g_object_ref (task));
    }
}

void
yy_file_load_async (GFile *file,
                    gsize max_size,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  GTask *task = g_task_new (file, cancellable, callback, user_data);
  Load *load = g_new0 (Load, 1);

  load->max_size = max_size;
  g_task_set_task_data (task, load, (GDestroyNotify) load_free);
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE,
                           G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, cancellable, on_info, task);
}

GBytes *
yy_file_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
