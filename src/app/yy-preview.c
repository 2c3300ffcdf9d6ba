/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-preview.h"

#include <glib/gi18n.h>

#include "base/yy-error.h"
#include "base/yy-filter.h"
#include "base/yy-process.h"

#define TIME_LIMIT_S 10
#define MAX_PICTURE  (32 * 1024 * 1024)

static void
on_drawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) picture = yy_filter_finish (result, &error);
  GdkTexture *texture = NULL;

  if (picture != NULL && g_bytes_get_size (picture) > 0)
    texture = gdk_texture_new_from_bytes (picture, NULL);
  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_new_error (task, YY_ERROR, YY_ERROR_FAILED,
                             _ ("No picture of this document can be shown"));
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

  yy_filter_async (command, document, MAX_PICTURE, TIME_LIMIT_S, cancellable, on_drawn,
                   g_object_ref (task));
}

GdkTexture *
yy_preview_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
