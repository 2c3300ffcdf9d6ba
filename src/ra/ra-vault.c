/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-vault.h"

#include "base/yy-openssl.h"

#include <string.h>

#include <glib/gi18n.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#define KEY_SIZE   32
#define NONCE_SIZE 12
#define TAG_SIZE   16

struct _RaVault
{
  YySecret *encryption;
  YySecret *hashing;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_KDF, EVP_KDF_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_KDF_CTX, EVP_KDF_CTX_free)

static YySecret *
derive (const YySecret *master_key, const char *purpose)
{
  g_autoptr (EVP_KDF) kdf = EVP_KDF_fetch (NULL, "HKDF", NULL);
  g_autoptr (EVP_KDF_CTX) context = EVP_KDF_CTX_new (kdf);
  unsigned char key[KEY_SIZE];
  YySecret *secret = NULL;
  const OSSL_PARAM params[] = {
    OSSL_PARAM_construct_utf8_string (OSSL_KDF_PARAM_DIGEST, (char *) "SHA256", 0),
    OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_KEY, (void *) yy_secret_bytes (master_key),
                                       yy_secret_length (master_key)),
    OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_INFO, (void *) purpose, strlen (purpose)),
    OSSL_PARAM_construct_end (),
  };

  if (context != NULL && EVP_KDF_derive (context, key, sizeof key, params) == 1)
    secret = yy_secret_new (key, sizeof key);
  OPENSSL_cleanse (key, sizeof key);
  return secret;
}

RaVault *
ra_vault_new (const YySecret *master_key, GError **error)
{
  g_autoptr (RaVault) vault = g_new0 (RaVault, 1);

  if (yy_secret_length (master_key) != RA_MASTER_KEY_SIZE)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                           _ ("The master key has the wrong length"));
      return NULL;
    }
  vault->encryption = derive (master_key, "yinyao encryption");
  vault->hashing = derive (master_key, "yinyao hashing");
  if (vault->encryption != NULL && vault->hashing != NULL)
    return g_steal_pointer (&vault);
  yy_set_openssl_error (error, YY_ERROR_FAILED, _ ("The master key cannot be used"));
  return NULL;
}

void
ra_vault_free (RaVault *vault)
{
  g_clear_pointer (&vault->encryption, yy_secret_free);
  g_clear_pointer (&vault->hashing, yy_secret_free);
  g_free (vault);
}

/* Kind and owner with a byte between them that neither contains. */
static char *
context_of (const char *kind, const char *owner)
{
  return g_strconcat (kind, "\n", owner, NULL);
}

GBytes *
ra_vault_encrypt (RaVault *vault, const char *kind, const char *owner, const YySecret *secret)
{
  g_autoptr (EVP_CIPHER_CTX) context = EVP_CIPHER_CTX_new ();
  g_autofree char *aad = context_of (kind, owner);
  gsize length = yy_secret_length (secret);
  unsigned char *sealed = g_malloc (NONCE_SIZE + length + TAG_SIZE);
  int part = 0;

  if (RAND_bytes (sealed, NONCE_SIZE) != 1 ||
      EVP_EncryptInit_ex (context, EVP_aes_256_gcm (), NULL,
                          (const unsigned char *) yy_secret_bytes (vault->encryption),
                          sealed) != 1 ||
      EVP_EncryptUpdate (context, NULL, &part, (const unsigned char *) aad, (int) strlen (aad)) !=
          1 ||
      EVP_EncryptUpdate (context, sealed + NONCE_SIZE, &part,
                         (const unsigned char *) yy_secret_bytes (secret), (int) length) != 1 ||
      EVP_EncryptFinal_ex (context, sealed + NONCE_SIZE + part, &part) != 1 ||
      EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, sealed + NONCE_SIZE + length) !=
          1)
    g_error ("AES-256-GCM does not work");
  return g_bytes_new_take (sealed, NONCE_SIZE + length + TAG_SIZE);
}

static gboolean
open_sealed (RaVault *vault,
             const char *aad,
             const unsigned char *sealed,
             gsize length,
             unsigned char *plain)
{
  g_autoptr (EVP_CIPHER_CTX) context = EVP_CIPHER_CTX_new ();
  int part = 0;

  return EVP_DecryptInit_ex (context, EVP_aes_256_gcm (), NULL,
                             (const unsigned char *) yy_secret_bytes (vault->encryption),
                             sealed) == 1 &&
         EVP_DecryptUpdate (context, NULL, &part, (const unsigned char *) aad,
                            (int) strlen (aad)) == 1 &&
         EVP_DecryptUpdate (context, plain, &part, sealed + NONCE_SIZE, (int) length) == 1 &&
         EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_GCM_SET_TAG, TAG_SIZE,
                              (void *) (sealed + NONCE_SIZE + length)) == 1 &&
         EVP_DecryptFinal_ex (context, plain + part, &part) == 1;
}

YySecret *
ra_vault_decrypt (RaVault *vault,
                  const char *kind,
                  const char *owner,
                  GBytes *sealed,
                  GError **error)
{
  g_autofree char *aad = context_of (kind, owner);
  unsigned char plain[YY_SECRET_MAX];
  gsize size = 0;
  const unsigned char *data = sealed == NULL ? NULL : g_bytes_get_data (sealed, &size);
  YySecret *secret = NULL;

  if (size >= NONCE_SIZE + TAG_SIZE && size - NONCE_SIZE - TAG_SIZE <= sizeof plain &&
      open_sealed (vault, aad, data, size - NONCE_SIZE - TAG_SIZE, plain))
    secret = yy_secret_new (plain, size - NONCE_SIZE - TAG_SIZE);
  OPENSSL_cleanse (plain, sizeof plain);
  if (secret == NULL)
    yy_set_openssl_error (error, YY_ERROR_INVALID_DATA,
                          _ ("A secret in the database was not made with this master key"));
  return secret;
}

GBytes *
ra_vault_hash (RaVault *vault, const char *kind, const char *owner, const YySecret *secret)
{
  g_autofree char *context = context_of (kind, owner);
  gsize start = strlen (context) + 1;
  gsize length = start + yy_secret_length (secret);
  g_autofree unsigned char *message = g_malloc (length);
  unsigned char *hash = g_malloc (RA_HASH_SIZE);
  unsigned int size = 0;

  memcpy (message, context, start);
  memcpy (message + start, yy_secret_bytes (secret), yy_secret_length (secret));
  if (HMAC (EVP_sha256 (), yy_secret_bytes (vault->hashing),
            (int) yy_secret_length (vault->hashing), message, length, hash, &size) == NULL)
    g_error ("HMAC-SHA256 does not work");
  OPENSSL_cleanse (message, length);
  return g_bytes_new_take (hash, size);
}

gboolean
ra_vault_hash_equal (GBytes *a, GBytes *b)
{
  return g_bytes_get_size (a) == RA_HASH_SIZE && g_bytes_get_size (b) == RA_HASH_SIZE &&
         CRYPTO_memcmp (g_bytes_get_data (a, NULL), g_bytes_get_data (b, NULL), RA_HASH_SIZE) == 0;
}
