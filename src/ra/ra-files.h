/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-openssl.h"
#include "base/yy-secret.h"

G_BEGIN_DECLS

/** ra_files_write: writes @folder/@name (mode 0600, synchronized, replaced in one step) */
gboolean ra_files_write (const char *folder,
                         const char *name,
                         const void *data,
                         gsize length,
                         GError **error);
/** ra_files_read: Returns: (transfer full): what is in @folder/@name, a MiB at most */
GBytes *ra_files_read (const char *folder, const char *name, GError **error);
/** ra_files_read_secret: Returns: (transfer full): what is in @folder/@name */
YySecret *ra_files_read_secret (const char *folder, const char *name, GError **error);

gboolean ra_files_write_key (const char *folder, const char *name, EVP_PKEY *key, GError **error);
EVP_PKEY *ra_files_read_key (const char *folder, const char *name, GError **error);
gboolean ra_files_write_x509 (const char *folder, const char *name, X509 *x509, GError **error);
X509 *ra_files_read_x509 (const char *folder, const char *name, GError **error);

/** ra_files_sync_folder: what was made or renamed in the folder is on the disk afterwards */
gboolean ra_files_sync_folder (const char *folder, GError **error);

G_END_DECLS
