/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-token-dialog.h"

#include <glib/gi18n.h>

#include "app/yy-button.h"
#include "app/yy-pages.h"
#include "app/yy-pin-prompt.h"
#include "app/yy-text.h"

typedef struct
{
  YyClient *client;
  YyToken *token;
  YyTokenSession *session;
  GCancellable *cancellable;
  YySecret *pin;
  gboolean absent;

  GtkStack *pages;
  AdwWindowTitle *token_title;
  GtkLabel *explanation;
  YyPinPrompt *prompt;
  GtkBox *more;
  GtkLabel *message;
  GtkButton *button;
  GtkWidget *forgot;
  GtkSpinner *spinner;
  AdwStatusPage *success;
  GtkWidget *close;
} YyTokenDialogPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (YyTokenDialog, yy_token_dialog, ADW_TYPE_WINDOW)

#define PRIVATE(self)                                                                              \
  ((YyTokenDialogPrivate *) yy_token_dialog_get_instance_private (YY_TOKEN_DIALOG (self)))

static YyToken *
find_token (YyTokenDialog *self)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);

  return yy_token_manager_find (yy_client_get_manager (priv->client),
                                yy_token_get_serial (priv->token),
                                yy_token_get_module (priv->token));
}

static void
show_message (YyTokenDialog *self, const char *message)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);

  gtk_label_set_label (priv->message, message == NULL ? "" : message);
  gtk_widget_set_visible (GTK_WIDGET (priv->message), message != NULL);
}

static void
show_error (YyTokenDialog *self, const GError *error)
{
  g_autofree char *text = yy_text_dup_problem (error);

  show_message (self, text);
}

static void
show_token (YyTokenDialog *self)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);
  g_autofree char *name = yy_text_dup_token_name (priv->token);
  g_autofree char *text = g_strdup_printf ("%s · %s", name, yy_token_get_serial (priv->token));

  adw_window_title_set_subtitle (priv->token_title, text);
  yy_pin_prompt_set_token (priv->prompt, priv->token);
  if (YY_TOKEN_DIALOG_GET_CLASS (self)->show_token != NULL)
    YY_TOKEN_DIALOG_GET_CLASS (self)->show_token (self, priv->token);
}

static gboolean
is_shown (YyTokenDialog *self, const char *page)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (PRIVATE (self)->pages), page) == 0;
}

static void
show_locked (YyTokenDialog *self)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);

  yy_pages_show (priv->pages, "locked");
  gtk_widget_grab_focus (priv->forgot);
}

static void
show_question (YyTokenDialog *self)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);

  yy_pages_show (priv->pages, "ask");
  gtk_widget_grab_focus (GTK_WIDGET (priv->prompt));
}

/* There is nothing to type while the PIN is locked, whoever locked or unlocked it. */
static void
choose_page (YyTokenDialog *self)
{
  gboolean locked = yy_token_get_pin_state (PRIVATE (self)->token) == YY_PIN_LOCKED;

  if (locked && is_shown (self, "ask"))
    show_locked (self);
  else if (!locked && is_shown (self, "locked"))
    show_question (self);
}

/* Other programs spend tries, too. A card that tells its tries is asked just that. */
static void
read_tries (YyTokenDialog *self)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);
  YyDriver *driver = NULL;

  if (priv->client == NULL || priv->session != NULL || find_token (self) == NULL)
    return;
  driver = yy_token_manager_find_driver (yy_client_get_manager (priv->client), priv->token);
  yy_driver_read_tries (driver, yy_token_get_serial (priv->token));
}

static void
on_tokens_changed (YyTokenDialog *self)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);
  YyToken *token = find_token (self);

  if (token != NULL && token != priv->token)
    {
      g_set_object (&priv->token, token);
      show_token (self);
      if (priv->session == NULL)
        choose_page (self);
    }
  if (priv->session == NULL && (token == NULL) != priv->absent)
    {
      priv->absent = token == NULL;
      show_message (self, token == NULL ? _ ("The token was pulled out. Plug it in again.") : NULL);
    }
  yy_token_dialog_update (self);
}

static void
end_session (YyTokenDialog *self)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);

  g_clear_pointer (&priv->pin, yy_secret_free);
  if (priv->session != NULL)
    yy_token_session_close (priv->session);
  g_clear_object (&priv->session);
  g_clear_object (&priv->cancellable);
  gtk_spinner_stop (priv->spinner);
}

static void
on_start (GtkWidget *widget, const char *action, GVariant *parameter)
{
  yy_token_dialog_start (YY_TOKEN_DIALOG (widget));
}

static void
on_forgot_pin (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyTokenDialogPrivate *priv = PRIVATE (widget);
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (widget));

  if (parent != NULL)
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.unlock-token", "s",
                                yy_token_get_key (priv->token));
  gtk_window_close (GTK_WINDOW (widget));
}

static gboolean
can_start (YyTokenDialog *self)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);
  gboolean ready = FALSE;

  g_object_get (priv->prompt, "ready", &ready, NULL);
  return ready && priv->session == NULL && find_token (self) != NULL &&
         (YY_TOKEN_DIALOG_GET_CLASS (self)->is_ready == NULL ||
          YY_TOKEN_DIALOG_GET_CLASS (self)->is_ready (self));
}

static void
on_prompt_activate (YyTokenDialog *self)
{
  if (can_start (self))
    yy_token_dialog_start (self);
  else
    gtk_widget_child_focus (GTK_WIDGET (PRIVATE (self)->more), GTK_DIR_TAB_FORWARD);
}

/* Closing while the token works means "stop waiting": the answer closes the dialog. */
static gboolean
yy_token_dialog_close_request (GtkWindow *window)
{
  YyTokenDialogPrivate *priv = PRIVATE (window);

  if (priv->cancellable != NULL)
    {
      g_cancellable_cancel (priv->cancellable);
      return TRUE;
    }
  return GTK_WINDOW_CLASS (yy_token_dialog_parent_class)->close_request (window);
}

static void
yy_token_dialog_dispose (GObject *object)
{
  YyTokenDialogPrivate *priv = PRIVATE (object);

  g_clear_pointer (&priv->pin, yy_secret_free);
  g_clear_object (&priv->session);
  g_clear_object (&priv->cancellable);
  g_clear_object (&priv->token);
  g_clear_object (&priv->client);
  G_OBJECT_CLASS (yy_token_dialog_parent_class)->dispose (object);
}

static void
yy_token_dialog_class_init (YyTokenDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_token_dialog_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = yy_token_dialog_close_request;
  g_type_ensure (YY_TYPE_BUTTON);
  g_type_ensure (YY_TYPE_PIN_PROMPT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-token-dialog.ui");
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, pages);
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, token_title);
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, explanation);
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, prompt);
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, more);
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, message);
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, button);
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, forgot);
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, spinner);
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, success);
  gtk_widget_class_bind_template_child_private (widget_class, YyTokenDialog, close);
  gtk_widget_class_bind_template_callback (widget_class, yy_token_dialog_update);
  gtk_widget_class_bind_template_callback (widget_class, on_prompt_activate);
  gtk_widget_class_install_action (widget_class, "dialog.start", NULL, on_start);
  gtk_widget_class_install_action (widget_class, "dialog.forgot-pin", NULL, on_forgot_pin);
}

static void
yy_token_dialog_init (YyTokenDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
yy_token_dialog_set_up (YyTokenDialog *self, YyClient *client, YyToken *token)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);

  priv->client = g_object_ref (client);
  priv->token = g_object_ref (token);
  g_signal_connect_object (yy_client_get_manager (client), "items-changed",
                           G_CALLBACK (on_tokens_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (read_tries), NULL);
  show_token (self);
  show_question (self);
  choose_page (self);
  yy_token_dialog_update (self);
  read_tries (self);
}

YyClient *
yy_token_dialog_get_client (YyTokenDialog *self)
{
  return PRIVATE (self)->client;
}

void
yy_token_dialog_add (YyTokenDialog *self, GtkWidget *widget)
{
  gtk_box_append (PRIVATE (self)->more, widget);
}

void
yy_token_dialog_set_texts (YyTokenDialog *self,
                           const char *explanation,
                           const char *button,
                           const char *success,
                           const char *success_description)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);

  gtk_label_set_label (priv->explanation, explanation);
  gtk_button_set_label (priv->button, button);
  adw_status_page_set_title (priv->success, success);
  adw_status_page_set_description (priv->success, success_description);
}

void
yy_token_dialog_update (YyTokenDialog *self)
{
  if (PRIVATE (self)->client != NULL)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.start", can_start (self));
}

void
yy_token_dialog_start (YyTokenDialog *self)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);
  g_autoptr (GError) error = NULL;
  gboolean last_try = FALSE;

  if (!can_start (self))
    return;
  show_message (self, NULL);
  priv->pin = yy_pin_prompt_take (priv->prompt, yy_client_get_pin_guard (priv->client), &last_try);
  if (priv->pin == NULL)
    {
      gtk_widget_grab_focus (GTK_WIDGET (priv->prompt));
      return;
    }
  priv->session =
      yy_token_session_new (yy_client_get_manager (priv->client), yy_token_get_serial (priv->token),
                            yy_token_get_module (priv->token), &error);
  if (priv->session == NULL)
    {
      g_clear_pointer (&priv->pin, yy_secret_free);
      show_error (self, error);
      return;
    }
  if (last_try)
    yy_token_session_allow_last_try (priv->session);
  priv->cancellable = g_cancellable_new ();
  gtk_spinner_start (priv->spinner);
  yy_pages_show (priv->pages, "wait");
  yy_token_dialog_update (self);
  YY_TOKEN_DIALOG_GET_CLASS (self)->run (self, priv->session, priv->pin, priv->cancellable);
}

static void
tell_failure (YyTokenDialog *self, const GError *error)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);

  if (g_error_matches (error, YY_ERROR, YY_ERROR_PIN_LOCKED))
    {
      show_locked (self);
      return;
    }
  if (g_error_matches (error, YY_ERROR, YY_ERROR_PIN_INCORRECT) ||
      g_error_matches (error, YY_ERROR, YY_ERROR_PIN_LAST_TRY))
    yy_pin_prompt_tell (priv->prompt, error);
  else
    show_error (self, error);
  show_question (self);
  choose_page (self);
}

void
yy_token_dialog_finish (YyTokenDialog *self, const GError *error)
{
  YyTokenDialogPrivate *priv = PRIVATE (self);
  YyPinGuard *guard = yy_client_get_pin_guard (priv->client);

  if (error == NULL)
    yy_pin_guard_forget (guard, priv->token);
  else if (g_error_matches (error, YY_ERROR, YY_ERROR_PIN_INCORRECT))
    yy_pin_guard_failed (guard, priv->token, priv->pin);
  end_session (self);
  if (error == NULL)
    {
      yy_pages_show (priv->pages, "done");
      gtk_widget_grab_focus (priv->close);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gtk_window_close (GTK_WINDOW (self));
  else
    tell_failure (self, error);
  yy_token_dialog_update (self);
}
