/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-form-print.h"

#include <string.h>

#include <glib/gi18n.h>

static void
on_draw_page (GtkPrintOperation *operation, GtkPrintContext *context, int page, gpointer user_data)
{
  YyForm *form = g_task_get_task_data (user_data);
  double width = gtk_print_context_get_width (context);
  double height = gtk_print_context_get_height (context);
  double scale = MIN (width / YY_FORM_WIDTH, height / YY_FORM_HEIGHT);
  cairo_t *cr = gtk_print_context_get_cairo_context (context);

  /* Printers tell sizes in whole units: a page that is nearly as large is printed as it is, since
     the seal's place is measured. */
  if (ABS (scale - 1) < 0.01)
    scale = 1;
  cairo_translate (cr, (width - scale * YY_FORM_WIDTH) / 2, (height - scale * YY_FORM_HEIGHT) / 2);
  cairo_scale (cr, scale, scale);
  yy_form_draw_page (form, (guint) page, cr);
}

static void
on_done (GtkPrintOperation *operation, GtkPrintOperationResult result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (result == GTK_PRINT_OPERATION_RESULT_ERROR)
    {
      gtk_print_operation_get_error (operation, &error);
      g_task_return_error (task, error);
    }
  else if (result == GTK_PRINT_OPERATION_RESULT_CANCEL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Printing was cancelled"));
  else
    g_task_return_boolean (task, TRUE);
}

static GtkPageSetup *
create_page_setup (void)
{
  GtkPageSetup *setup = gtk_page_setup_new ();
  g_autoptr (GtkPaperSize) paper = gtk_paper_size_new (GTK_PAPER_NAME_A4);

  gtk_page_setup_set_paper_size_and_default_margins (setup, paper);
  return setup;
}

/* For those who print to a file. */
static GtkPrintSettings *
create_settings (const char *file_name)
{
  GtkPrintSettings *settings = gtk_print_settings_new ();
  const char *documents = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);
  g_autofree char *stem = g_strndup (file_name, strlen (file_name) - strlen (".pdf"));

  gtk_print_settings_set (settings, GTK_PRINT_SETTINGS_OUTPUT_DIR,
                          documents == NULL ? g_get_home_dir () : documents);
  gtk_print_settings_set (settings, GTK_PRINT_SETTINGS_OUTPUT_BASENAME, stem);
  return settings;
}

void
yy_form_print_async (GtkWindow *parent,
                     YyForm *form,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task = g_task_new (parent, NULL, callback, user_data);
  g_autoptr (GtkPrintOperation) operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) setup = create_page_setup ();
  g_autofree char *name = yy_form_dup_file_name (form);
  g_autoptr (GtkPrintSettings) settings = create_settings (name);

  g_task_set_task_data (task, yy_form_ref (form), (GDestroyNotify) yy_form_free);
  gtk_print_operation_set_job_name (operation, name);
  gtk_print_operation_set_n_pages (operation, (int) yy_form_get_n_pages (form));
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_print_settings (operation, settings);
  gtk_print_operation_set_use_full_page (operation, TRUE);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_allow_async (operation, TRUE);
  gtk_print_operation_set_show_progress (operation, TRUE);
  g_signal_connect (operation, "draw-page", G_CALLBACK (on_draw_page), task);
  g_signal_connect (operation, "done", G_CALLBACK (on_done), task);
  gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG, parent, NULL);
}

gboolean
yy_form_print_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
