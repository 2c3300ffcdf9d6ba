/* SPDX-License-Identifier: GPL-3.0-or-later */
/* form-window PROFILE ORDER [dark]: shows the form of an order (JSON) in a window. For the tests.
 */
#include "app/yy-form-view.h"

#include <signal.h>

#include <glib-unix.h>

static char **arguments;
static GtkLabel *toast;

static GBytes *
read_file (const char *path)
{
  char *text = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &text, &length, &error))
    g_error ("%s", error->message);
  return g_bytes_new_take (text, length);
}

static YyForm *
create_form (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) profile_text = read_file (arguments[1]);
  g_autoptr (GBytes) order_text = read_file (arguments[2]);
  g_autoptr (YyProfile) profile = yy_profile_new (profile_text, &error);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (YyOrder) order = NULL;

  g_assert_no_error (error);
  node = json_from_string (g_bytes_get_data (order_text, NULL), &error);
  g_assert_no_error (error);
  order = yy_order_new_from_json (node, &error);
  g_assert_no_error (error);
  return yy_form_new (order, profile);
}

static void
on_toast (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_label_set_label (toast, g_variant_get_string (parameter, NULL));
}

static void
on_save (GtkWidget *view)
{
  gtk_widget_activate_action (view, "form.save", NULL);
}

static void
on_print (GtkWidget *view)
{
  gtk_widget_activate_action (view, "form.print", NULL);
}

static void
on_clear (GtkWidget *view)
{
  yy_form_view_set_form (YY_FORM_VIEW (view), NULL);
}

static void
add_button (GtkWidget *bar, const char *label, void (*clicked) (GtkWidget *), YyFormView *view)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_swapped (button, "clicked", G_CALLBACK (clicked), view);
  gtk_box_append (GTK_BOX (bar), button);
}

static GtkWidget *
create_content (YyFormView *view)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  toast = GTK_LABEL (gtk_label_new ("ready"));
  add_button (bar, "Save Form", on_save, view);
  add_button (bar, "Print Form", on_print, view);
  add_button (bar, "Clear Form", on_clear, view);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (toast));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (view));
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), scrolled);
  return box;
}

static void
load_style (GtkWidget *window)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_path (provider, STYLE);
  gtk_style_context_add_provider_for_display (gtk_widget_get_display (window),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static gboolean
on_sigterm (gpointer application)
{
  g_application_quit (application);
  return G_SOURCE_REMOVE;
}

static void
on_activate (GtkApplication *application)
{
  static const GActionEntry actions[] = { { "toast", on_toast, "s" } };
  GtkWidget *window = adw_application_window_new (application);
  YyFormView *view = yy_form_view_new ();

  if (arguments[3] != NULL)
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                        ADW_COLOR_SCHEME_FORCE_DARK);
  g_action_map_add_action_entries (G_ACTION_MAP (window), actions, G_N_ELEMENTS (actions), NULL);
  load_style (window);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), create_content (view));
  gtk_window_set_title (GTK_WINDOW (window), "Form");
  gtk_window_set_default_size (GTK_WINDOW (window), 800, 700);
  yy_form_view_set_form (view, create_form ());
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application =
      adw_application_new ("org.yinyao.Form", G_APPLICATION_NON_UNIQUE);
  char *nothing[] = { NULL };

  arguments = argv;
  g_unix_signal_add (SIGTERM, on_sigterm, application);
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);
  return g_application_run (G_APPLICATION (application), 0, nothing);
}
