/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/module.h"
#include "base/yy-openssl.h"

G_BEGIN_DECLS

/**
 * YyKeyring:
 *
 * libp11, which turns private keys of a token into EVP_PKEYs and does nothing else here. It
 * enumerates once: after every login a new keyring is needed, for the old one's object handles
 * are void. Its sessions and slots cannot be given back without ending every session of the
 * process, so a keyring lives until its module is finalised.
 */
typedef struct _YyKeyring YyKeyring;

/** yy_keyring_new: Returns: (transfer full): a keyring, to be handed to yy_module_keep_keyring() */
YyKeyring *yy_keyring_new (YyModule *module, GError **error);

/** yy_keyring_free: Ends every session of the module. Its keys must have been freed before. */
void yy_keyring_free (YyKeyring *self);

/**
 * yy_keyring_load:
 * @id: CKA_ID
 *
 * Needs a user logged in, and that a session can be opened: libp11 waits for ever if it cannot.
 *
 * Returns: (transfer full): the private key, or %NULL with %YY_ERROR_NO_SUCH_OBJECT
 */
EVP_PKEY *yy_keyring_load (YyKeyring *self, CK_SLOT_ID slot, GBytes *id, GError **error);

G_END_DECLS
