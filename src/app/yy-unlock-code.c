/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-unlock-code.h"

#include <glib/gi18n.h>

#include "app/yy-code-entry.h"
#include "app/yy-code-sender.h"
#include "app/yy-new-pin.h"
#include "app/yy-text.h"
#include "service/yy-code.h"

struct _YyUnlockCode
{
  AdwBin parent_instance;

  YyClient *client;
  YyToken *token;
  YySecret *code; /* typed before, still good */
  YySecret *pin;
  gboolean present;

  YyCodeSender *sender;
  YyCodeEntry *code_entry;
  YyNewPin *new_pin;
  GtkWidget *pin_kept;
  GtkLabel *absent;
  GtkLabel *message;
};

static guint start_signal;

G_DEFINE_FINAL_TYPE (YyUnlockCode, yy_unlock_code, ADW_TYPE_BIN)

static void
update_start (YyUnlockCode *self)
{
  gboolean code = self->code != NULL || yy_code_entry_is_complete (self->code_entry);
  gboolean pin = self->pin != NULL || yy_new_pin_is_acceptable (self->new_pin);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "code.start", self->present && code && pin);
}

static void
tell (YyUnlockCode *self, const char *text)
{
  gtk_label_set_label (self->message, text == NULL ? "" : text);
  gtk_widget_set_visible (GTK_WIDGET (self->message), text != NULL);
}

static void
show_kept (YyUnlockCode *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->code_entry), self->code == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->new_pin), self->pin == NULL);
  gtk_widget_set_visible (self->pin_kept, self->pin != NULL);
  update_start (self);
}

static void
on_edited (YyUnlockCode *self)
{
  tell (self, NULL);
  update_start (self);
}

static void
on_code_activate (YyUnlockCode *self)
{
  if (self->pin != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "code.start", NULL);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->new_pin));
}

static void
on_pin_activate (YyUnlockCode *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "code.start", NULL);
}

/* One that was typed before is void now. */
static void
on_sent (YyUnlockCode *self)
{
  g_clear_pointer (&self->code, yy_secret_free);
  yy_code_entry_set_message (self->code_entry, NULL);
  tell (self, NULL);
  show_kept (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->code_entry));
}

static void
on_start (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_signal_emit (widget, start_signal, 0);
}

static void
on_choose_pin (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyUnlockCode *self = YY_UNLOCK_CODE (widget);

  g_clear_pointer (&self->pin, yy_secret_free);
  show_kept (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->new_pin));
}

static gboolean
yy_unlock_code_grab_focus (GtkWidget *widget)
{
  YyUnlockCode *self = YY_UNLOCK_CODE (widget);

  if (gtk_widget_get_visible (GTK_WIDGET (self->new_pin)) && self->code != NULL)
    return gtk_widget_grab_focus (GTK_WIDGET (self->new_pin));
  return gtk_widget_grab_focus (GTK_WIDGET (self->sender)) ||
         gtk_widget_grab_focus (GTK_WIDGET (self->code_entry));
}

static void
yy_unlock_code_dispose (GObject *object)
{
  YyUnlockCode *self = YY_UNLOCK_CODE (object);

  g_clear_pointer (&self->code, yy_secret_free);
  g_clear_pointer (&self->pin, yy_secret_free);
  g_clear_object (&self->token);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_unlock_code_parent_class)->dispose (object);
}

static void
yy_unlock_code_class_init (YyUnlockCodeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_unlock_code_dispose;
  widget_class->grab_focus = yy_unlock_code_grab_focus;
  start_signal = g_signal_new ("start", YY_TYPE_UNLOCK_CODE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
  g_type_ensure (YY_TYPE_CODE_SENDER);
  g_type_ensure (YY_TYPE_CODE_ENTRY);
  g_type_ensure (YY_TYPE_NEW_PIN);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-unlock-code.ui");
  gtk_widget_class_bind_template_child (widget_class, YyUnlockCode, sender);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockCode, code_entry);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockCode, new_pin);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockCode, pin_kept);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockCode, absent);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockCode, message);
  gtk_widget_class_bind_template_callback (widget_class, on_edited);
  gtk_widget_class_bind_template_callback (widget_class, on_code_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_pin_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_sent);
  gtk_widget_class_install_action (widget_class, "code.start", NULL, on_start);
  gtk_widget_class_install_action (widget_class, "code.choose-pin", NULL, on_choose_pin);
}

static void
yy_unlock_code_init (YyUnlockCode *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  yy_code_entry_set_title (self->code_entry, _ ("Verification _code"));
}

void
yy_unlock_code_set_up (YyUnlockCode *self, YyClient *client, YyToken *token)
{
  YyProfile *profile = yy_client_get_profile (client);

  self->client = g_object_ref (client);
  yy_code_entry_set_length (self->code_entry, yy_code_get_length (profile, YY_CODE_VERIFICATION));
  yy_code_sender_set_up (self->sender, client, yy_token_get_serial (token));
  yy_unlock_code_set_token (self, token, TRUE);
  show_kept (self);
}

void
yy_unlock_code_show (YyUnlockCode *self, YyTicket *ticket)
{
  yy_code_sender_show (self->sender, ticket);
}

void
yy_unlock_code_set_token (YyUnlockCode *self, YyToken *token, gboolean present)
{
  YyToken *before = self->token;
  g_autofree char *name = yy_text_dup_token_name (token);
  /* Translators: name and serial number of a token. */
  g_autofree char *text =
      g_strdup_printf (_ ("Plug in the token %s with the serial number %s. Only that one can be "
                          "unlocked with this order."),
                       name, yy_token_get_serial (token));

  self->present = present;
  gtk_label_set_label (self->absent, text);
  gtk_widget_set_visible (GTK_WIDGET (self->absent), !present);
  if (before == NULL ||
      yy_token_get_min_pin_length (before) != yy_token_get_min_pin_length (token) ||
      yy_token_get_max_pin_length (before) != yy_token_get_max_pin_length (token))
    yy_new_pin_set_rules (self->new_pin,
                          yy_profile_get_pin_policy (yy_client_get_profile (self->client)), token);
  g_set_object (&self->token, token);
  update_start (self);
}

void
yy_unlock_code_take (YyUnlockCode *self, YySecret **code, YySecret **pin)
{
  *code =
      self->code != NULL ? g_steal_pointer (&self->code) : yy_code_entry_take (self->code_entry);
  *pin = self->pin != NULL ? g_steal_pointer (&self->pin) : yy_new_pin_take (self->new_pin);
}

void
yy_unlock_code_keep (YyUnlockCode *self, YySecret *code, YySecret *pin)
{
  g_clear_pointer (&self->code, yy_secret_free);
  g_clear_pointer (&self->pin, yy_secret_free);
  self->code = code;
  self->pin = pin;
  show_kept (self);
}

void
yy_unlock_code_tell (YyUnlockCode *self, const GError *error)
{
  g_autofree char *text = yy_text_dup_problem (error);

  if (g_error_matches (error, YY_ERROR, YY_ERROR_PIN_POLICY))
    yy_new_pin_set_message (self->new_pin, text);
  else if (g_error_matches (error, YY_ERROR, YY_ERROR_CODE_INCORRECT) ||
           g_error_matches (error, YY_ERROR, YY_ERROR_CODE_EXPIRED))
    yy_code_entry_set_message (self->code_entry, text);
  else
    tell (self, text);
}

void
yy_unlock_code_clear (YyUnlockCode *self)
{
  YySecret *code = yy_code_entry_take (self->code_entry);

  yy_secret_free (code);
  yy_new_pin_clear (self->new_pin);
  yy_code_entry_set_message (self->code_entry, NULL);
  tell (self, NULL);
  yy_unlock_code_keep (self, NULL, NULL);
}
