/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-pin-guard.h"

#include <string.h>

#include <glib/gi18n.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#define DIGEST_SIZE 32

struct _YyPinGuard
{
  GObject parent_instance;

  guint8 key[DIGEST_SIZE];
  GHashTable *failed; /* token key → set of digests (GBytes) */
};

G_DEFINE_FINAL_TYPE (YyPinGuard, yy_pin_guard, G_TYPE_OBJECT)

static void
yy_pin_guard_finalize (GObject *object)
{
  YyPinGuard *self = YY_PIN_GUARD (object);

  OPENSSL_cleanse (self->key, sizeof self->key);
  g_hash_table_unref (self->failed);
  G_OBJECT_CLASS (yy_pin_guard_parent_class)->finalize (object);
}

static void
yy_pin_guard_class_init (YyPinGuardClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_pin_guard_finalize;
}

static void
yy_pin_guard_init (YyPinGuard *self)
{
  if (RAND_priv_bytes (self->key, sizeof self->key) != 1)
    g_error ("the random generator failed");
  self->failed =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
}

YyPinGuard *
yy_pin_guard_new (void)
{
  return g_object_new (YY_TYPE_PIN_GUARD, NULL);
}

/* HMAC-SHA256 over "MODULE#SERIAL", a NUL and the PIN. OpenSSL's contexts are wiped when they are
 * freed, those of GHmac are not. */
static GBytes *
digest_pin (YyPinGuard *self, const char *token_key, const YySecret *pin)
{
  EVP_MAC *mac = EVP_MAC_fetch (NULL, OSSL_MAC_NAME_HMAC, NULL);
  EVP_MAC_CTX *context = EVP_MAC_CTX_new (mac);
  char name[] = "SHA256";
  OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, name, 0),
                          OSSL_PARAM_construct_end () };
  guint8 digest[DIGEST_SIZE];
  gsize length = 0;

  if (context == NULL || EVP_MAC_init (context, self->key, sizeof self->key, params) != 1 ||
      EVP_MAC_update (context, (const guint8 *) token_key, strlen (token_key) + 1) != 1 ||
      EVP_MAC_update (context, (const guint8 *) yy_secret_bytes (pin), yy_secret_length (pin)) !=
          1 ||
      EVP_MAC_final (context, digest, &length, sizeof digest) != 1)
    g_error ("HMAC-SHA256 is not available");
  EVP_MAC_CTX_free (context);
  EVP_MAC_free (mac);
  return g_bytes_new (digest, length);
}

static gboolean
has_failed (YyPinGuard *self, YyToken *token, const YySecret *pin)
{
  const char *token_key = yy_token_get_key (token);
  GHashTable *digests = g_hash_table_lookup (self->failed, token_key);
  g_autoptr (GBytes) digest = NULL;

  if (digests == NULL)
    return FALSE;
  digest = digest_pin (self, token_key, pin);
  return g_hash_table_contains (digests, digest);
}

static gboolean
check_length (YyToken *token, const YySecret *pin, GError **error)
{
  gsize length = yy_secret_length (pin);
  guint min = yy_token_get_min_pin_length (token);
  guint max = yy_token_get_max_pin_length (token);

  if (length > 0 && length >= min && (max == 0 || length <= max))
    return TRUE;
  g_set_error (error, YY_ERROR, YY_ERROR_PIN_INCORRECT,
               length < MAX (min, 1) ? _ ("This PIN is too short to be right, so it was not sent")
                                     : _ ("This PIN is too long to be right, so it was not sent"));
  return FALSE;
}

gboolean
yy_pin_guard_check_state (YyToken *token, gboolean last_try, GError **error)
{
  YyPinState state = yy_token_get_pin_state (token);
  int tries = yy_token_get_tries_left (token);

  if (state == YY_PIN_LOCKED || tries == 0)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_PIN_LOCKED, _ ("The PIN is locked"));
  else if (!last_try && (state == YY_PIN_FINAL_TRY || tries == 1))
    g_set_error_literal (error, YY_ERROR, YY_ERROR_PIN_LAST_TRY,
                         _ ("Only one try is left for the PIN, so it was not sent"));
  else
    return TRUE;
  return FALSE;
}

gboolean
yy_pin_guard_check (YyPinGuard *self,
                    YyToken *token,
                    const YySecret *pin,
                    gboolean last_try,
                    GError **error)
{
  g_return_val_if_fail (YY_IS_PIN_GUARD (self), FALSE);

  /* A locked PIN comes first, the last try last: nobody is asked to confirm a PIN that cannot be
   * right. */
  if (!yy_pin_guard_check_state (token, TRUE, error) || !check_length (token, pin, error))
    return FALSE;
  if (has_failed (self, token, pin))
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_PIN_REPEATED,
                           _ ("This PIN has just been wrong on this token"));
      return FALSE;
    }
  return yy_pin_guard_check_state (token, last_try, error);
}

void
yy_pin_guard_failed (YyPinGuard *self, YyToken *token, const YySecret *pin)
{
  const char *token_key = yy_token_get_key (token);
  GHashTable *digests = g_hash_table_lookup (self->failed, token_key);

  g_return_if_fail (YY_IS_PIN_GUARD (self));

  if (digests == NULL)
    {
      digests =
          g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
      g_hash_table_insert (self->failed, g_strdup (token_key), digests);
    }
  g_hash_table_add (digests, digest_pin (self, token_key, pin));
}

void
yy_pin_guard_succeeded (YyPinGuard *self, YyToken *token)
{
  g_return_if_fail (YY_IS_PIN_GUARD (self));

  g_hash_table_remove (self->failed, yy_token_get_key (token));
}
