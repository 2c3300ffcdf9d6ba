/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/keyring.h"

#include <string.h>

#include <glib/gi18n.h>
#include <libp11.h>

struct _YyKeyring
{
  PKCS11_CTX *context;
  PKCS11_SLOT *slots;
  unsigned int n_slots;
  gboolean loaded;
};

YyKeyring *
yy_keyring_new (YyModule *module, GError **error)
{
  YyKeyring *self = g_new0 (YyKeyring, 1);

  self->context = PKCS11_CTX_new ();
  self->loaded = PKCS11_CTX_load (self->context, module->path) == 0;
  if (!self->loaded || PKCS11_enumerate_slots (self->context, &self->slots, &self->n_slots) != 0)
    {
      yy_set_openssl_error (error, YY_ERROR_DRIVER_FAILED, _ ("The token's keys cannot be listed"));
      yy_keyring_free (self);
      return NULL;
    }
  return self;
}

void
yy_keyring_free (YyKeyring *self)
{
  if (self->slots != NULL)
    PKCS11_release_all_slots (self->context, self->slots, self->n_slots);
  /* PKCS11_CTX_unload() would finalise the module for everybody, which is not libp11's to do. */
  PKCS11_CTX_free (self->context);
  g_free (self);
}

static PKCS11_TOKEN *
find_token (YyKeyring *self, CK_SLOT_ID slot)
{
  for (unsigned int i = 0; i < self->n_slots; i++)
    if (PKCS11_get_slotid_from_slot (&self->slots[i]) == slot)
      return self->slots[i].token;
  return NULL;
}

EVP_PKEY *
yy_keyring_load (YyKeyring *self, CK_SLOT_ID slot, GBytes *id, GError **error)
{
  PKCS11_TOKEN *token = find_token (self, slot);
  PKCS11_KEY *keys = NULL;
  unsigned int n_keys = 0;
  EVP_PKEY *key = NULL;

  if (token != NULL && PKCS11_enumerate_keys (token, &keys, &n_keys) == 0)
    for (unsigned int i = 0; i < n_keys && key == NULL; i++)
      if (keys[i].id_len == g_bytes_get_size (id) &&
          memcmp (keys[i].id, g_bytes_get_data (id, NULL), keys[i].id_len) == 0)
        key = PKCS11_get_private_key (&keys[i]);
  if (key == NULL)
    yy_set_openssl_error (error, YY_ERROR_NO_SUCH_OBJECT,
                          _ ("The private key is not on the token"));
  return key;
}
