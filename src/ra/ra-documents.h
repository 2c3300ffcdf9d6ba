/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * Documents that an applicant hands in from the client (src/order/API.md, "Orders begun in the
 * client"). First the disk, then the store: a crash loses the last pieces at most, and the client
 * goes on. They are looked at with yy_document_check() and never decoded, rendered or executed
 * here. Functions need a transaction; see ra-client-order.h for %RA_FAULT and @who.
 */

/** RaArrival: how much of a document is there */
typedef struct
{
  gint64 received;
  gboolean complete;
} RaArrival;

/** RaAnnouncement: what is about to be uploaded; @sha256 in lower case */
typedef struct
{
  gint64 size;
  const char *sha256;
  const char *file_name;
} RaAnnouncement;

/**
 * ra_documents_announce:
 * @name: hostile
 *
 * Begins an upload, or says where one of the same content goes on. %RA_FAULT_RATE_LIMITED is for
 * the caller to write into the audit log: a day's uploads have an end, refusals have none.
 */
gboolean ra_documents_announce (RaSite *site,
                                const char *who,
                                const YyOrder *order,
                                const char *name,
                                const RaAnnouncement *announcement,
                                RaArrival *arrival,
                                GError **error);

/**
 * ra_documents_append:
 * @offset: where @piece belongs
 *
 * The last piece of all completes the document.
 *
 * Returns: %FALSE with %RA_FAULT_CONFLICT and "received" when @piece does not belong there,
 *   %RA_FAULT_UNACCEPTABLE when the whole cannot be taken
 */
gboolean ra_documents_append (RaSite *site,
                              const char *who,
                              const YyOrder *order,
                              const char *name,
                              gint64 offset,
                              GBytes *piece,
                              RaArrival *arrival,
                              GError **error);

/**
 * ra_documents_clean:
 *
 * Forgets uploads that were begun a day ago and attempts that no longer count, and removes files
 * that nothing refers to. Without a transaction: it makes its own.
 */
gboolean ra_documents_clean (RaSite *site, GError **error);

G_END_DECLS
