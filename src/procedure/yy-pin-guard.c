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
  GHashTable *failed; /* serial number → Failures */
};

/* What failed on one token, and how its PIN stood afterwards. */
typedef struct
{
  GHashTable *digests; /* set of GBytes */
  YyPinState state;
  int tries_left;
} Failures;

G_DEFINE_FINAL_TYPE (YyPinGuard, yy_pin_guard, G_TYPE_OBJECT)

static void
failures_free (gpointer data)
{
  Failures *failures = data;

  g_hash_table_unref (failures->digests);
  g_free (failures);
}

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
  self->failed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, failures_free);
}

YyPinGuard *
yy_pin_guard_new (void)
{
  return g_object_new (YY_TYPE_PIN_GUARD, NULL);
}

YyPinGuard *
yy_pin_guard_of (YyTokenManager *manager)
{
  GQuark key = g_quark_from_static_string ("yy-pin-guard");
  YyPinGuard *guard = g_object_get_qdata (G_OBJECT (manager), key);

  if (guard == NULL)
    {
      guard = yy_pin_guard_new ();
      g_object_set_qdata_full (G_OBJECT (manager), key, guard, g_object_unref);
    }
  return guard;
}

/* HMAC-SHA256 over the serial number, a NUL and the PIN. OpenSSL's contexts are wiped when they are
 * freed, those of GHmac are not. */
static GBytes *
digest_pin (YyPinGuard *self, YyToken *token, const YySecret *pin)
{
  const char *serial = yy_token_get_serial (token);
  EVP_MAC *mac = EVP_MAC_fetch (NULL, OSSL_MAC_NAME_HMAC, NULL);
  EVP_MAC_CTX *context = EVP_MAC_CTX_new (mac);
  char name[] = "SHA256";
  OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, name, 0),
                          OSSL_PARAM_construct_end () };
  guint8 digest[DIGEST_SIZE];
  gsize length = 0;

  if (context == NULL || EVP_MAC_init (context, self->key, sizeof self->key, params) != 1 ||
      EVP_MAC_update (context, (const guint8 *) serial, strlen (serial) + 1) != 1 ||
      EVP_MAC_update (context, (const guint8 *) yy_secret_bytes (pin), yy_secret_length (pin)) !=
          1 ||
      EVP_MAC_final (context, digest, &length, sizeof digest) != 1)
    g_error ("HMAC-SHA256 is not available");
  EVP_MAC_CTX_free (context);
  EVP_MAC_free (mac);
  return g_bytes_new (digest, length);
}

/* States become worse with every wrong PIN, and better only by a right one or a new one. */
static int
badness (YyPinState state)
{
  switch (state)
    {
    case YY_PIN_COUNT_LOW:
      return 1;
    case YY_PIN_FINAL_TRY:
      return 2;
    case YY_PIN_LOCKED:
      return 3;
    case YY_PIN_OK:
    case YY_PIN_NOT_SET:
    default:
      return 0;
    }
}

/* Whether somebody gave a right PIN, or a new one, since @failures. Then all of them may be right.
 */
static gboolean
has_recovered (const Failures *failures, YyToken *token)
{
  int tries = yy_token_get_tries_left (token);

  if (tries >= 0 && failures->tries_left >= 0)
    return tries > failures->tries_left;
  return badness (yy_token_get_pin_state (token)) < badness (failures->state);
}

static gboolean
has_failed (YyPinGuard *self, YyToken *token, const YySecret *pin)
{
  const char *serial = yy_token_get_serial (token);
  Failures *failures = g_hash_table_lookup (self->failed, serial);
  g_autoptr (GBytes) digest = NULL;

  if (failures == NULL)
    return FALSE;
  if (has_recovered (failures, token))
    {
      g_hash_table_remove (self->failed, serial);
      return FALSE;
    }
  digest = digest_pin (self, token, pin);
  return g_hash_table_contains (failures->digests, digest);
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

  if (state == YY_PIN_LOCKED)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_PIN_LOCKED, _ ("The PIN is locked"));
  else if (!last_try && state == YY_PIN_FINAL_TRY)
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
                           _ ("This PIN was wrong on this token a moment ago"));
      return FALSE;
    }
  return yy_pin_guard_check_state (token, last_try, error);
}

static Failures *
ensure_failures (YyPinGuard *self, const char *serial)
{
  Failures *failures = g_hash_table_lookup (self->failed, serial);

  if (failures != NULL)
    return failures;
  failures = g_new0 (Failures, 1);
  failures->digests =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  g_hash_table_insert (self->failed, g_strdup (serial), failures);
  return failures;
}

void
yy_pin_guard_failed (YyPinGuard *self, YyToken *token, const YySecret *pin)
{
  Failures *failures = NULL;

  g_return_if_fail (YY_IS_PIN_GUARD (self));

  failures = ensure_failures (self, yy_token_get_serial (token));
  failures->state = yy_token_get_pin_state (token);
  failures->tries_left = yy_token_get_tries_left (token);
  g_hash_table_add (failures->digests, digest_pin (self, token, pin));
}

void
yy_pin_guard_forget (YyPinGuard *self, YyToken *token)
{
  g_return_if_fail (YY_IS_PIN_GUARD (self));

  g_hash_table_remove (self->failed, yy_token_get_serial (token));
}
