/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * The office's side of preparing a token (src/order/API.md, "Office"). Functions need a
 * transaction; errors are %RA_FAULT. @who is for the audit log.
 */

/**
 * ra_preparation_begin:
 * @present: (out): SO PIN to try first
 * @next: (out): the one the token is to have; stored as pending
 * @label: (out): label for the token, 32 bytes of UTF-8 at most
 */
gboolean ra_preparation_begin (RaSite *site,
                               const char *who,
                               const char *serial,
                               const char *model,
                               const char *number,
                               YySecret **present,
                               YySecret **next,
                               char **label,
                               GError **error);

/** ra_preparation_finish: the token has the next SO PIN now and is linked to the order */
gboolean ra_preparation_finish (RaSite *site,
                                const char *who,
                                const char *serial,
                                const char *number,
                                GError **error);

/** ra_preparation_check_serial: Returns: whether this can be a token's serial number */
gboolean ra_preparation_check_serial (const char *serial);

/** ra_preparation_next_so_pin: makes sure that @token has a pending SO PIN; Returns: (transfer
 * full) */
YySecret *ra_preparation_next_so_pin (RaSite *site, RaToken *token, GError **error);
/** ra_preparation_so_pin: Returns: (transfer full): the current SO PIN, the factory's for a new
 * token */
YySecret *ra_preparation_so_pin (RaSite *site, const RaToken *token, GError **error);

G_END_DECLS
