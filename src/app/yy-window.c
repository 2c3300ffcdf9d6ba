/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-window.h"

#include "config.h"

#include <glib/gi18n.h>

#include "app/yy-certificates-page.h"
#include "app/yy-decision-notice.h"
#include "app/yy-home-page.h"
#include "app/yy-pages.h"
#include "app/yy-unlock-page.h"

struct _YyWindow
{
  AdwApplicationWindow parent_instance;

  YyClient *client;
  YyTicketWatch *watch;
  GtkStack *shell;
  AdwBin *steps;
  AdwViewStack *stack;
  AdwBin *home;
  AdwBin *certificates;
  AdwToastOverlay *toasts;
  GtkMenuButton *menu_button;
  GMenuModel *menu;
  GtkLabel *version;
  GtkLabel *authority;
  GtkLabel *hotline;
};

G_DEFINE_FINAL_TYPE (YyWindow, yy_window, ADW_TYPE_APPLICATION_WINDOW)

/* What this version cannot do yet. */
static const struct
{
  const char *page;
  const char *icon;
  const char *title;
  const char *description;
} later[] = {
  { "renewal", "yinyao-renewal-symbolic", N_ ("Renewing is not possible here yet"),
    N_ ("This version cannot renew certificates. If yours expires soon, call the hotline at the "
        "bottom of this window.") },
  { "seals", "yinyao-seal-symbolic", N_ ("Seals are not shown here yet"),
    N_ ("This version cannot apply for, install or change electronic seals.") },
  { "drivers", "yinyao-driver-symbolic", N_ ("Drivers cannot be installed here yet"),
    N_ ("This version uses the drivers this computer already has. Problems with them are told on "
        "the home page.") },
};

static GtkWidget *
make_later_page (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (later); i++)
    if (g_str_equal (later[i].page, name))
      return g_object_new (ADW_TYPE_STATUS_PAGE, "icon-name", later[i].icon, "title",
                           _ (later[i].title), "description", _ (later[i].description), NULL);
  g_return_val_if_reached (NULL);
}

static void
build_page (YyWindow *self, AdwBin *page)
{
  YyTokenManager *manager = yy_client_get_manager (self->client);
  YyProfile *profile = yy_client_get_profile (self->client);

  if (adw_bin_get_child (page) != NULL)
    return;
  if (page == self->home)
    adw_bin_set_child (page, yy_home_page_new (self->client));
  else if (page == self->certificates)
    adw_bin_set_child (page, yy_certificates_page_new (manager, profile));
  else
    adw_bin_set_child (page, make_later_page (adw_view_stack_get_visible_child_name (self->stack)));
}

/* The switcher at the bottom has its buttons only while the window is narrow. */
static AdwViewStack *
get_stack_if_narrow (YyWindow *self, gboolean narrow, gpointer user_data)
{
  return narrow ? g_object_ref (self->stack) : NULL;
}

/* On a way in steps there is nothing to switch to. */
static gboolean
reveals_switcher (YyWindow *self, gboolean narrow, const char *shell, gpointer user_data)
{
  return narrow && g_strcmp0 (shell, "views") == 0;
}

static void
make_menu (GtkMenuButton *button, gpointer user_data)
{
  gtk_menu_button_set_menu_model (button, YY_WINDOW (user_data)->menu);
}

/*
 * A page is built when it is shown for the first time. What is on the others is invisible, or GTK
 * 4.8 would leave it in the accessibility tree.
 */
static void
on_visible_page (YyWindow *self)
{
  GtkWidget *visible = adw_view_stack_get_visible_child (self->stack);

  build_page (self, ADW_BIN (visible));
  for (GtkWidget *page = gtk_widget_get_first_child (GTK_WIDGET (self->stack)); page != NULL;
       page = gtk_widget_get_next_sibling (page))
    if (adw_bin_get_child (ADW_BIN (page)) != NULL)
      gtk_widget_set_visible (adw_bin_get_child (ADW_BIN (page)), page == visible);
}

static void
fill_footer (YyWindow *self)
{
  YyProfile *profile = yy_client_get_profile (self->client);
  g_autofree char *version = g_strdup_printf (_ ("Version: %s"), VERSION);
  g_autofree char *hotline = g_strdup_printf (_ ("Hotline: %s"), yy_profile_get_hotline (profile));

  gtk_label_set_label (self->version, version);
  gtk_label_set_label (self->hotline, hotline);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->hotline), hotline);
  gtk_label_set_label (self->authority, yy_profile_get_name (profile));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->authority), yy_profile_get_name (profile));
  gtk_window_set_title (GTK_WINDOW (self), yy_profile_get_product (profile));
}

static void
withdraw_notice (YyWindow *self, const char *serial)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (application != NULL)
    yy_decision_notice_withdraw (G_APPLICATION (application), serial);
}

/* Who looks at the window sees it there. */
static void
on_decided (YyWindow *self, YyTicket *ticket)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (application != NULL && !gtk_window_is_active (GTK_WINDOW (self)))
    yy_decision_notice_send (G_APPLICATION (application), ticket);
}

static void
on_active (YyWindow *self)
{
  if (gtk_window_is_active (GTK_WINDOW (self)))
    yy_ticket_watch_look (self->watch);
}

/* A token that is being worked on is not left alone by accident. */
static gboolean
yy_window_close_request (GtkWindow *window)
{
  GtkWidget *page = adw_bin_get_child (YY_WINDOW (window)->steps);

  if (page != NULL && yy_unlock_page_ask_to_stop (YY_UNLOCK_PAGE (page)))
    return TRUE;
  return GTK_WINDOW_CLASS (yy_window_parent_class)->close_request (window);
}

static void
yy_window_dispose (GObject *object)
{
  YyWindow *self = YY_WINDOW (object);

  g_clear_object (&self->watch);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_window_parent_class)->dispose (object);
}

static void
yy_window_class_init (YyWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = yy_window_close_request;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-window.ui");
  gtk_widget_class_bind_template_child (widget_class, YyWindow, shell);
  gtk_widget_class_bind_template_child (widget_class, YyWindow, steps);
  gtk_widget_class_bind_template_child (widget_class, YyWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, YyWindow, home);
  gtk_widget_class_bind_template_child (widget_class, YyWindow, certificates);
  gtk_widget_class_bind_template_child (widget_class, YyWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, YyWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, YyWindow, menu);
  gtk_widget_class_bind_template_child (widget_class, YyWindow, version);
  gtk_widget_class_bind_template_child (widget_class, YyWindow, authority);
  gtk_widget_class_bind_template_child (widget_class, YyWindow, hotline);
  gtk_widget_class_bind_template_callback (widget_class, get_stack_if_narrow);
  gtk_widget_class_bind_template_callback (widget_class, reveals_switcher);
  yy_window_install_actions (widget_class);
}

static void
yy_window_init (YyWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (self->menu_button, make_menu, self, NULL);
}

YyWindow *
yy_window_new (GtkApplication *application, YyClient *client)
{
  YyWindow *self = g_object_new (YY_TYPE_WINDOW, "application", application, NULL);

  self->client = g_object_ref (client);
  self->watch = yy_ticket_watch_new (client);
  g_signal_connect_object (self->watch, "decided", G_CALLBACK (on_decided), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (on_active), NULL);
  fill_footer (self);
  g_signal_connect_object (self->stack, "notify::visible-child", G_CALLBACK (on_visible_page), self,
                           G_CONNECT_SWAPPED);
  on_visible_page (self);
  yy_pages_show (self->shell, "views");
  return self;
}

YyClient *
yy_window_get_client (YyWindow *self)
{
  return self->client;
}

void
yy_window_show_page (YyWindow *self, const char *name)
{
  GtkWidget *page = adw_view_stack_get_child_by_name (self->stack, name);

  if (page == NULL)
    return;
  yy_pages_show (self->shell, "views");
  adw_view_stack_set_visible_child (self->stack, page);
  gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

/* A way that was begun is kept, with what was typed, until one for another token is begun. */
void
yy_window_unlock_token (YyWindow *self, YyToken *token)
{
  GtkWidget *page = adw_bin_get_child (self->steps);
  YyToken *shown = page == NULL ? NULL : yy_unlock_page_get_token (YY_UNLOCK_PAGE (page));

  if (shown != NULL && yy_unlock_page_is_running (YY_UNLOCK_PAGE (page)) &&
      !g_str_equal (yy_token_get_key (shown), yy_token_get_key (token)))
    yy_window_show_toast (self, _ ("Another token is being unlocked"));
  else if (shown == NULL || !g_str_equal (yy_token_get_key (shown), yy_token_get_key (token)))
    adw_bin_set_child (self->steps, yy_unlock_page_new (self->client, self->watch, token));
  else
    yy_unlock_page_resume (YY_UNLOCK_PAGE (page));
  yy_pages_show (self->shell, "steps");
  gtk_widget_grab_focus (adw_bin_get_child (self->steps));
  withdraw_notice (self, yy_token_get_serial (token));
}

void
yy_window_show_order (YyWindow *self, const char *serial)
{
  GtkWidget *page = adw_bin_get_child (self->steps);
  YyToken *token = yy_token_manager_find (yy_client_get_manager (self->client), serial, NULL);
  g_autofree char *text = NULL;

  if (token == NULL && page != NULL)
    token = yy_unlock_page_get_token (YY_UNLOCK_PAGE (page));
  if (token != NULL && g_str_equal (yy_token_get_serial (token), serial))
    {
      yy_window_unlock_token (self, token);
      return;
    }
  text = g_strdup_printf (_ ("Plug in the token with the serial number %s"), serial);
  yy_window_show_toast (self, text);
}

void
yy_window_look_at_orders (YyWindow *self)
{
  GtkWidget *page = adw_bin_get_child (self->steps);

  if (page != NULL && gtk_widget_get_mapped (page))
    yy_unlock_page_refresh (YY_UNLOCK_PAGE (page));
  yy_ticket_watch_look (self->watch);
}

void
yy_window_leave_steps (YyWindow *self)
{
  yy_window_show_page (self, adw_view_stack_get_visible_child_name (self->stack));
}

void
yy_window_show_toast (YyWindow *self, const char *message)
{
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (message));
}
