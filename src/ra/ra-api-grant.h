/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-api.h"
#include "ra/ra-grants.h"

G_BEGIN_DECLS

/** What the requests for activating and those for unlocking have in common. */

/**
 * ra_api_get_code:
 * @token: serial number it is about
 * @code: (out) (transfer full)
 * @session: (out) (transfer none): in @body
 *
 * Takes code and session out of a request, unless there were too many wrong codes.
 */
gboolean ra_api_get_code (RaApi *api,
                          const RaRequest *request,
                          const char *who,
                          const char *token,
                          JsonObject *body,
                          YySecret **code,
                          const char **session,
                          GError **error);

/** ra_api_count_code: counts a code that was refused with @error */
void
ra_api_count_code (RaApi *api, const RaRequest *request, const char *token, const GError *error);

/** ra_api_open_grant: Returns: (transfer full): the one that path and bearer key name */
RaCase *ra_api_open_grant (RaApi *api, const RaRequest *request, GError **error);

/* Members of an answer. */
void ra_api_add_order (JsonBuilder *builder, const YyOrder *order);
/** ra_api_add_grant: @key: (nullable): the bearer key */
void ra_api_add_grant (JsonBuilder *builder, const RaGrant *grant, const YySecret *key);
/** ra_api_add_certificate: @certificate: (nullable) */
void ra_api_add_certificate (JsonBuilder *builder, const RaCertificate *certificate);

G_END_DECLS
