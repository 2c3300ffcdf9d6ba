/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/token.h"
#include "certificate/yy-certificate.h"

G_BEGIN_DECLS

/**
 * yy_proof_load_key:
 *
 * Needs the user logged in.
 *
 * Returns: (transfer full): the token's private key with this CKA_ID
 */
EVP_PKEY *yy_proof_load_key (YyAgentToken *token, GBytes *id, GError **error);

/**
 * yy_proof_sign:
 * @key: a private key of @token
 *
 * Signs a random challenge on the token and verifies it with @certificate.
 *
 * Returns: whether it verifies; if not, %YY_ERROR_PROOF
 */
gboolean
yy_proof_sign (YyAgentToken *token, EVP_PKEY *key, YyCertificate *certificate, GError **error);

/** yy_proof_test: The same with the key and certificate of @id. */
gboolean yy_proof_test (YyAgentToken *token, GBytes *id, GError **error);

G_END_DECLS
