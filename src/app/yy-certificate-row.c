/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-certificate-row.h"

#include <glib/gi18n.h>

#include "app/yy-certificate-rows.h"
#include "app/yy-hex.h"
#include "app/yy-text.h"

struct _YyCertificateRow
{
  AdwExpanderRow parent_instance;

  GtkWidget *buttons;
  GtkActionable *test;
  GtkActionable *export;
};

G_DEFINE_FINAL_TYPE (YyCertificateRow, yy_certificate_row, ADW_TYPE_EXPANDER_ROW)

static void
yy_certificate_row_class_init (YyCertificateRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-certificate-row.ui");
  gtk_widget_class_bind_template_child (widget_class, YyCertificateRow, buttons);
  gtk_widget_class_bind_template_child (widget_class, YyCertificateRow, test);
  gtk_widget_class_bind_template_child (widget_class, YyCertificateRow, export);
}

static void
yy_certificate_row_init (YyCertificateRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
set_targets (YyCertificateRow *self, YyToken *token, const YyTokenCertificate *certificate)
{
  g_autofree char *id = yy_hex_encode (certificate->id);
  const char *key = yy_token_get_key (token);

  gtk_actionable_set_action_target (self->test, "(ss)", key, id);
  gtk_actionable_set_action_target (self->export, "(ss)", key, id);
  gtk_widget_set_visible (GTK_WIDGET (self->test),
                          certificate->has_key != 0 &&
                              yy_token_get_pin_state (token) != YY_PIN_LOCKED);
}

GtkWidget *
yy_certificate_row_new (YyToken *token, const YyTokenCertificate *certificate)
{
  YyCertificateRow *self = g_object_new (YY_TYPE_CERTIFICATE_ROW, NULL);
  YyCertificate *view = certificate->certificate;
  g_autoptr (GPtrArray) rows = yy_certificate_rows_new (view);
  g_autofree char *expiry = yy_text_dup_expiry (view);
  g_autofree char *subtitle = g_strdup_printf (_ ("Valid until: %s"), expiry);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), yy_certificate_get_common_name (view));
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), subtitle);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), yy_certificate_get_subject (view));
  for (guint i = 0; i < rows->len; i++)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (self), rows->pdata[i]);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), self->buttons);
  set_targets (self, token, certificate);
  return GTK_WIDGET (self);
}
