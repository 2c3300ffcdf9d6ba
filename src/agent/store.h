/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/token.h"
#include "certificate/yy-certificate.h"

G_BEGIN_DECLS

/**
 * yy_store_destroy:
 *
 * C_DestroyObject, logging in again if another program logged this one out.
 */
gboolean yy_store_destroy (YyAgentToken *token, YyObject *object, GError **error);

/**
 * yy_store_certificate:
 * @id: CKA_ID of its private key
 *
 * Writes @certificate, unless the same one is there already. Another one with this CKA_ID makes
 * room first: it is an unconfirmed one for the same key, and modules refuse two. The key itself
 * survives an interruption at any point.
 */
gboolean yy_store_certificate (YyAgentToken *token,
                               GBytes *id,
                               const char *label,
                               YyCertificate *certificate,
                               GError **error);

/**
 * yy_store_read_back:
 *
 * Reads the certificate back around every cache: from the card itself beside the module where it is
 * known how (a module that caches sends nothing at all), else in a fresh session.
 *
 * Returns: whether exactly @certificate is there; if not, %YY_ERROR_READ_BACK
 */
gboolean
yy_store_read_back (YyAgentToken *token, GBytes *id, YyCertificate *certificate, GError **error);

G_END_DECLS
