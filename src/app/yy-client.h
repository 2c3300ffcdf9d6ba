/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-tickets.h"
#include "order/yy-profile.h"
#include "procedure/yy-pin-guard.h"
#include "service/yy-service.h"
#include "token/yy-token-manager.h"

G_BEGIN_DECLS

/**
 * YyClient:
 *
 * What the window and its dialogs work on, handed down to each of them when it is made. Main
 * context only.
 */
#define YY_TYPE_CLIENT (yy_client_get_type ())
G_DECLARE_FINAL_TYPE (YyClient, yy_client, YY, CLIENT, GObject)

YyClient *yy_client_new (YySettings *settings, YyProfile *profile);

/** yy_client_start: Starts the token agents. Call it when the first frame was drawn. */
void yy_client_start (YyClient *self);
/** yy_client_stop: Ends the token agents. */
void yy_client_stop (YyClient *self);

YyProfile *yy_client_get_profile (YyClient *self);
YyTokenManager *yy_client_get_manager (YyClient *self);
YyPinGuard *yy_client_get_pin_guard (YyClient *self);
/** yy_client_get_tickets: Returns: (transfer none): the orders that were begun in this client */
YyTickets *yy_client_get_tickets (YyClient *self);

/**
 * yy_client_get_service:
 *
 * Makes the client of the CA's service when it is asked for first: loading TLS takes a while.
 *
 * Returns: (transfer none): or %NULL when no address is set or the CA file is bad
 */
YyService *yy_client_get_service (YyClient *self, GError **error);

G_END_DECLS
