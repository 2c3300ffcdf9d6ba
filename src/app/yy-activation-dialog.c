/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-activation-dialog.h"

#include <glib/gi18n.h>

#include "app/yy-button.h"
#include "app/yy-certificate-rows.h"
#include "app/yy-code-entry.h"
#include "app/yy-new-pin.h"
#include "app/yy-pages.h"
#include "app/yy-step-list.h"
#include "app/yy-text.h"
#include "procedure/yy-activation.h"
#include "service/yy-code.h"

struct _YyActivationDialog
{
  AdwWindow parent_instance;

  YyClient *client;
  YyToken *token;
  YySecret *code;
  YySecret *pin;
  GCancellable *cancellable;
  GtkWindow *question;
  gboolean needs_token;
  gboolean needs_code;

  GtkStack *pages;
  AdwWindowTitle *token_title;
  GtkWidget *back;
  YyCodeEntry *code_entry;
  YyNewPin *new_pin;
  YyStepList *steps;
  AdwStatusPage *failure;
  GtkButton *retry;
  GtkLabel *waiting;
  GtkLabel *hotline;
  AdwPreferencesGroup *certificate;
  GtkWidget *done;
};

G_DEFINE_FINAL_TYPE (YyActivationDialog, yy_activation_dialog, ADW_TYPE_WINDOW)

static gboolean
is_running (YyActivationDialog *self)
{
  return self->cancellable != NULL;
}

static YyToken *
find_token (YyActivationDialog *self)
{
  return yy_token_manager_find (yy_client_get_manager (self->client),
                                yy_token_get_serial (self->token),
                                yy_token_get_module (self->token));
}

static void
show_page (YyActivationDialog *self, const char *name, GtkWidget *focus)
{
  yy_pages_show (self->pages, name);
  gtk_widget_set_visible (self->back, g_str_equal (name, "pin"));
  if (focus != NULL)
    gtk_widget_grab_focus (focus);
}

static void
update_next (YyActivationDialog *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.next",
                                 yy_code_entry_is_complete (self->code_entry));
}

static void
update_start (YyActivationDialog *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.start",
                                 yy_new_pin_is_acceptable (self->new_pin));
}

/* After the token was pulled out, going on has to wait for it. */
static void
update_retry (YyActivationDialog *self)
{
  gboolean present = find_token (self) != NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.retry", present || !self->needs_token);
  gtk_widget_set_visible (GTK_WIDGET (self->waiting), self->needs_token);
  gtk_label_set_label (self->waiting, present ? _ ("The token is plugged in again.")
                                              : _ ("Waiting for the token…"));
}

/* Without this the focus would go to the hotline and select it. */
static void
focus_retry (YyActivationDialog *self)
{
  if (!gtk_widget_grab_focus (GTK_WIDGET (self->retry)))
    gtk_window_set_focus (GTK_WINDOW (self), NULL);
}

static void
on_tokens_changed (YyActivationDialog *self)
{
  YyToken *token = find_token (self);

  if (token != NULL)
    g_set_object (&self->token, token);
  update_retry (self);
  if (self->needs_token && token != NULL && gtk_window_get_focus (GTK_WINDOW (self)) == NULL)
    focus_retry (self);
}

static void
ask_for_code (YyActivationDialog *self, const char *message)
{
  g_clear_pointer (&self->code, yy_secret_free);
  yy_code_entry_set_message (self->code_entry, message);
  show_page (self, "code", GTK_WIDGET (self->code_entry));
}

static void
ask_for_pin (YyActivationDialog *self, const char *message)
{
  g_clear_pointer (&self->pin, yy_secret_free);
  yy_new_pin_set_message (self->new_pin, message);
  show_page (self, "pin", GTK_WIDGET (self->new_pin));
}

static void
show_failure (YyActivationDialog *self, const GError *error)
{
  const char *advice = yy_error_advice (error);
  g_autofree char *description = g_markup_escape_text (advice == NULL ? "" : advice, -1);

  self->needs_token = g_error_matches (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED) ||
                      g_error_matches (error, YY_ERROR, YY_ERROR_NO_SUCH_TOKEN);
  self->needs_code = g_error_matches (error, YY_ERROR, YY_ERROR_CODE_EXPIRED) ||
                     g_error_matches (error, YY_ERROR, YY_ERROR_CODE_USED);
  adw_status_page_set_title (self->failure, error->message);
  adw_status_page_set_description (self->failure, description);
  gtk_button_set_label (self->retry, self->needs_code    ? _ ("Another _Code")
                                     : self->needs_token ? _ ("_Go On")
                                                         : _ ("_Try Again"));
  update_retry (self);
  show_page (self, "failure", NULL);
  focus_retry (self);
}

static void
show_certificate (YyActivationDialog *self, YyCertificate *certificate)
{
  g_autoptr (GPtrArray) rows = yy_certificate_rows_new (certificate);

  for (guint i = 0; i < rows->len; i++)
    adw_preferences_group_add (self->certificate, rows->pdata[i]);
  g_clear_pointer (&self->code, yy_secret_free);
  g_clear_pointer (&self->pin, yy_secret_free);
  show_page (self, "result", self->done);
}

static void
handle_failure (YyActivationDialog *self, const GError *error)
{
  g_autofree char *text = yy_text_dup_problem (error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gtk_window_close (GTK_WINDOW (self));
  else if (g_error_matches (error, YY_ERROR, YY_ERROR_CODE_INCORRECT))
    ask_for_code (self, text);
  else if (g_error_matches (error, YY_ERROR, YY_ERROR_PIN_POLICY))
    ask_for_pin (self, text);
  else
    show_failure (self, error);
}

static void
on_step (YyActivationStep step, gpointer user_data)
{
  yy_step_list_set_step (YY_ACTIVATION_DIALOG (user_data)->steps, step);
}

static void
on_finished (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyActivationDialog) self = YY_ACTIVATION_DIALOG (user_data);
  g_autoptr (YyCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  certificate = yy_activation_run_finish (result, &error);
  g_clear_object (&self->cancellable);
  if (self->question != NULL)
    gtk_window_close (self->question);
  if (certificate != NULL)
    show_certificate (self, certificate);
  else
    handle_failure (self, error);
}

/* Code and PIN stay here for going on after an error; the procedure wipes its own. */
static void
run (YyActivationDialog *self)
{
  YyProfile *profile = yy_client_get_profile (self->client);
  g_autoptr (GError) error = NULL;
  YyService *service = yy_client_get_service (self->client, &error);

  if (service == NULL)
    {
      show_failure (self, error);
      return;
    }
  self->cancellable = g_cancellable_new ();
  yy_step_list_set_step (self->steps, YY_ACTIVATION_AUTHORISE);
  show_page (self, "progress", NULL);
  yy_activation_run_async (yy_client_get_manager (self->client), service,
                           yy_profile_get_pin_policy (profile), yy_token_get_serial (self->token),
                           yy_token_get_module (self->token), yy_secret_dup (self->code),
                           yy_secret_dup (self->pin), on_step, self, self->cancellable, on_finished,
                           g_object_ref (self));
}

static void
on_next (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyActivationDialog *self = YY_ACTIVATION_DIALOG (widget);

  g_clear_pointer (&self->code, yy_secret_free);
  self->code = yy_code_entry_take (self->code_entry);
  if (self->pin != NULL)
    run (self);
  else
    ask_for_pin (self, NULL);
}

static void
on_start (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyActivationDialog *self = YY_ACTIVATION_DIALOG (widget);

  g_clear_pointer (&self->pin, yy_secret_free);
  self->pin = yy_new_pin_take (self->new_pin);
  run (self);
}

static void
on_code_activate (YyActivationDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "dialog.next", NULL);
}

static void
on_pin_activate (YyActivationDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "dialog.start", NULL);
}

static void
on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyActivationDialog *self = YY_ACTIVATION_DIALOG (widget);

  yy_new_pin_clear (self->new_pin);
  ask_for_code (self, NULL);
}

static void
on_retry (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyActivationDialog *self = YY_ACTIVATION_DIALOG (widget);

  if (self->needs_code || self->code == NULL)
    ask_for_code (self, NULL);
  else if (self->pin == NULL)
    ask_for_pin (self, NULL);
  else
    run (self);
}

static void
on_question_answered (YyActivationDialog *self, const char *response)
{
  self->question = NULL;
  if (g_str_equal (response, "stop") && is_running (self))
    g_cancellable_cancel (self->cancellable);
}

static void
on_stop (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyActivationDialog *self = YY_ACTIVATION_DIALOG (widget);
  GtkWidget *question = adw_message_dialog_new (
      GTK_WINDOW (self), _ ("Stop the Activation?"),
      _ ("Nothing is lost. What is done stays done, and you can go on later with the same code, "
         "here or on another computer."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (question), "continue", _ ("_Go On"), "stop",
                                    _ ("_Stop"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (question), "stop",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (question), "continue");
  g_signal_connect_object (question, "response", G_CALLBACK (on_question_answered), self,
                           G_CONNECT_SWAPPED);
  yy_button_name_all (question);
  self->question = GTK_WINDOW (question);
  gtk_window_present (self->question);
}

static gboolean
yy_activation_dialog_close_request (GtkWindow *window)
{
  YyActivationDialog *self = YY_ACTIVATION_DIALOG (window);

  if (!is_running (self))
    return GTK_WINDOW_CLASS (yy_activation_dialog_parent_class)->close_request (window);
  if (self->question == NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "dialog.stop", NULL);
  return TRUE;
}

static void
yy_activation_dialog_dispose (GObject *object)
{
  YyActivationDialog *self = YY_ACTIVATION_DIALOG (object);

  g_clear_pointer (&self->code, yy_secret_free);
  g_clear_pointer (&self->pin, yy_secret_free);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->token);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_activation_dialog_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "dialog.next", NULL, on_next);
  gtk_widget_class_install_action (widget_class, "dialog.start", NULL, on_start);
  gtk_widget_class_install_action (widget_class, "dialog.back", NULL, on_back);
  gtk_widget_class_install_action (widget_class, "dialog.retry", NULL, on_retry);
  gtk_widget_class_install_action (widget_class, "dialog.stop", NULL, on_stop);
}

static void
yy_activation_dialog_class_init (YyActivationDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_activation_dialog_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = yy_activation_dialog_close_request;
  g_type_ensure (YY_TYPE_CODE_ENTRY);
  g_type_ensure (YY_TYPE_NEW_PIN);
  g_type_ensure (YY_TYPE_STEP_LIST);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-activation-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, pages);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, token_title);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, back);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, code_entry);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, new_pin);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, steps);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, failure);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, retry);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, waiting);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, hotline);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, certificate);
  gtk_widget_class_bind_template_child (widget_class, YyActivationDialog, done);
  gtk_widget_class_bind_template_callback (widget_class, update_next);
  gtk_widget_class_bind_template_callback (widget_class, update_start);
  gtk_widget_class_bind_template_callback (widget_class, on_code_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_pin_activate);
  install_actions (widget_class);
}

static void
yy_activation_dialog_init (YyActivationDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
fill (YyActivationDialog *self)
{
  YyProfile *profile = yy_client_get_profile (self->client);
  g_autofree char *name = yy_text_dup_token_name (self->token);
  g_autofree char *token = g_strdup_printf ("%s · %s", name, yy_token_get_serial (self->token));
  g_autofree char *hotline = g_strdup_printf (_ ("Hotline: %s"), yy_profile_get_hotline (profile));

  yy_step_list_add_activation (self->steps);
  yy_code_entry_set_length (self->code_entry, yy_code_get_length (profile, YY_CODE_ACTIVATION));
  adw_window_title_set_subtitle (self->token_title, token);
  gtk_label_set_label (self->hotline, hotline);
  yy_new_pin_set_rules (self->new_pin, yy_profile_get_pin_policy (profile), self->token);
}

GtkWindow *
yy_activation_dialog_new (YyClient *client, YyToken *token)
{
  YyActivationDialog *self = g_object_new (YY_TYPE_ACTIVATION_DIALOG, NULL);

  self->client = g_object_ref (client);
  self->token = g_object_ref (token);
  fill (self);
  g_signal_connect_object (yy_client_get_manager (client), "items-changed",
                           G_CALLBACK (on_tokens_changed), self, G_CONNECT_SWAPPED);
  update_next (self);
  update_start (self);
  ask_for_code (self, NULL);
  return GTK_WINDOW (self);
}
