/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-change-pin-dialog.h"

#include <glib/gi18n.h>

#include "app/yy-new-pin.h"

struct _YyChangePinDialog
{
  YyTokenDialog parent_instance;

  YyNewPin *new_pin;
};

G_DEFINE_FINAL_TYPE (YyChangePinDialog, yy_change_pin_dialog, YY_TYPE_TOKEN_DIALOG)

static gboolean
yy_change_pin_dialog_is_ready (YyTokenDialog *dialog)
{
  return yy_new_pin_is_acceptable (YY_CHANGE_PIN_DIALOG (dialog)->new_pin);
}

static void
yy_change_pin_dialog_show_token (YyTokenDialog *dialog, YyToken *token)
{
  YyProfile *profile = yy_client_get_profile (yy_token_dialog_get_client (dialog));

  yy_new_pin_set_rules (YY_CHANGE_PIN_DIALOG (dialog)->new_pin, yy_profile_get_pin_policy (profile),
                        token);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyChangePinDialog) self = YY_CHANGE_PIN_DIALOG (user_data);
  g_autoptr (GError) error = NULL;

  /* After a failure it stays where it was typed twice. */
  if (yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    yy_new_pin_clear (self->new_pin);
  yy_token_dialog_finish (YY_TOKEN_DIALOG (self), error);
}

static void
yy_change_pin_dialog_run (YyTokenDialog *dialog,
                          YyTokenSession *session,
                          const YySecret *pin,
                          GCancellable *cancellable)
{
  YyChangePinDialog *self = YY_CHANGE_PIN_DIALOG (dialog);
  g_autoptr (YySecret) new_pin = yy_new_pin_dup (self->new_pin);

  yy_token_session_change_pin_async (session, pin, new_pin, cancellable, on_changed,
                                     g_object_ref (self));
}

static void
yy_change_pin_dialog_class_init (YyChangePinDialogClass *klass)
{
  YyTokenDialogClass *dialog_class = YY_TOKEN_DIALOG_CLASS (klass);

  dialog_class->is_ready = yy_change_pin_dialog_is_ready;
  dialog_class->show_token = yy_change_pin_dialog_show_token;
  dialog_class->run = yy_change_pin_dialog_run;
}

static void
yy_change_pin_dialog_init (YyChangePinDialog *self)
{
  self->new_pin = g_object_new (YY_TYPE_NEW_PIN, NULL);
  g_signal_connect_swapped (self->new_pin, "notify::acceptable",
                            G_CALLBACK (yy_token_dialog_update), self);
  g_signal_connect_swapped (self->new_pin, "activate", G_CALLBACK (yy_token_dialog_start), self);
  yy_token_dialog_add (YY_TOKEN_DIALOG (self), GTK_WIDGET (self->new_pin));
  yy_token_dialog_set_texts (YY_TOKEN_DIALOG (self),
                             _ ("Type the present PIN, then choose a new one."), _ ("Change _PIN"),
                             _ ("PIN Changed"), _ ("From now on only the new PIN is valid."));
}

GtkWindow *
yy_change_pin_dialog_new (YyClient *client, YyToken *token)
{
  YyTokenDialog *self = g_object_new (YY_TYPE_CHANGE_PIN_DIALOG, "title", _ ("Change PIN"), NULL);

  yy_token_dialog_set_up (self, client, token);
  return GTK_WINDOW (self);
}
