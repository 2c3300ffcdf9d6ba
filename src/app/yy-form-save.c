/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-form-save.h"

#include <glib/gi18n.h>

typedef struct
{
  YyForm *form;
  GtkFileChooserNative *chooser;
} Save;

static void
save_free (Save *save)
{
  yy_form_free (save->form);
  g_clear_object (&save->chooser);
  g_free (save);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Save *save = g_task_get_task_data (task);
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autoptr (GBytes) pdf = NULL;
  GError *error = NULL;

  if (response != GTK_RESPONSE_ACCEPT || file == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("No file was chosen"));
      return;
    }
  pdf = yy_form_to_pdf (save->form, &error);
  if (pdf == NULL)
    g_task_return_error (task, error);
  else
    g_file_replace_contents_bytes_async (file, pdf, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                         on_written, g_steal_pointer (&task));
}

void
yy_form_save_async (GtkWindow *parent,
                    YyForm *form,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  GTask *task = g_task_new (parent, NULL, callback, user_data);
  Save *save = g_new0 (Save, 1);
  g_autofree char *name = yy_form_dup_file_name (form);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  save->form = yy_form_ref (form);
  save->chooser = gtk_file_chooser_native_new (_ ("Save Application Form"), parent,
                                               GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  g_task_set_task_data (task, save, (GDestroyNotify) save_free);
  gtk_file_filter_set_name (filter, _ ("PDF documents"));
  gtk_file_filter_add_mime_type (filter, "application/pdf");
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (save->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (save->chooser), name);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (save->chooser), filter);
  g_signal_connect (save->chooser, "response", G_CALLBACK (on_response), task);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (save->chooser));
}

gboolean
yy_form_save_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
