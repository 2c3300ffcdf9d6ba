/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/**
 * ra_listener_inherit:
 *
 * Returns: (transfer full): the listening socket handed over by whoever started this process
 *   (LISTEN_PID and LISTEN_FDS, as sd_listen_fds(3) has it); %NULL without an error when there is
 *   none
 */
GSocket *ra_listener_inherit (GError **error);

/**
 * ra_listener_open:
 * @address: "127.0.0.1:8443" or "[::1]:8443"; port 0: any
 *
 * Returns: (transfer full): a socket that listens there
 */
GSocket *ra_listener_open (const char *address, GError **error);

G_END_DECLS
