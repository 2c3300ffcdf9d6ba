/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where yinyao: links lead. */
#include "app/yy-window.h"

#include <glib/gi18n.h>

#include "app/yy-text.h"

/* The link that waits until the tokens are known; never YY_LINK_UNKNOWN. */
#define AWAITED "yy-window-awaited-link"

/* A link names no token: the first one that can be meant is. */
static gboolean
can_be_activated (YyToken *token)
{
  return yy_text_find_certificate (token) == NULL;
}

static gboolean
is_activated (YyToken *token)
{
  return yy_text_find_certificate (token) != NULL;
}

static gboolean
is_locked (YyToken *token)
{
  return is_activated (token) && yy_token_get_pin_state (token) == YY_PIN_LOCKED;
}

static YyToken *
find_token (YyWindow *self, gboolean (*is_meant) (YyToken *token))
{
  GListModel *tokens = G_LIST_MODEL (yy_client_get_manager (yy_window_get_client (self)));

  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (YyToken) token = g_list_model_get_item (tokens, i);

      if (is_meant (token))
        return token;
    }
  return NULL;
}

static guint
count_tokens (YyWindow *self, gboolean (*is_meant) (YyToken *token))
{
  GListModel *tokens = G_LIST_MODEL (yy_client_get_manager (yy_window_get_client (self)));
  guint count = 0;

  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (YyToken) token = g_list_model_get_item (tokens, i);

      if (is_meant (token))
        count++;
    }
  return count;
}

static void
follow_to_activation (YyWindow *self)
{
  YyToken *token = find_token (self, can_be_activated);

  if (count_tokens (self, can_be_activated) > 1)
    yy_window_show_toast (self, _ ("Several tokens can be activated: press the button of yours"));
  else if (token != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.activate-certificate", "s",
                                yy_token_get_key (token));
  else
    yy_window_show_toast (self, _ ("Plug in the token that you want to activate"));
}

static void
follow_to_unlocking (YyWindow *self)
{
  YyToken *locked = find_token (self, is_locked);
  YyToken *token = locked != NULL ? locked : find_token (self, is_activated);

  if (token != NULL)
    yy_window_unlock_token (self, token);
  else
    yy_window_show_toast (self, _ ("Plug in the token whose PIN you forgot"));
}

static void
follow_to_token (YyWindow *self, YyLink link)
{
  if (link == YY_LINK_ACTIVATE)
    follow_to_activation (self);
  else if (link == YY_LINK_UNLOCK)
    follow_to_unlocking (self);
}

static void
on_settled (YyTokenManager *manager, GParamSpec *pspec, YyWindow *self)
{
  YyLink link = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (self), AWAITED));

  if (!yy_token_manager_is_settled (manager))
    return;
  g_signal_handlers_disconnect_by_func (manager, on_settled, self);
  g_object_set_data (G_OBJECT (self), AWAITED, NULL);
  follow_to_token (self, link);
}

/* A program that was started by the link does not know its tokens yet. The last link counts. */
static void
follow_when_settled (YyWindow *self, YyLink link)
{
  YyTokenManager *manager = yy_client_get_manager (yy_window_get_client (self));

  if (yy_token_manager_is_settled (manager))
    {
      follow_to_token (self, link);
      return;
    }
  if (g_object_get_data (G_OBJECT (self), AWAITED) == NULL)
    g_signal_connect_object (manager, "notify::settled", G_CALLBACK (on_settled), self, 0);
  g_object_set_data (G_OBJECT (self), AWAITED, GINT_TO_POINTER (link));
}

void
yy_window_follow_link (YyWindow *self, YyLink link)
{
  if (link == YY_LINK_UNKNOWN)
    {
      yy_window_show_toast (self, _ ("This link leads to no page of this program"));
      return;
    }
  yy_window_show_page (self, yy_link_get_page (link));
  if (link == YY_LINK_ACTIVATE || link == YY_LINK_UNLOCK)
    follow_when_settled (self, link);
}
