/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"
#include "app/yy-tickets.h"

G_BEGIN_DECLS

/**
 * YyTicketWatch:
 *
 * Asks the service now and then how the orders stand that wait for the office: those of the tokens
 * that are plugged in, and of the one whose page is open. Signals: "checked" (serial number,
 * #GError or %NULL): the service was asked; "decided" (#YyTicket): the office has decided.
 */
#define YY_TYPE_TICKET_WATCH (yy_ticket_watch_get_type ())
G_DECLARE_FINAL_TYPE (YyTicketWatch, yy_ticket_watch, YY, TICKET_WATCH, GObject)

YyTicketWatch *yy_ticket_watch_new (YyClient *client);

/** yy_ticket_watch_attend: @token: (nullable): serial number of the token whose page is before
 * somebody's eyes: its order is asked for more often */
void yy_ticket_watch_attend (YyTicketWatch *self, const char *token);

/** yy_ticket_watch_look: asks now */
void yy_ticket_watch_look (YyTicketWatch *self);

G_END_DECLS
