/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"
#include "token/yy-token-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyTokenDialog:
 *
 * What the dialogs have in common that do one thing to one token with its PIN: the prompt for the
 * PIN, the wait, the errors, the token being pulled out and coming back, and the result.
 */
#define YY_TYPE_TOKEN_DIALOG (yy_token_dialog_get_type ())
G_DECLARE_DERIVABLE_TYPE (YyTokenDialog, yy_token_dialog, YY, TOKEN_DIALOG, AdwWindow)

/**
 * YyTokenDialogClass:
 * @is_ready: whether what the subclass asks for is complete
 * @show_token: the token's snapshot is new
 * @run: does it, and calls yy_token_dialog_finish() once; @pin is borrowed for the call
 */
struct _YyTokenDialogClass
{
  AdwWindowClass parent_class;

  gboolean (*is_ready) (YyTokenDialog *self);
  void (*show_token) (YyTokenDialog *self, YyToken *token);
  void (*run) (YyTokenDialog *self,
               YyTokenSession *session,
               const YySecret *pin,
               GCancellable *cancellable);
};

/** yy_token_dialog_set_up: to be called once, when the subclass is made */
void yy_token_dialog_set_up (YyTokenDialog *self, YyClient *client, YyToken *token);
YyClient *yy_token_dialog_get_client (YyTokenDialog *self);

/** yy_token_dialog_add: puts what else the subclass asks for under the PIN */
void yy_token_dialog_add (YyTokenDialog *self, GtkWidget *widget);

/** yy_token_dialog_set_texts: what it is about, its button, and what is said when it was done */
void yy_token_dialog_set_texts (YyTokenDialog *self,
                                const char *explanation,
                                const char *button,
                                const char *success,
                                const char *success_description);

/** yy_token_dialog_update: @is_ready may answer something else now */
void yy_token_dialog_update (YyTokenDialog *self);

/** yy_token_dialog_start: what the button does */
void yy_token_dialog_start (YyTokenDialog *self);

/** yy_token_dialog_finish: @run is through, with @error or without */
void yy_token_dialog_finish (YyTokenDialog *self, const GError *error);

G_END_DECLS
