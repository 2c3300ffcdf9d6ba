/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-pin.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "vtoken/vt-apdu.h"

/* Enough that the value does not lie in the file; six digits cannot be hidden from a search. */
#define ROUNDS 1000

static void
hash_value (const VtPin *pin, VtSpan value, guint8 *hash)
{
  if (PKCS5_PBKDF2_HMAC ((const char *) value.data, (int) value.length, pin->salt, VT_PIN_SALT,
                         ROUNDS, EVP_sha256 (), VT_PIN_HASH, hash) != 1)
    g_error ("libcrypto has no PBKDF2");
}

void
vt_pin_set (VtPin *pin, VtSpan value)
{
  if (RAND_bytes (pin->salt, VT_PIN_SALT) != 1)
    g_error ("libcrypto has no random numbers");
  hash_value (pin, value, pin->hash);
  pin->length = (guint8) value.length;
  pin->tries = pin->max_tries;
}

void
vt_pin_clear (VtPin *pin)
{
  memset (pin->salt, 0, VT_PIN_SALT);
  memset (pin->hash, 0, VT_PIN_HASH);
  pin->length = 0;
  pin->tries = pin->max_tries;
}

guint16
vt_pin_status (const VtPin *pin)
{
  if (pin->length == 0)
    return VT_SW_NOT_USABLE;
  return pin->tries == 0 ? VT_SW_LOCKED : VT_SW_TRIES_LEFT | pin->tries;
}

guint16
vt_pin_check (VtPin *pin, VtSpan value)
{
  guint8 hash[VT_PIN_HASH] = { 0 };
  gboolean right = FALSE;

  if (pin->length == 0 || pin->tries == 0)
    return vt_pin_status (pin);
  hash_value (pin, value, hash);
  right = value.length == pin->length && CRYPTO_memcmp (hash, pin->hash, VT_PIN_HASH) == 0;
  pin->tries = right ? pin->max_tries : pin->tries - 1;
  return right ? VT_SW_OK : vt_pin_status (pin);
}
