/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "app/yy-activation-dialog.h"
#include "app/yy-change-pin-dialog.h"
#include "app/yy-export.h"
#include "app/yy-hex.h"
#include "app/yy-test-signature-dialog.h"
#include "app/yy-window.h"

static YyToken *
find_token (YyWindow *self, const char *key)
{
  GListModel *tokens = G_LIST_MODEL (yy_client_get_manager (yy_window_get_client (self)));

  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (YyToken) token = g_list_model_get_item (tokens, i);

      if (g_str_equal (yy_token_get_key (token), key))
        return g_steal_pointer (&token);
    }
  return NULL;
}

static YyTokenCertificate *
find_certificate (YyToken *token, const char *id)
{
  GPtrArray *certificates = yy_token_get_certificates (token);

  for (guint i = 0; i < certificates->len; i++)
    {
      YyTokenCertificate *certificate = certificates->pdata[i];
      g_autofree char *hex = yy_hex_encode (certificate->id);

      if (g_str_equal (hex, id))
        return certificate;
    }
  return NULL;
}

static void
present_dialog (YyWindow *self, GtkWindow *dialog)
{
  gtk_window_set_transient_for (dialog, GTK_WINDOW (self));
  gtk_window_present (dialog);
}

static void
on_show_page (GtkWidget *widget, const char *action, GVariant *parameter)
{
  yy_window_show_page (YY_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
on_show_certificates (GtkWidget *widget, const char *action, GVariant *parameter)
{
  yy_window_show_page (YY_WINDOW (widget), "certificates");
}

static void
on_refresh (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyClient *client = yy_window_get_client (YY_WINDOW (widget));
  GListModel *drivers = yy_token_manager_get_drivers (yy_client_get_manager (client));

  for (guint i = 0; i < g_list_model_get_n_items (drivers); i++)
    {
      g_autoptr (YyDriver) driver = g_list_model_get_item (drivers, i);

      yy_driver_refresh (driver);
    }
  yy_window_look_at_orders (YY_WINDOW (widget));
}

/* Not gtk/help-overlay.ui, which GtkApplication builds before the first frame. */
static void
on_show_shortcuts (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/org/yinyao/Client/shortcuts-window.ui");

  present_dialog (YY_WINDOW (widget), GTK_WINDOW (gtk_builder_get_object (builder, "shortcuts")));
}

static void
on_toast (GtkWidget *widget, const char *action, GVariant *parameter)
{
  yy_window_show_toast (YY_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
on_activate_certificate (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyWindow *self = YY_WINDOW (widget);
  g_autoptr (YyToken) token = find_token (self, g_variant_get_string (parameter, NULL));

  if (token != NULL)
    present_dialog (self, yy_activation_dialog_new (yy_window_get_client (self), token));
}

static void
on_change_pin (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyWindow *self = YY_WINDOW (widget);
  g_autoptr (YyToken) token = find_token (self, g_variant_get_string (parameter, NULL));

  if (token != NULL)
    present_dialog (self, yy_change_pin_dialog_new (yy_window_get_client (self), token));
}

static void
on_unlock_token (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyWindow *self = YY_WINDOW (widget);
  g_autoptr (YyToken) token = find_token (self, g_variant_get_string (parameter, NULL));

  if (token != NULL)
    yy_window_unlock_token (self, token);
}

static void
on_leave_steps (GtkWidget *widget, const char *action, GVariant *parameter)
{
  yy_window_leave_steps (YY_WINDOW (widget));
}

static void
on_test_signature (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyWindow *self = YY_WINDOW (widget);
  YyTokenCertificate *certificate = NULL;
  g_autoptr (YyToken) token = NULL;
  const char *key = NULL;
  const char *id = NULL;

  g_variant_get (parameter, "(&s&s)", &key, &id);
  token = find_token (self, key);
  certificate = token == NULL ? NULL : find_certificate (token, id);
  if (certificate != NULL)
    present_dialog (self, yy_test_signature_dialog_new (yy_window_get_client (self), token,
                                                        certificate->id));
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  YyWindow *self = YY_WINDOW (source);
  g_autoptr (GError) error = NULL;

  if (yy_export_certificate_finish (result, &error))
    yy_window_show_toast (self, _ ("Certificate exported"));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    yy_window_show_toast (self, error->message);
}

static void
on_export_certificate (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyWindow *self = YY_WINDOW (widget);
  YyTokenCertificate *certificate = NULL;
  g_autoptr (YyToken) token = NULL;
  const char *key = NULL;
  const char *id = NULL;

  g_variant_get (parameter, "(&s&s)", &key, &id);
  token = find_token (self, key);
  certificate = token == NULL ? NULL : find_certificate (token, id);
  if (certificate != NULL)
    yy_export_certificate_async (GTK_WINDOW (self), certificate->certificate, on_exported, NULL);
}

void
yy_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.show-page", "s", on_show_page);
  gtk_widget_class_install_action (widget_class, "win.show-certificates", "s",
                                   on_show_certificates);
  gtk_widget_class_install_action (widget_class, "win.refresh", NULL, on_refresh);
  gtk_widget_class_install_action (widget_class, "win.show-shortcuts", NULL, on_show_shortcuts);
  gtk_widget_class_install_action (widget_class, "win.toast", "s", on_toast);
  gtk_widget_class_install_action (widget_class, "win.activate-certificate", "s",
                                   on_activate_certificate);
  gtk_widget_class_install_action (widget_class, "win.change-pin", "s", on_change_pin);
  gtk_widget_class_install_action (widget_class, "win.unlock-token", "s", on_unlock_token);
  gtk_widget_class_install_action (widget_class, "win.leave-steps", NULL, on_leave_steps);
  gtk_widget_class_install_action (widget_class, "win.test-signature", "(ss)", on_test_signature);
  gtk_widget_class_install_action (widget_class, "win.export-certificate", "(ss)",
                                   on_export_certificate);
}
