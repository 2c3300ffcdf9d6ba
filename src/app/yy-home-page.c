/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-home-page.h"

#include <glib/gi18n.h>

#include "app/yy-driver-row.h"
#include "app/yy-pages.h"
#include "app/yy-token-card.h"
#include "app/yy-token-list.h"
#include "app/yy-unlock-way.h"
#include "service/yy-ticket-book.h"

struct _YyHomePage
{
  AdwBin parent_instance;

  YyClient *client;
  YyTokenManager *manager;
  YyProfile *profile;
  GtkWidget *problems;
  GtkListBox *drivers;
  GtkStack *views;
  GtkBox *cards;
  GtkWidget *spinner;
  GtkLabel *help;
  guint spinner_id;
};

G_DEFINE_FINAL_TYPE (YyHomePage, yy_home_page, ADW_TYPE_BIN)

static gboolean
is_reading_view (gpointer self, const char *name, gpointer user_data)
{
  return g_strcmp0 (name, "reading") == 0;
}

static void
update_view (YyHomePage *self)
{
  const char *view = "reading";

  if (g_list_model_get_n_items (G_LIST_MODEL (self->manager)) > 0)
    view = "tokens";
  else if (yy_token_manager_is_settled (self->manager))
    view = "empty";
  yy_pages_show (self->views, view);
}

static void
update_problems (YyHomePage *self)
{
  gboolean any = FALSE;

  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->drivers)); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    any = any || gtk_widget_get_visible (row);
  gtk_widget_set_visible (self->problems, any);
}

static GtkWidget *
make_driver_row (gpointer item, gpointer user_data)
{
  GtkWidget *row = yy_driver_row_new (YY_DRIVER (item));

  g_signal_connect_object (row, "notify::visible", G_CALLBACK (update_problems), user_data,
                           G_CONNECT_SWAPPED);
  return row;
}

/* Without a book there is no order to tell of, and no need of the service's client. */
static void
show_order (YyHomePage *self, GtkWidget *card, YyToken *token)
{
  YyTickets *tickets = yy_client_get_tickets (self->client);
  g_autofree char *notice = NULL;

  if (!yy_ticket_book_is_empty ())
    notice = yy_unlock_way_dup_notice (yy_tickets_get (tickets, yy_token_get_serial (token)));
  g_object_set (card, "order-notice", notice, NULL);
}

static void
on_ticket_changed (YyHomePage *self, const char *serial)
{
  for (GtkWidget *card = gtk_widget_get_first_child (GTK_WIDGET (self->cards)); card != NULL;
       card = gtk_widget_get_next_sibling (card))
    {
      g_autoptr (YyToken) token = NULL;

      g_object_get (card, "token", &token, NULL);
      if (g_strcmp0 (yy_token_get_serial (token), serial) == 0)
        show_order (self, card, token);
    }
}

static GtkWidget *
make_card (YyToken *token, gpointer user_data)
{
  YyHomePage *self = YY_HOME_PAGE (user_data);
  GtkWidget *card = yy_token_card_new (token, yy_profile_get_hotline (self->profile));

  show_order (self, card, token);
  return card;
}

static void
yy_home_page_dispose (GObject *object)
{
  YyHomePage *self = YY_HOME_PAGE (object);

  g_clear_handle_id (&self->spinner_id, g_source_remove);
  g_clear_object (&self->manager);
  g_clear_object (&self->profile);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_home_page_parent_class)->dispose (object);
}

static void
yy_home_page_class_init (YyHomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_home_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-home-page.ui");
  gtk_widget_class_bind_template_child (widget_class, YyHomePage, problems);
  gtk_widget_class_bind_template_child (widget_class, YyHomePage, drivers);
  gtk_widget_class_bind_template_child (widget_class, YyHomePage, views);
  gtk_widget_class_bind_template_child (widget_class, YyHomePage, cards);
  gtk_widget_class_bind_template_child (widget_class, YyHomePage, spinner);
  gtk_widget_class_bind_template_child (widget_class, YyHomePage, help);
  gtk_widget_class_bind_template_callback (widget_class, is_reading_view);
}

/* What is read at once needs no spinner, and the first one drawn loads a renderer of SVG. */
#define SPINNER_DELAY_MS 300

static gboolean
show_spinner (gpointer user_data)
{
  YyHomePage *self = YY_HOME_PAGE (user_data);

  self->spinner_id = 0;
  gtk_widget_set_visible (self->spinner, TRUE);
  return G_SOURCE_REMOVE;
}

static void
yy_home_page_init (YyHomePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->spinner_id = g_timeout_add (SPINNER_DELAY_MS, show_spinner, self);
}

GtkWidget *
yy_home_page_new (YyClient *client)
{
  YyHomePage *self = g_object_new (YY_TYPE_HOME_PAGE, NULL);
  YyTokenManager *manager = yy_client_get_manager (client);
  YyProfile *profile = yy_client_get_profile (client);
  GListModel *drivers = yy_token_manager_get_drivers (manager);
  g_autofree char *help =
      g_strdup_printf (_ ("Questions? Hotline: %s"), yy_profile_get_hotline (profile));

  self->client = g_object_ref (client);
  self->manager = g_object_ref (manager);
  self->profile = g_object_ref (profile);
  gtk_label_set_label (self->help, help);
  yy_token_list_bind (self->cards, manager, make_card, self);
  g_signal_connect_object (yy_client_get_tickets (client), "changed",
                           G_CALLBACK (on_ticket_changed), self, G_CONNECT_SWAPPED);
  gtk_list_box_bind_model (self->drivers, drivers, make_driver_row, self, NULL);
  g_signal_connect_object (manager, "items-changed", G_CALLBACK (update_view), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::settled", G_CALLBACK (update_view), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (drivers, "items-changed", G_CALLBACK (update_problems), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  update_view (self);
  update_problems (self);
  return GTK_WIDGET (self);
}
