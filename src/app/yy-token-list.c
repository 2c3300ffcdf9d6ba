/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-token-list.h"

typedef struct
{
  GtkBox *box;
  YyTokenManager *manager;
  YyTokenWidgetFunc make_widget;
  gpointer user_data;
} Binding;

static void
binding_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

static YyToken *
get_token (GtkWidget *widget)
{
  g_autoptr (YyToken) token = NULL;

  g_object_get (widget, "token", &token, NULL);
  return token;
}

static gboolean
is_present (GListModel *tokens, YyToken *shown)
{
  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (YyToken) token = g_list_model_get_item (tokens, i);

      if (g_str_equal (yy_token_get_key (token), yy_token_get_key (shown)))
        return TRUE;
    }
  return FALSE;
}

static void
remove_absent (Binding *binding)
{
  GtkWidget *next = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (binding->box)); child != NULL;
       child = next)
    {
      next = gtk_widget_get_next_sibling (child);
      if (!is_present (G_LIST_MODEL (binding->manager), get_token (child)))
        gtk_box_remove (binding->box, child);
    }
}

static void
add_or_update (Binding *binding, YyToken *token)
{
  GtkWidget *widget = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (binding->box)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      YyToken *shown = get_token (child);

      if (!g_str_equal (yy_token_get_key (token), yy_token_get_key (shown)))
        continue;
      if (shown != token)
        g_object_set (child, "token", token, NULL);
      return;
    }
  widget = binding->make_widget (token, binding->user_data);
  gtk_box_append (binding->box, widget);
}

static void
on_items_changed (GListModel *tokens, guint position, guint removed, guint added, Binding *binding)
{
  remove_absent (binding);
  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (YyToken) token = g_list_model_get_item (tokens, i);

      add_or_update (binding, token);
    }
}

void
yy_token_list_bind (GtkBox *box,
                    YyTokenManager *manager,
                    YyTokenWidgetFunc make_widget,
                    gpointer user_data)
{
  Binding *binding = g_new0 (Binding, 1);
  GClosure *closure = g_cclosure_new (G_CALLBACK (on_items_changed), binding, binding_free);

  *binding = (Binding){ box, manager, make_widget, user_data };
  g_object_watch_closure (G_OBJECT (box), closure);
  g_signal_connect_closure (manager, "items-changed", closure, FALSE);
  on_items_changed (G_LIST_MODEL (manager), 0, 0, 0, binding);
}
