/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "service/yy-http.h"
#include "service/yy-ticket.h"

G_BEGIN_DECLS

/* Reads what the service says of orders begun in the client (src/order/API.md). Whatever is not as
 * it must be is YY_ERROR_SERVICE_FAILED. */

/** yy_ticket_new: Returns: (transfer full): an empty one */
YyTicket *yy_ticket_new (void);
/** yy_ticket_add_document: Returns: (transfer none): an empty one at the end of the list */
YyTicketDocument *yy_ticket_add_document (YyTicket *ticket);

/** yy_reply_read_new_ticket: `{"order": VIEW, "key": KEY}`, of an order for @token */
YyTicket *yy_reply_read_new_ticket (YyHttpAnswer *answer, const char *token, GError **error);

/** yy_reply_read_ticket: `{"order": VIEW}`, of the order of @before, whose key it keeps */
YyTicket *yy_reply_read_ticket (YyHttpAnswer *answer, YyTicket *before, GError **error);

/**
 * YyUploaded:
 * @received: bytes that the service has
 * @complete: it has them all, and took the document
 * @elsewhere: the piece that was sent does not belong where it was sent
 */
typedef struct
{
  guint64 received;
  gboolean complete;
  gboolean elsewhere;
} YyUploaded;

/** yy_reply_read_uploaded: @size: of the whole document; Returns: (transfer full): g_free() it */
YyUploaded *yy_reply_read_uploaded (YyHttpAnswer *answer, guint64 size, GError **error);

G_END_DECLS
