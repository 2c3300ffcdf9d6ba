/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yy-filter.h"

#include <signal.h>

#include "base/yy-error.h"

#define PIECE (64 * 1024)

typedef struct
{
  GSubprocess *process;
  GBytes *input;
  GByteArray *output;
  gsize max_output;
  guint timer_id;
  guint8 piece[PIECE];
} Filter;

static void
filter_free (Filter *filter)
{
  g_clear_handle_id (&filter->timer_id, g_source_remove);
  g_subprocess_force_exit (filter->process);
  g_object_unref (filter->process);
  g_bytes_unref (filter->input);
  g_byte_array_unref (filter->output);
  g_free (filter);
}

static void
fail (GTask *task, const char *reason)
{
  Filter *filter = g_task_get_task_data (task);

  g_subprocess_force_exit (filter->process);
  g_task_return_new_error (task, YY_ERROR, YY_ERROR_FAILED, "%s", reason);
}

static void
fail_with (GTask *task, GError *error)
{
  Filter *filter = g_task_get_task_data (task);

  g_subprocess_force_exit (filter->process);
  g_task_return_error (task, error);
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Filter *filter = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_subprocess_wait_finish (filter->process, result, &error))
    fail_with (task, error);
  else if (!g_subprocess_get_successful (filter->process))
    fail (task, "The program failed");
  else
    g_task_return_pointer (task, g_byte_array_free_to_bytes (g_byte_array_ref (filter->output)),
                           (GDestroyNotify) g_bytes_unref);
}

static void read_piece (GTask *task);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Filter *filter = g_task_get_task_data (task);
  GError *error = NULL;
  gssize count = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (count < 0)
    fail_with (task, error);
  else if (count == 0)
    g_subprocess_wait_async (filter->process, g_task_get_cancellable (task), on_ended,
                             g_object_ref (task));
  else if (filter->output->len + (gsize) count > filter->max_output)
    fail (task, "The program wrote too much");
  else
    {
      g_byte_array_append (filter->output, filter->piece, (guint) count);
      read_piece (task);
    }
}

static void
read_piece (GTask *task)
{
  Filter *filter = g_task_get_task_data (task);

  g_input_stream_read_async (g_subprocess_get_stdout_pipe (filter->process), filter->piece, PIECE,
                             G_PRIORITY_DEFAULT, g_task_get_cancellable (task), on_read,
                             g_object_ref (task));
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);

  /* One that did not want all of it tells by its exit status whether that was an error. */
  (void) g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  (void) g_output_stream_close (G_OUTPUT_STREAM (source), NULL, NULL);
}

static void
write_input (GTask *task)
{
  Filter *filter = g_task_get_task_data (task);
  gsize size = 0;
  const void *data = g_bytes_get_data (filter->input, &size);

  /* A program that ends early is no reason to end; GIO's sockets do the same. */
  (void) signal (SIGPIPE, SIG_IGN);
  g_output_stream_write_all_async (g_subprocess_get_stdin_pipe (filter->process), data, size,
                                   G_PRIORITY_DEFAULT, NULL, on_written, g_object_ref (task));
}

static gboolean
on_time_limit (gpointer user_data)
{
  Filter *filter = user_data;

  filter->timer_id = 0;
  g_subprocess_force_exit (filter->process);
  return G_SOURCE_REMOVE;
}

void
yy_filter_async (const char *const *command,
                 GBytes *input,
                 gsize max_output,
                 guint seconds,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Filter *filter = NULL;
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
  filter = g_new0 (Filter, 1);
  filter->process = process;
  filter->input = g_bytes_ref (input);
  filter->output = g_byte_array_new ();
  filter->max_output = max_output;
  filter->timer_id = g_timeout_add_seconds (seconds, on_time_limit, filter);
  g_task_set_task_data (task, filter, (GDestroyNotify) filter_free);
  write_input (task);
  read_piece (task);
}

GBytes *
yy_filter_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
