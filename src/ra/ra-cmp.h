/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * RaCmp:
 *
 * The CMP side of issuing (RFC 9810, profile RFC 9483): ir protected by a grant's secret, and
 * certConf. What is under way lives here, bounded in number and time, and may be lost at any
 * moment: a client then repeats its ir with the same key and gets the same certificate. Main thread
 * only.
 */
typedef struct _RaCmp RaCmp;

RaCmp *ra_cmp_new (RaSite *site);
void ra_cmp_free (RaCmp *cmp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaCmp, ra_cmp_free)

/**
 * ra_cmp_process:
 * @address: the client's, for the audit log
 * @request: one DER PKIMessage, hostile
 *
 * Needs a transaction.
 *
 * Returns: (transfer full): the PKIMessage to answer with, which may be one that refuses; %NULL
 * with %RA_FAULT_MALFORMED, or another error for a fault of the service
 */
GBytes *ra_cmp_process (RaCmp *cmp, const char *address, GBytes *request, GError **error);

/** ra_cmp_expire: forgets what was not finished in time */
void ra_cmp_expire (RaCmp *cmp);

G_END_DECLS
