/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "service/yy-ticket.h"

G_BEGIN_DECLS

/** yy_decision_notice_send: tells on the desktop what the office has decided; a click on it
 * activates app.show-order with the token's serial number */
void yy_decision_notice_send (GApplication *application, YyTicket *ticket);

/** yy_decision_notice_withdraw: it was seen, or is not true any more; @token: serial number */
void yy_decision_notice_withdraw (GApplication *application, const char *token);

G_END_DECLS
