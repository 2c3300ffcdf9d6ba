/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-test-signature-dialog.h"

#include <glib/gi18n.h>

struct _YyTestSignatureDialog
{
  YyTokenDialog parent_instance;

  GBytes *id;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (YyTestSignatureDialog, yy_test_signature_dialog, YY_TYPE_TOKEN_DIALOG)

static void
on_signed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyTestSignatureDialog) self = YY_TEST_SIGNATURE_DIALOG (user_data);
  g_autoptr (GError) error = NULL;

  yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error);
  yy_token_dialog_finish (YY_TOKEN_DIALOG (self), error);
}

static void
on_logged_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyTestSignatureDialog) self = YY_TEST_SIGNATURE_DIALOG (user_data);
  YyTokenSession *session = YY_TOKEN_SESSION (source);
  g_autoptr (GError) error = NULL;

  if (!yy_token_session_finish (session, result, &error))
    {
      yy_token_dialog_finish (YY_TOKEN_DIALOG (self), error);
      return;
    }
  yy_token_session_test_signature_async (session, self->id, self->cancellable, on_signed,
                                         g_object_ref (self));
}

static void
yy_test_signature_dialog_run (YyTokenDialog *dialog,
                              YyTokenSession *session,
                              const YySecret *pin,
                              GCancellable *cancellable)
{
  YyTestSignatureDialog *self = YY_TEST_SIGNATURE_DIALOG (dialog);

  g_set_object (&self->cancellable, cancellable);
  yy_token_session_login_async (session, pin, cancellable, on_logged_in, g_object_ref (self));
}

static void
yy_test_signature_dialog_finalize (GObject *object)
{
  YyTestSignatureDialog *self = YY_TEST_SIGNATURE_DIALOG (object);

  g_clear_pointer (&self->id, g_bytes_unref);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (yy_test_signature_dialog_parent_class)->finalize (object);
}

static void
yy_test_signature_dialog_class_init (YyTestSignatureDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_test_signature_dialog_finalize;
  YY_TOKEN_DIALOG_CLASS (klass)->run = yy_test_signature_dialog_run;
}

static void
yy_test_signature_dialog_init (YyTestSignatureDialog *self)
{
  yy_token_dialog_set_texts (
      YY_TOKEN_DIALOG (self),
      _ ("The token signs random data, and the signature is verified with the certificate. "
         "Nothing is sent anywhere."),
      _ ("_Test Signature"), _ ("Signature Verified"),
      _ ("Key and certificate on the token belong together and work."));
}

GtkWindow *
yy_test_signature_dialog_new (YyClient *client, YyToken *token, GBytes *id)
{
  YyTestSignatureDialog *self =
      g_object_new (YY_TYPE_TEST_SIGNATURE_DIALOG, "title", _ ("Test Signature"),
                    /* Room for a message above the button. */
                    "default-height", 400, NULL);

  self->id = g_bytes_ref (id);
  yy_token_dialog_set_up (YY_TOKEN_DIALOG (self), client, token);
  return GTK_WINDOW (self);
}
