/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-export.h"

#include <string.h>

#include <glib/gi18n.h>

typedef struct
{
  YyCertificate *certificate;
  GtkFileChooserNative *chooser;
} Export;

static void
export_free (Export *export)
{
  g_clear_object (&export->certificate);
  g_clear_object (&export->chooser);
  g_free (export);
}

static GBytes *
encode (YyCertificate *certificate, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  char *pem = NULL;

  if (g_str_has_suffix (lower, ".der") || g_str_has_suffix (lower, ".cer"))
    return g_bytes_ref (yy_certificate_get_der (certificate));
  pem = yy_certificate_to_pem (certificate);
  return g_bytes_new_take (pem, strlen (pem));
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
  Export *export = g_task_get_task_data (task);
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *name = NULL;

  if (response != GTK_RESPONSE_ACCEPT || file == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("No file was chosen"));
      return;
    }
  name = g_file_get_basename (file);
  bytes = encode (export->certificate, name);
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                       on_written, g_steal_pointer (&task));
}

/* A company's name may hold what a file name may not. */
static char *
dup_file_name (YyCertificate *certificate)
{
  g_autofree char *name = g_strdup (yy_certificate_get_common_name (certificate));

  g_strdelimit (name, "/\\:*?\"<>|", '_');
  return g_strconcat (name, ".pem", NULL);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *first, const char *second)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_pattern (filter, first);
  gtk_file_filter_add_pattern (filter, second);
  gtk_file_chooser_add_filter (chooser, filter);
}

void
yy_export_certificate_async (GtkWindow *parent,
                             YyCertificate *certificate,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (parent, NULL, callback, user_data);
  Export *export = g_new0 (Export, 1);
  g_autofree char *name = dup_file_name (certificate);

  export->certificate = g_object_ref (certificate);
  export->chooser = gtk_file_chooser_native_new (_ ("Export Certificate"), parent,
                                                 GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  g_task_set_task_data (task, export, (GDestroyNotify) export_free);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (export->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (export->chooser), name);
  add_filter (GTK_FILE_CHOOSER (export->chooser), _ ("PEM (text)"), "*.pem", "*.crt");
  add_filter (GTK_FILE_CHOOSER (export->chooser), _ ("DER (binary)"), "*.der", "*.cer");
  g_signal_connect (export->chooser, "response", G_CALLBACK (on_response), task);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (export->chooser));
}

gboolean
yy_export_certificate_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
