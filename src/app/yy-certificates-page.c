/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-certificates-page.h"

#include "app/yy-pages.h"
#include "app/yy-token-group.h"
#include "app/yy-token-list.h"

struct _YyCertificatesPage
{
  AdwBin parent_instance;

  YyTokenManager *manager;
  YyProfile *profile;
  GtkStack *views;
  GtkBox *groups;
};

G_DEFINE_FINAL_TYPE (YyCertificatesPage, yy_certificates_page, ADW_TYPE_BIN)

static void
update_view (YyCertificatesPage *self)
{
  gboolean any = g_list_model_get_n_items (G_LIST_MODEL (self->manager)) > 0;

  yy_pages_show (self->views, any ? "tokens" : "empty");
}

static GtkWidget *
make_group (YyToken *token, gpointer user_data)
{
  YyCertificatesPage *self = YY_CERTIFICATES_PAGE (user_data);

  return yy_token_group_new (token, yy_profile_get_hotline (self->profile));
}

static void
yy_certificates_page_dispose (GObject *object)
{
  YyCertificatesPage *self = YY_CERTIFICATES_PAGE (object);

  g_clear_object (&self->manager);
  g_clear_object (&self->profile);
  G_OBJECT_CLASS (yy_certificates_page_parent_class)->dispose (object);
}

static void
yy_certificates_page_class_init (YyCertificatesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_certificates_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-certificates-page.ui");
  gtk_widget_class_bind_template_child (widget_class, YyCertificatesPage, views);
  gtk_widget_class_bind_template_child (widget_class, YyCertificatesPage, groups);
}

static void
yy_certificates_page_init (YyCertificatesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
yy_certificates_page_new (YyTokenManager *manager, YyProfile *profile)
{
  YyCertificatesPage *self = g_object_new (YY_TYPE_CERTIFICATES_PAGE, NULL);

  self->manager = g_object_ref (manager);
  self->profile = g_object_ref (profile);
  yy_token_list_bind (self->groups, manager, make_group, self);
  g_signal_connect_object (manager, "items-changed", G_CALLBACK (update_view), self,
                           G_CONNECT_SWAPPED);
  update_view (self);
  return GTK_WIDGET (self);
}
