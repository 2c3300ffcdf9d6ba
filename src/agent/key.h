/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/token.h"

G_BEGIN_DECLS

/**
 * YyKeyRequest:
 * @id: CKA_ID
 * @type: "EC" (with @bits 256: P-256) or "RSA" (2048)
 */
typedef struct
{
  GBytes *id;
  const char *label;
  const char *type;
  guint bits;
} YyKeyRequest;

/**
 * YyRebind:
 *
 * Initialises the module again, so that it reads every token anew, and logs @token in again if the
 * user was.
 */
typedef gboolean (*YyRebind) (YyAgentToken *token, gpointer user_data, GError **error);

/**
 * yy_key_generate:
 *
 * Needs the user logged in. Exactly one key pair with this CKA_ID is on the token afterwards: the
 * one that was there, or a new one.
 *
 * Returns: (transfer full): DER of its SubjectPublicKeyInfo
 */
GBytes *yy_key_generate (YyAgentToken *token,
                         const YyKeyRequest *request,
                         YyRebind rebind,
                         gpointer rebind_data,
                         GError **error);

/**
 * yy_key_find_spki:
 *
 * Pure: the public half of the private key @id, from the private key object, a public key object or
 * a certificate among @objects.
 *
 * Returns: (transfer full) (nullable)
 */
GBytes *yy_key_find_spki (GPtrArray *objects, GBytes *id);

G_END_DECLS
