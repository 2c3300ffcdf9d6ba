/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-unlock-page.h"

#include <glib/gi18n.h>

#include "app/yy-step-bar.h"
#include "app/yy-text.h"

struct _YyUnlockPage
{
  AdwBin parent_instance;

  YyClient *client;
  YyToken *token;

  GtkLabel *organization;
  GtkLabel *token_name;
  YyStepBar *bar;
  GtkStack *pages;
};

G_DEFINE_FINAL_TYPE (YyUnlockPage, yy_unlock_page, ADW_TYPE_BIN)

static void
show_token (YyUnlockPage *self)
{
  YyTokenCertificate *certificate = yy_text_find_certificate (self->token);
  g_autofree char *name = yy_text_dup_token_name (self->token);
  g_autofree char *text = g_strdup_printf ("%s · %s", name, yy_token_get_serial (self->token));
  const char *owner =
      certificate == NULL ? name : yy_certificate_get_common_name (certificate->certificate);

  gtk_label_set_label (self->organization, owner);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->organization), owner);
  gtk_label_set_label (self->token_name, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->token_name), text);
}

static void
show_steps (YyUnlockPage *self)
{
  const char *const titles[] = { _ ("Details"), _ ("Documents"), _ ("Review"), _ ("New PIN"),
                                 NULL };

  yy_step_bar_show (self->bar, titles, 0);
}

static void
on_tokens_changed (YyUnlockPage *self)
{
  YyToken *token =
      yy_token_manager_find (yy_client_get_manager (self->client),
                             yy_token_get_serial (self->token), yy_token_get_module (self->token));

  if (token != NULL && g_set_object (&self->token, token))
    show_token (self);
}

static void
on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.leave-steps", NULL);
}

static void
yy_unlock_page_dispose (GObject *object)
{
  YyUnlockPage *self = YY_UNLOCK_PAGE (object);

  g_clear_object (&self->token);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_unlock_page_parent_class)->dispose (object);
}

static void
yy_unlock_page_class_init (YyUnlockPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_unlock_page_dispose;
  g_type_ensure (YY_TYPE_STEP_BAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-unlock-page.ui");
  gtk_widget_class_bind_template_child (widget_class, YyUnlockPage, organization);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockPage, token_name);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockPage, bar);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockPage, pages);
  gtk_widget_class_install_action (widget_class, "steps.back", NULL, on_back);
}

static void
yy_unlock_page_init (YyUnlockPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
yy_unlock_page_new (YyClient *client, YyToken *token)
{
  YyUnlockPage *self = g_object_new (YY_TYPE_UNLOCK_PAGE, NULL);

  self->client = g_object_ref (client);
  self->token = g_object_ref (token);
  g_signal_connect_object (yy_client_get_manager (client), "items-changed",
                           G_CALLBACK (on_tokens_changed), self, G_CONNECT_SWAPPED);
  show_token (self);
  show_steps (self);
  return GTK_WIDGET (self);
}

YyToken *
yy_unlock_page_get_token (YyUnlockPage *self)
{
  return self->token;
}
