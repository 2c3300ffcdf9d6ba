/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"

G_BEGIN_DECLS

#define RA_MASTER_KEY_SIZE 32
#define RA_HASH_SIZE       32

/**
 * RaVault:
 *
 * What protects the secrets in the database: keys derived from the master key. Main thread only.
 */
typedef struct _RaVault RaVault;

/**
 * ra_vault_new:
 * @master_key: %RA_MASTER_KEY_SIZE random bytes
 *
 * Derives one key for each purpose (HKDF, RFC 5869).
 *
 * Returns: (transfer full): the vault, or %NULL with %YY_ERROR_INVALID_DATA
 */
RaVault *ra_vault_new (const YySecret *master_key, GError **error);
void ra_vault_free (RaVault *vault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaVault, ra_vault_free)

/**
 * ra_vault_encrypt:
 * @kind: what it is: "so-pin"
 * @owner: whom it belongs to: a token's serial, an order's number
 *
 * AES-256-GCM with a random nonce; kind and owner are authenticated with it, so that a row of the
 * database cannot be passed off as another one.
 *
 * Returns: (transfer full): nonce, ciphertext and tag
 */
GBytes *
ra_vault_encrypt (RaVault *vault, const char *kind, const char *owner, const YySecret *secret);

/** ra_vault_decrypt: Returns: (transfer full): the secret, or %NULL with %YY_ERROR_INVALID_DATA */
YySecret *ra_vault_decrypt (RaVault *vault,
                            const char *kind,
                            const char *owner,
                            GBytes *sealed,
                            GError **error);

/** ra_vault_hash: Returns: (transfer full): HMAC-SHA256 of kind, owner and secret under its own key
 */
GBytes *ra_vault_hash (RaVault *vault, const char *kind, const char *owner, const YySecret *secret);

/** ra_vault_hash_equal: compares in constant time */
gboolean ra_vault_hash_equal (GBytes *a, GBytes *b);

G_END_DECLS
