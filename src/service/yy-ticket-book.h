/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "service/yy-ticket.h"

G_BEGIN_DECLS

/**
 * The tickets of orders that were begun on this computer, one for each token, in files of their own
 * ($XDG_STATE_HOME/yinyao/tickets, mode 0600), so that closing the program loses no more than
 * typing the details again would bring back. They hold number and key, nothing of the details.
 * Files are hostile input. Small and local: blocking.
 */

/** yy_ticket_book_is_empty: Returns: whether there is no ticket at all, of any service: nothing to
 * load a #YyService for */
gboolean yy_ticket_book_is_empty (void);

/** yy_ticket_book_find: Returns: (transfer full) (nullable): the ticket kept for this token at this
 * service; refresh it before use */
YyTicket *yy_ticket_book_find (YyService *service, const char *token);

/** yy_ticket_book_keep: in place of the one kept for the same token */
gboolean yy_ticket_book_keep (YyService *service, YyTicket *ticket, GError **error);

/** yy_ticket_book_drop: forgets it, if it is there */
void yy_ticket_book_drop (YyService *service, const char *token);

G_END_DECLS
