/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-preview.h"

#include <glib/gi18n.h>

#include "base/yy-error.h"
#include "base/yy-process.h"

#define TIME_LIMIT_S 10
#define MAX_PICTURE  (32 * 1024 * 1024)

typedef struct
{
  GSubprocess *process;
  guint timer_id;
} Preview;

static void
preview_free (Preview *preview)
{
  g_clear_handle_id (&preview->timer_id, g_source_remove);
  g_subprocess_force_exit (preview->process);
  g_object_unref (preview->process);
  g_free (preview);
}

static GdkTexture *
load_picture (GSubprocess *process, GBytes *picture)
{
  if (!g_subprocess_get_successful (process) || picture == NULL ||
      g_bytes_get_size (picture) == 0 || g_bytes_get_size (picture) > MAX_PICTURE)
    return NULL;
  return gdk_texture_new_from_bytes (picture, NULL);
}

static void
on_communicated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GBytes) picture = NULL;
  GdkTexture *texture = NULL;
  GError *error = NULL;

  if (!g_subprocess_communicate_finish (G_SUBPROCESS (source), result, &picture, NULL, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  texture = load_picture (G_SUBPROCESS (source), picture);
  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_new_error (task, YY_ERROR, YY_ERROR_FAILED,
                             _ ("No picture of this document can be shown"));
}

static gboolean
on_time_limit (gpointer user_data)
{
  Preview *preview = user_data;

  preview->timer_id = 0;
  g_subprocess_force_exit (preview->process);
  return G_SOURCE_REMOVE;
}

void
yy_preview_async (GBytes *document,
                  guint size,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *program = yy_process_find_helper ("yinyao-preview", "src/preview");
  g_autofree char *pixels = g_strdup_printf ("%u", size);
  const char *const command[] = { program, pixels, pixels, NULL };
  Preview *preview = NULL;
  GError *error = NULL;
  GSubprocess *process =
      g_subprocess_newv (command,
                         G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                             G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         &error);

  if (process == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  preview = g_new0 (Preview, 1);
  preview->process = process;
  preview->timer_id = g_timeout_add_seconds (TIME_LIMIT_S, on_time_limit, preview);
  g_task_set_task_data (task, preview, (GDestroyNotify) preview_free);
  g_subprocess_communicate_async (process, document, cancellable, on_communicated,
                                  g_object_ref (task));
}

GdkTexture *
yy_preview_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
