/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "service/yy-ticket-book.h"

/** Client: what the calls before have brought, for the next one */
typedef struct
{
  YyService *service;
  YyGrant *grant;
  YyTicket *ticket;
  GAsyncResult *result;
  GCancellable *cancellable;
  gboolean quiet;
} Client;

/** ClientCall: Returns: (transfer full): what came of it, in words */
typedef char *(*ClientCall) (Client *client, GError **error);

/** client_ready: a GAsyncReadyCallback for client_await(); @data is the Client */
void client_ready (GObject *source, GAsyncResult *result, gpointer data);
GAsyncResult *client_await (Client *client);

/** client_find_order_call: Returns: (nullable): the call of this name */
ClientCall client_find_order_call (const char *name);
