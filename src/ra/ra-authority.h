/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-store.h"
#include "ra/ra-x509.h"

#include "order/yy-profile.h"

G_BEGIN_DECLS

/**
 * RaAuthority:
 *
 * The CA's key and what is made with it. Main thread only.
 */
typedef struct _RaAuthority RaAuthority;

/** ra_authority_create: makes key and self-signed certificate in @folder (ca.key, ca.pem) */
gboolean ra_authority_create (const char *folder, YyProfile *profile, GError **error);

/** ra_authority_load: @url is the service's address, for CRL and issuer links in certificates */
RaAuthority *ra_authority_load (const char *folder, const char *url, GError **error);
void ra_authority_free (RaAuthority *authority);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaAuthority, ra_authority_free)

/** ra_authority_get_certificate: Returns: (transfer none): the CA's own */
X509 *ra_authority_get_certificate (RaAuthority *authority);

/** ra_authority_make_server: makes key and certificate for TLS in @folder (server.key, server.pem)
 */
gboolean ra_authority_make_server (RaAuthority *authority,
                                   const char *folder,
                                   const char *host,
                                   GError **error);

/**
 * ra_authority_issue:
 * @spki: public key, checked with ra_x509_check_key()
 *
 * Returns: (transfer full): a signing certificate for the order's organization
 */
X509 *ra_authority_issue (RaAuthority *authority,
                          const YyOrder *order,
                          GBytes *spki,
                          guint days,
                          GError **error);

/**
 * ra_authority_get_crl:
 *
 * The CRL (RFC 5280, section 5) as it is now; made anew when a certificate was revoked since, or
 * when half of its time has passed.
 *
 * Returns: (transfer full): DER
 */
GBytes *ra_authority_get_crl (RaAuthority *authority, RaStore *store, guint days, GError **error);

/** ra_authority_key_id: Returns: (transfer full): the CKA_ID for the key of an order, 20 bytes */
GBytes *ra_authority_key_id (RaAuthority *authority, const char *order);

G_END_DECLS
