/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyActivationDialog:
 *
 * Activates a token in steps: code, PIN, progress, result. Whatever goes wrong is told with what to
 * do about it, and the same dialog goes on from there. Code and PIN are kept while it is open.
 */
#define YY_TYPE_ACTIVATION_DIALOG (yy_activation_dialog_get_type ())
G_DECLARE_FINAL_TYPE (YyActivationDialog, yy_activation_dialog, YY, ACTIVATION_DIALOG, AdwWindow)

GtkWindow *yy_activation_dialog_new (YyClient *client, YyToken *token);

G_END_DECLS
