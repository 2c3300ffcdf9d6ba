/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-ticket-watch.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyUnlockWaiting:
 *
 * The office is looking at the application: nothing to do but to know that, and that it is being
 * watched.
 */
#define YY_TYPE_UNLOCK_WAITING (yy_unlock_waiting_get_type ())
G_DECLARE_FINAL_TYPE (YyUnlockWaiting, yy_unlock_waiting, YY, UNLOCK_WAITING, AdwBin)

/** yy_unlock_waiting_set_up: to be called once; @token: serial number */
void yy_unlock_waiting_set_up (YyUnlockWaiting *self, YyTicketWatch *watch, const char *token);

/** yy_unlock_waiting_show: how the order stands */
void yy_unlock_waiting_show (YyUnlockWaiting *self, YyTicket *ticket);

G_END_DECLS
