/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyCodeSender:
 *
 * Asks the service for a verification code, and tells what became of it: where it was sent to,
 * whether it arrived, how long it is good, when another one can be asked for. Signal: "sent":
 * codes from before are void.
 */
#define YY_TYPE_CODE_SENDER (yy_code_sender_get_type ())
G_DECLARE_FINAL_TYPE (YyCodeSender, yy_code_sender, YY, CODE_SENDER, GtkWidget)

/** yy_code_sender_set_up: to be called once; @token: serial number */
void yy_code_sender_set_up (YyCodeSender *self, YyClient *client, const char *token);

/** yy_code_sender_show: how the order stands */
void yy_code_sender_show (YyCodeSender *self, YyTicket *ticket);

G_END_DECLS
