/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli.h"
#include "cli/input-file.h"
#include "service/yy-ticket.h"

G_BEGIN_DECLS

/**
 * Unlock:
 * @token: serial number
 * @ticket: (nullable): the order as it was last seen
 * @changed: details or documents were sent in this run
 *
 * One run of “yinyaoctl unlock”.
 */
typedef struct
{
  Cli *cli;
  const char *token;
  YyTicket *ticket;
  gboolean changed;
} Unlock;

/** unlock_find: looks the order up that was begun on this computer, and asks how it stands;
 * @required: it is an error when there is none, else @unlock->ticket stays %NULL */
gboolean unlock_find (Unlock *unlock, gboolean required, GError **error);

/** unlock_apply: begins an order, corrects the one there is, or goes on with it */
gboolean unlock_apply (Unlock *unlock, const YyOrder *details, GError **error);

/** unlock_upload: @documents: (element-type InputDocument) */
gboolean unlock_upload (Unlock *unlock, GPtrArray *documents, GError **error);

/** unlock_submit: hands the order in when everything is there, and has not been handed in yet */
gboolean unlock_submit (Unlock *unlock, GError **error);

gboolean unlock_withdraw (Unlock *unlock, GError **error);

/** unlock_wait: until the office has decided; %YY_ERROR_REFUSED unless it approved */
gboolean unlock_wait (Unlock *unlock, GError **error);

/** unlock_send_code: has a verification code sent, and waits until it is on its way */
gboolean unlock_send_code (Unlock *unlock, GError **error);

/** unlock_print: tells how the order stands and what to do next, in words or as JSON */
void unlock_print (Unlock *unlock);

/** unlock_print_nothing: tells that there is no order: nothing to do, or to @withdraw */
void unlock_print_nothing (Unlock *unlock, gboolean withdraw);

/** unlock_print_begin: tells how to begin: there is no order */
void unlock_print_begin (Unlock *unlock);

/** unlock_is_open: Returns: whether an order in @state can still come to something */
gboolean unlock_is_open (YyOrderState state);

/** unlock_has_code: Returns: whether the code sent last can still be used */
gboolean unlock_has_code (YyTicket *ticket);

G_END_DECLS
