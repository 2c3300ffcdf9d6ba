/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * PIN-reset grants, as activation and unlocking share them (src/order/API.md). Functions need a
 * transaction, which is committed even when they fail with %RA_FAULT. @who is for the audit log.
 * Of all grants for one token only the newest may do anything, and only while its order is ready.
 */

/** RaCase: a grant with the order it is for; what the calls of a client are about */
typedef struct
{
  YyOrder *order;
  RaGrant *grant;
  RaCertificate *certificate; /* of the order; NULL: none is issued yet, or never will be */
} RaCase;

void ra_case_free (RaCase *one);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaCase, ra_case_free)

/**
 * ra_grants_begin:
 * @order: (transfer full): ready, or completed
 * @code: the one typed
 * @session: this run of the client
 *
 * Checks the code and answers with the order's grant: the open one, if it was authorised with the
 * same code; the one that is closed to the session that closed it; otherwise a new one.
 *
 * Returns: (transfer full): or %NULL with %RA_FAULT
 */
RaCase *ra_grants_begin (RaSite *site,
                         const char *who,
                         YyOrder *order,
                         const YySecret *code,
                         const char *session,
                         GError **error);

/** ra_grants_open: Returns: (transfer full): of the grant @id, when @key is its bearer key, or
 * %NULL with %RA_FAULT_NOT_FOUND or %RA_FAULT_UNAUTHORIZED */
RaCase *ra_grants_open (RaSite *site, const char *id, const YySecret *key, GError **error);

/** ra_grants_key: Returns: (transfer full): the bearer key */
YySecret *ra_grants_key (RaSite *site, const RaGrant *grant, GError **error);

/** ra_grants_check_current: whether the grant may still do anything: it is the newest one of its
 * token */
gboolean ra_grants_check_current (RaSite *site, const RaCase *one, GError **error);

/**
 * ra_grants_release:
 * @current: (out): SO PIN to try first
 * @pending: (out): the one the token is to have, stored before; try it, too, if it is another one
 */
gboolean ra_grants_release (RaSite *site,
                            const char *who,
                            RaCase *one,
                            YySecret **current,
                            YySecret **pending,
                            GError **error);

/** ra_grants_report: the client says which state it reached; see ra_grant_next() */
gboolean ra_grants_report (RaSite *site,
                           const char *who,
                           RaCase *one,
                           const char *session,
                           RaGrantState state,
                           GError **error);

/** ra_grants_lose_so_pin: the token took neither SO PIN that was released: none is any more */
gboolean ra_grants_lose_so_pin (RaSite *site, const char *who, RaCase *one, GError **error);

G_END_DECLS
