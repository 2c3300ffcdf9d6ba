/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-token-dialog.h"

G_BEGIN_DECLS

/**
 * YyChangePinDialog:
 *
 * Changes a token's PIN.
 */
#define YY_TYPE_CHANGE_PIN_DIALOG (yy_change_pin_dialog_get_type ())
G_DECLARE_FINAL_TYPE (YyChangePinDialog, yy_change_pin_dialog, YY, CHANGE_PIN_DIALOG, YyTokenDialog)

GtkWindow *yy_change_pin_dialog_new (YyClient *client, YyToken *token);

G_END_DECLS
