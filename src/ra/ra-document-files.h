/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-store.h"

G_BEGIN_DECLS

/**
 * Where documents are on the disk: DIR/uploads for those on their way, DIR/documents/ab/abcdef… for
 * those that are there, named after their SHA-256. Nothing that an applicant typed becomes part of
 * a path. Everything is for the service's own user alone. @directory is the CA's. Main thread only;
 * functions write, and those for whole documents wait for the disk.
 */

/** ra_document_files_is_sha256: Returns: whether @text has 64 hexadecimal digits, in lower case */
gboolean ra_document_files_is_sha256 (const char *text);

/**
 * ra_document_files_received:
 *
 * Pieces are not waited for to be on the disk: a client is still there and sends them once more. A
 * kernel that ended may have lost any of them, so nothing counts that was written under another
 * one.
 *
 * Returns: how much of an upload is both in its file and in the store
 */
gint64 ra_document_files_received (const char *directory, const RaUpload *upload);

/**
 * ra_document_files_append:
 * @offset: what ra_document_files_received() says
 *
 * Adds a piece, and cuts off what was there behind it. On failure the upload is as it was.
 */
gboolean ra_document_files_append (const char *directory,
                                   const RaUpload *upload,
                                   gint64 offset,
                                   GBytes *piece,
                                   GError **error);

/** ra_document_files_load: Returns: (transfer full): what has arrived of an upload */
GBytes *ra_document_files_load (const char *directory, const RaUpload *upload, GError **error);

/** ra_document_files_save: puts contents in their place; they are on the disk afterwards */
gboolean ra_document_files_save (const char *directory,
                                 const char *sha256,
                                 GBytes *contents,
                                 GError **error);

/** ra_document_files_read: Returns: (transfer full): a document, or %NULL with
 * %YY_ERROR_INVALID_DATA when it is not what it was */
GBytes *ra_document_files_read (const char *directory, const char *sha256, GError **error);

/**
 * ra_document_files_clean:
 * @uploads: (element-type RaUpload): those under way
 * @contents: SHA-256 of every document, as a set
 *
 * Removes all other uploads, and other documents that are older than a day.
 */
void ra_document_files_clean (const char *directory, GPtrArray *uploads, GHashTable *contents);

G_END_DECLS
