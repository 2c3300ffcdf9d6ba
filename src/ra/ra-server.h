/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * ra_server_run:
 * @listener: a listening socket
 * @ready: called once when requests are answered
 *
 * Serves until SIGTERM or SIGINT, then finishes what is under way and returns.
 */
gboolean ra_server_run (RaSite *site, GSocket *listener, void (*ready) (GSocket *), GError **error);

G_END_DECLS
