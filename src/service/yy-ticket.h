/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"
#include "order/yy-document.h"
#include "order/yy-order.h"
#include "service/yy-service.h"

G_BEGIN_DECLS

/** YyTicketDocument: one that has to be handed in; @sha256 and @file_name may be %NULL */
typedef struct
{
  YyDocuments document;
  char *title;
  guint64 received;
  guint64 size;
  char *sha256;
  char *file_name;
  gboolean complete;
} YyTicketDocument;

/** YyDelivery: of the text message with the verification code */
typedef enum
{
  YY_DELIVERY_NONE, /* no code was sent, or it is used up */
  YY_DELIVERY_PENDING,
  YY_DELIVERY_SENT,
  YY_DELIVERY_FAILED,
} YyDelivery;

/**
 * YyTicket:
 * @key: opens the order at the service; opens neither the token nor its PIN
 * @order: (nullable): the order as it was when the service was last asked; %NULL for a ticket out
 * of the book that was not refreshed yet
 * @documents: (element-type YyTicketDocument): what has to be handed in
 * @code_to: (nullable): masked number the last code went to
 * @code_resend: g_get_monotonic_time() from which on another code can be asked for
 * @code_expires: g_get_monotonic_time() at which the last code expires
 *
 * The client's hold of an order that was begun here (src/order/API.md, "Orders begun in the
 * client"), and the order as it was last seen. Immutable, reference counted: every call gives a new
 * one.
 */
typedef struct
{
  gatomicrefcount ref_count;
  char *number;
  char *token;
  YySecret *key;
  YyOrder *order;
  GPtrArray *documents;
  YyDelivery delivery;
  char *code_to;
  gint64 code_resend;
  gint64 code_expires;
  guint code_tries_left;
} YyTicket;

YyTicket *yy_ticket_ref (YyTicket *ticket);
void yy_ticket_unref (YyTicket *ticket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyTicket, yy_ticket_unref)

/** yy_ticket_is_complete: Returns: whether every document is there */
gboolean yy_ticket_is_complete (YyTicket *ticket);

/**
 * yy_service_open_order_async:
 * @details: type, token and the five details; borrowed for the call
 */
void yy_service_open_order_async (YyService *self,
                                  const YyOrder *details,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/** YyTicketAction: what can be asked for an order without further words */
typedef enum
{
  YY_TICKET_REFRESH,
  YY_TICKET_SUBMIT,
  YY_TICKET_WITHDRAW,
  YY_TICKET_SEND_CODE,
} YyTicketAction;

void yy_service_act_async (YyService *self,
                           YyTicket *ticket,
                           YyTicketAction action,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

/** yy_service_correct_order_async: @details: as in yy_service_open_order_async() */
void yy_service_correct_order_async (YyService *self,
                                     YyTicket *ticket,
                                     const YyOrder *details,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/** YyUploadProgressFunc: bytes that have arrived. Main context. */
typedef void (*YyUploadProgressFunc) (guint64 received, guint64 size, gpointer user_data);

/**
 * yy_service_upload_async:
 * @contents: checked with yy_document_check() before anything is sent: %YY_ERROR_INVALID_DATA
 * @file_name: (nullable): shown to the office
 *
 * Goes on where an interrupted upload of the same content stopped.
 */
void yy_service_upload_async (YyService *self,
                              YyTicket *ticket,
                              YyDocuments document,
                              GBytes *contents,
                              const char *file_name,
                              YyUploadProgressFunc progress,
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

/** yy_service_ticket_finish: Returns: (transfer full): for all of the above: the order as it is now
 */
YyTicket *yy_service_ticket_finish (YyService *self, GAsyncResult *result, GError **error);

/** yy_service_authorise_async: the verification code for a grant; without CMP reference, key,
 * subject and certificate */
void yy_service_authorise_async (YyService *self,
                                 YyTicket *ticket,
                                 const YySecret *code,
                                 const char *session,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
YyGrant *yy_service_authorise_finish (YyService *self, GAsyncResult *result, GError **error);

/** yy_service_report_so_pin_async: the token took neither SO PIN of this grant */
void yy_service_report_so_pin_async (YyService *self,
                                     YyGrant *grant,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** yy_service_report_so_pin_finish: as yy_service_report_finish() */
gboolean yy_service_report_so_pin_finish (YyService *self, GAsyncResult *result, GError **error);

G_END_DECLS
