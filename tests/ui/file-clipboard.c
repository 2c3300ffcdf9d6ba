/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file-clipboard FILE…: copies files, as a file manager does, until it is ended. For the tests. */
#include <gtk/gtk.h>

int
main (int argc, char **argv)
{
  GSList *files = NULL;
  GtkWidget *window = NULL;

  gtk_init ();
  for (int i = argc - 1; i > 0; i--)
    files = g_slist_prepend (files, g_file_new_for_path (argv[i]));
  window = gtk_window_new ();
  gtk_widget_realize (window);
  gdk_clipboard_set (gtk_widget_get_clipboard (window), GDK_TYPE_FILE_LIST, files);
  g_print ("ready\n");
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
  return 0;
}
