/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyUnlockRejected:
 *
 * The office did not accept the application: why, and what can be done.
 */
#define YY_TYPE_UNLOCK_REJECTED (yy_unlock_rejected_get_type ())
G_DECLARE_FINAL_TYPE (YyUnlockRejected, yy_unlock_rejected, YY, UNLOCK_REJECTED, AdwBin)

/** yy_unlock_rejected_show: how the order stands */
void yy_unlock_rejected_show (YyUnlockRejected *self, YyTicket *ticket, const char *hotline);

G_END_DECLS
