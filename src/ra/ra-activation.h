/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * Activation codes and PIN-reset grants (src/order/API.md, "Activation"). Functions need a
 * transaction, which is committed even when they fail with %RA_FAULT: a wrong code has cost a try.
 * @who is for the audit log.
 */

/** RaActivation: what an activation is answered with, and what its later calls work on */
typedef struct
{
  YyOrder *order;
  RaGrant *grant;
  RaCertificate *certificate; /* NULL: none is issued yet */
} RaActivation;

void ra_activation_free (RaActivation *activation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaActivation, ra_activation_free)

/**
 * ra_activation_begin:
 *
 * Checks the code and answers with the order's grant: the one that is open, or a new one.
 *
 * Returns: (transfer full): or %NULL with %RA_FAULT
 */
RaActivation *ra_activation_begin (RaSite *site,
                                   const char *who,
                                   const char *token,
                                   const YySecret *code,
                                   const char *session,
                                   GError **error);

/** ra_activation_open: Returns: (transfer full): of the grant @id, when @key is its bearer key */
RaActivation *ra_activation_open (RaSite *site,
                                  const char *who,
                                  const char *id,
                                  const YySecret *key,
                                  GError **error);

/** ra_activation_key: Returns: (transfer full): the bearer key */
YySecret *ra_activation_key (RaSite *site, RaActivation *activation, GError **error);

/** ra_activation_release: hands out the SO PINs; the pending one was stored before */
gboolean ra_activation_release (RaSite *site,
                                const char *who,
                                RaActivation *activation,
                                YySecret **current,
                                YySecret **pending,
                                GError **error);

/** ra_activation_cmp_secret: Returns: (transfer full): the secret that protects CMP messages */
YySecret *
ra_activation_cmp_secret (RaSite *site, const char *who, RaActivation *activation, GError **error);

/** ra_activation_report: the client says which state it reached */
gboolean ra_activation_report (RaSite *site,
                               const char *who,
                               RaActivation *activation,
                               const char *session,
                               RaGrantState state,
                               GError **error);

/** ra_activation_complete_if_done: completes the order when its certificate is confirmed and its
 * newest grant closed */
gboolean ra_activation_complete_if_done (RaSite *site,
                                         const char *who,
                                         RaActivation *activation,
                                         GError **error);

G_END_DECLS
