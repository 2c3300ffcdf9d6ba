/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-application.h"
#include "base/yy-process.h"

#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "app/yy-button.h"
#include "app/yy-first-frame.h"
#include "app/yy-link.h"
#include "app/yy-stall-watch.h"
#include "app/yy-window.h"

struct _YyApplication
{
  AdwApplication parent_instance;

  YyClient *client;
  GError *problem;
};

G_DEFINE_FINAL_TYPE (YyApplication, yy_application, ADW_TYPE_APPLICATION)

static void
yy_application_finalize (GObject *object)
{
  YyApplication *self = YY_APPLICATION (object);

  g_clear_object (&self->client);
  g_clear_error (&self->problem);
  G_OBJECT_CLASS (yy_application_parent_class)->finalize (object);
}

/* Whatever takes time waits for the first frame: drivers, and the watch over the main loop. */
static void
on_first_frame (gpointer user_data)
{
  YyApplication *self = YY_APPLICATION (user_data);

  yy_process_overwrite_freed ();
  if (DEVELOPMENT)
    yy_stall_watch_start ();
  yy_client_start (self->client);
}

static GtkWindow *
make_window (YyApplication *self)
{
  YyWindow *window = yy_window_new (GTK_APPLICATION (self), self->client);

  yy_first_frame_notify (GTK_WIDGET (window), on_first_frame, self);
  return GTK_WINDOW (window);
}

/* Without settings or profile there is nothing to work on: say why and what to do. */
static GtkWindow *
make_problem_window (YyApplication *self)
{
  GtkWidget *window = adw_application_window_new (GTK_APPLICATION (self));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = adw_status_page_new ();
  g_autofree char *description = g_markup_escape_text (self->problem->message, -1);

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "dialog-error-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("The settings cannot be read"));
  adw_status_page_set_description (ADW_STATUS_PAGE (page), description);
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), page);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), box);
  gtk_window_set_default_size (GTK_WINDOW (window), 600, 480);
  return GTK_WINDOW (window);
}

static GtkWindow *
present_window (YyApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window == NULL)
    window = self->client != NULL ? make_window (self) : make_problem_window (self);
  gtk_window_present (window);
  return window;
}

static void
yy_application_activate (GApplication *application)
{
  present_window (YY_APPLICATION (application));
}

/* Links come from web pages: only the pages we know are opened, nothing else is read from them. */
static void
yy_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  GtkWindow *window = present_window (YY_APPLICATION (application));

  if (!YY_IS_WINDOW (window))
    return;
  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *uri = g_file_get_uri (files[i]);

      yy_window_follow_link (YY_WINDOW (window), yy_link_parse (uri));
    }
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkApplication *application = GTK_APPLICATION (user_data);

  adw_show_about_window (gtk_application_get_active_window (application), "application-name",
                         _ ("Yinyao"), "application-icon", "org.yinyao.Client", "version", VERSION,
                         "developer-name", _ ("The Yinyao project"), "license-type",
                         GTK_LICENSE_GPL_3_0, "comments",
                         _ ("A client for the certificate tokens of your CA: activate, look at and "
                            "look after your certificate."),
                         NULL);
}

/* From a notification. */
static void
on_show_order (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = present_window (YY_APPLICATION (user_data));

  if (YY_IS_WINDOW (window))
    yy_window_show_order (YY_WINDOW (window), g_variant_get_string (parameter, NULL));
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (user_data));

  if (window != NULL)
    gtk_window_close (window);
}

static void
set_accelerators (GtkApplication *application)
{
  const struct
  {
    const char *action;
    const char *accelerators[3];
  } shortcuts[] = {
    { "app.quit", { "<Control>q" } },           { "win.refresh", { "<Control>r", "F5" } },
    { "win.show-page::home", { "<Alt>1" } },    { "win.show-page::certificates", { "<Alt>2" } },
    { "win.show-page::renewal", { "<Alt>3" } }, { "win.show-page::seals", { "<Alt>4" } },
    { "win.show-page::drivers", { "<Alt>5" } }, { "win.show-shortcuts", { "<Control>question" } },
    { "window.close", { "<Control>w" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (application, shortcuts[i].action,
                                           shortcuts[i].accelerators);
}

static gboolean
on_termination (gpointer application)
{
  g_application_quit (G_APPLICATION (application));
  return G_SOURCE_CONTINUE;
}

static void
yy_application_startup (GApplication *application)
{
  const GActionEntry entries[] = {
    { "about", on_about, NULL, NULL, NULL },
    { "quit", on_quit, NULL, NULL, NULL },
    { "show-order", on_show_order, "s", NULL, NULL },
  };

  G_APPLICATION_CLASS (yy_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries),
                                   application);
  g_type_ensure (YY_TYPE_BUTTON);
  set_accelerators (GTK_APPLICATION (application));
  g_unix_signal_add (SIGTERM, on_termination, application);
  g_unix_signal_add (SIGINT, on_termination, application);
  gtk_window_set_default_icon_name ("org.yinyao.Client");
}

static void
yy_application_shutdown (GApplication *application)
{
  YyApplication *self = YY_APPLICATION (application);

  if (self->client != NULL)
    yy_client_stop (self->client);
  G_APPLICATION_CLASS (yy_application_parent_class)->shutdown (application);
}

static int
yy_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("yinyao %s\n", VERSION);
  return 0;
}

static void
yy_application_class_init (YyApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = yy_application_finalize;
  application_class->activate = yy_application_activate;
  application_class->open = yy_application_open;
  application_class->startup = yy_application_startup;
  application_class->shutdown = yy_application_shutdown;
  application_class->handle_local_options = yy_application_handle_local_options;
}

static void
yy_application_init (YyApplication *self)
{
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _ ("[LINK…]"));
  g_application_add_main_option (G_APPLICATION (self), "version", 0, G_OPTION_FLAG_NONE,
                                 G_OPTION_ARG_NONE, _ ("Print the version and exit"), NULL);
}

YyApplication *
yy_application_new (YyClient *client, const GError *problem)
{
  YyApplication *self =
      g_object_new (YY_TYPE_APPLICATION, "application-id", "org.yinyao.Client", "flags",
                    G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/org/yinyao/Client", NULL);

  g_set_object (&self->client, client);
  self->problem = problem == NULL ? NULL : g_error_copy (problem);
  return self;
}
