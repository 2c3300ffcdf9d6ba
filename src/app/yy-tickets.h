/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "service/yy-ticket.h"

G_BEGIN_DECLS

typedef struct _YyClient YyClient;

/**
 * YyTickets:
 *
 * What this client knows of the orders that were begun in it: for each token, by serial number, the
 * newest ticket, kept in the book until its order is over. Calls for one token go to the service
 * one after the other, so that an older answer never takes the place of a newer one. Main context
 * only. Signal: "changed" (serial number): there is another ticket for this token, or none.
 */
#define YY_TYPE_TICKETS (yy_tickets_get_type ())
G_DECLARE_FINAL_TYPE (YyTickets, yy_tickets, YY, TICKETS, GObject)

/** yy_tickets_new: @client: outlives the result */
YyTickets *yy_tickets_new (YyClient *client);

/** yy_tickets_get: Returns: (transfer none) (nullable): one without an order was found in the book
 * and has to be refreshed */
YyTicket *yy_tickets_get (YyTickets *self, const char *token);

/** yy_tickets_forget: @token has no ticket any more, neither here nor in the book */
void yy_tickets_forget (YyTickets *self, const char *token);

/** yy_tickets_is_busy: Returns: whether calls for @token are under way */
gboolean yy_tickets_is_busy (YyTickets *self, const char *token);

/** yy_tickets_open_async: begins an order; @details: borrowed for the call */
void yy_tickets_open_async (YyTickets *self,
                            const YyOrder *details,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/** yy_tickets_correct_async: @details: with the token; borrowed for the call */
void yy_tickets_correct_async (YyTickets *self,
                               const YyOrder *details,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
void yy_tickets_act_async (YyTickets *self,
                           const char *token,
                           YyTicketAction action,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
/** yy_tickets_upload_async: as yy_service_upload_async() */
void yy_tickets_upload_async (YyTickets *self,
                              const char *token,
                              YyDocuments document,
                              GBytes *contents,
                              const char *file_name,
                              YyUploadProgressFunc progress,
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/** yy_tickets_finish: for all of the above; the ticket is in its place before the callback runs */
gboolean yy_tickets_finish (YyTickets *self, GAsyncResult *result, GError **error);

/** yy_ticket_is_waiting: Returns: whether the next step is the office's */
gboolean yy_ticket_is_waiting (YyTicket *ticket);
/** yy_ticket_is_over: Returns: whether nothing more can happen to its order */
gboolean yy_ticket_is_over (YyTicket *ticket);

G_END_DECLS
