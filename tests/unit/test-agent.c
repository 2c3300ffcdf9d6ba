/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/card-probe.h"
#include "agent/card-sc-hsm.h"
#include "agent/ck-error.h"
#include "agent/file-cache.h"
#include "agent/key.h"
#include "agent/pin.h"
#include "agent/public-key.h"
#include "agent/reader-watch.h"
#include "agent/tries.h"

#include <string.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>

typedef struct
{
  CK_RV rv;
  CK_USER_TYPE user;
  YyError code;
} Mapping;

#define NO_USER ((CK_USER_TYPE) -1)

static const Mapping mappings[] = {
  { CKR_PIN_INCORRECT, CKU_USER, YY_ERROR_PIN_INCORRECT },
  { CKR_PIN_INCORRECT, CKU_SO, YY_ERROR_SO_PIN_INCORRECT },
  { CKR_PIN_LOCKED, CKU_USER, YY_ERROR_PIN_LOCKED },
  { CKR_PIN_LOCKED, CKU_SO, YY_ERROR_SO_PIN_LOCKED },
  { CKR_PIN_LEN_RANGE, CKU_USER, YY_ERROR_PIN_POLICY },
  { CKR_PIN_LEN_RANGE, CKU_SO, YY_ERROR_PIN_POLICY },
  { CKR_DEVICE_MEMORY, NO_USER, YY_ERROR_TOKEN_FULL },
  { CKR_DEVICE_REMOVED, CKU_USER, YY_ERROR_TOKEN_REMOVED },
  { CKR_TOKEN_NOT_PRESENT, NO_USER, YY_ERROR_TOKEN_REMOVED },
  { CKR_SESSION_HANDLE_INVALID, NO_USER, YY_ERROR_TOKEN_REMOVED },
  { CKR_DEVICE_ERROR, NO_USER, YY_ERROR_DRIVER_FAILED },
  { CKR_GENERAL_ERROR, NO_USER, YY_ERROR_DRIVER_FAILED },
  { CKR_FUNCTION_NOT_SUPPORTED, NO_USER, YY_ERROR_UNSUPPORTED },
  { CKR_MECHANISM_INVALID, NO_USER, YY_ERROR_UNSUPPORTED },
  { CKR_VENDOR_DEFINED | 0x1234, NO_USER, YY_ERROR_DRIVER_FAILED },
  { 0x7FFF, CKU_USER, YY_ERROR_DRIVER_FAILED },
};

static void
test_error_codes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mappings); i++)
    g_assert_cmpint (yy_ck_error_code (mappings[i].rv, mappings[i].user), ==, mappings[i].code);
}

static void
test_error_messages (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = yy_ck_name (0x80001234);

  g_assert_cmpstr (name, ==, "0x80001234");
  g_assert_true (yy_ck_check (CKR_OK, "C_Login", &error));
  g_assert_no_error (error);
  g_assert_false (yy_ck_check_pin (CKR_PIN_INCORRECT, "C_InitPIN", CKU_SO, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_SO_PIN_INCORRECT);
  /* Names of functions are for where words are vague. */
  g_assert_null (strstr (error->message, "CKR_"));
  g_clear_error (&error);
  g_assert_false (yy_ck_check (CKR_GENERAL_ERROR, "C_Sign", &error));
  g_assert_nonnull (strstr (error->message, "C_Sign: CKR_GENERAL_ERROR"));
}

/* Whatever number a module returns, it is an error of ours with words. */
static void
test_error_of_every_number (void)
{
  for (CK_RV rv = 1; rv < 0x400; rv++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (yy_ck_check (rv, "C_Sign", &error));
      g_assert_true (error->domain == YY_ERROR);
      g_assert_cmpuint (strlen (error->message), >, 10);
    }
}

static void
test_text (void)
{
  const unsigned char padded[] = "label     ";
  const unsigned char terminated[] = "ab\0garbage";
  const unsigned char control[] = "a\nb";
  const unsigned char broken[] = "\xE5\x8D";
  g_autofree char *first = yy_ck_text (padded, sizeof padded - 1);
  g_autofree char *second = yy_ck_text (terminated, sizeof terminated - 1);
  g_autofree char *third = yy_ck_text (control, sizeof control - 1);
  g_autofree char *fourth = yy_ck_text (broken, sizeof broken - 1);

  g_assert_cmpstr (first, ==, "label");
  g_assert_cmpstr (second, ==, "ab");
  g_assert_cmpstr (third, ==, "a b");
  g_assert_true (g_utf8_validate (fourth, -1, NULL));
}

static void
test_label (void)
{
  CK_UTF8CHAR padded[32];

  yy_pin_pad_label ("token", padded);
  g_assert_cmpmem (padded, 32, "token                           ", 32);
  /* Eleven characters of three bytes: the eleventh would be cut in its middle. */
  yy_pin_pad_label ("印钥印钥印钥印钥印钥印", padded);
  g_assert_cmpmem (padded, 32, "印钥印钥印钥印钥印钥  ", 32);
  yy_pin_pad_label ("12345678901234567890123456789012", padded);
  g_assert_cmpmem (padded, 32, "12345678901234567890123456789012", 32);
}

static void
test_so_pin_usable (void)
{
  g_assert_true (yy_pin_is_so_usable (0, -1));
  g_assert_true (yy_pin_is_so_usable (CKF_SO_PIN_COUNT_LOW, 2));
  g_assert_false (yy_pin_is_so_usable (0, 1));
  g_assert_false (yy_pin_is_so_usable (0, 0));
  g_assert_false (yy_pin_is_so_usable (CKF_SO_PIN_FINAL_TRY, -1));
  g_assert_false (yy_pin_is_so_usable (CKF_SO_PIN_LOCKED | CKF_SO_PIN_COUNT_LOW, 5));
}

/* The card's count is worth more than what a module says for ever. */
static void
test_last_try (void)
{
  g_assert_true (yy_tries_is_last (0, 1));
  g_assert_true (yy_tries_is_last (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY, -1));
  g_assert_false (yy_tries_is_last (CKF_USER_PIN_COUNT_LOW, -1));
  g_assert_false (yy_tries_is_last (CKF_USER_PIN_FINAL_TRY, 2));
  g_assert_false (yy_tries_is_last (CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED, -1));
  g_assert_false (yy_tries_is_last (0, -1));
}

static void
test_pin_flags (void)
{
  const CK_FLAGS others = CKF_RNG | CKF_LOGIN_REQUIRED;
  const CK_FLAGS stale = others | CKF_USER_PIN_LOCKED | CKF_USER_PIN_COUNT_LOW;

  g_assert_cmphex (yy_agent_token_flags (stale, 10), ==, others);
  g_assert_cmphex (yy_agent_token_flags (stale, -1), ==, others);
  g_assert_cmphex (yy_agent_token_flags (others, 2), ==, others | CKF_USER_PIN_COUNT_LOW);
  g_assert_cmphex (yy_agent_token_flags (others, 1), ==, others | CKF_USER_PIN_FINAL_TRY);
  g_assert_cmphex (yy_agent_token_flags (others, 0), ==, others | CKF_USER_PIN_LOCKED);
}

static void
test_tries (void)
{
  g_assert_cmpint (yy_tries_from_status (0x63CA), ==, 10);
  g_assert_cmpint (yy_tries_from_status (0x63C0), ==, 0);
  g_assert_cmpint (yy_tries_from_status (0x6983), ==, 0);
  g_assert_cmpint (yy_tries_from_status (0x9000), ==, -1);
  g_assert_cmpint (yy_tries_from_status (0x6984), ==, -1);
  g_assert_cmpint (yy_tries_from_status (0x6300), ==, -1);
  g_assert_cmpint (yy_tries_from_status (-1), ==, -1);
}

static void
test_card_type (void)
{
  const guint8 sc_hsm[] = {
    0x3B, 0xFE, 0x18, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45, 0x80, 0x31, 0x81,
    0x54, 0x48, 0x53, 0x4D, 0x31, 0x73, 0x80, 0x21, 0x40, 0x81, 0x07, 0xFA
  };
  const guint8 other[] = { 0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00 };
  g_autoptr (GBytes) known = g_bytes_new_static (sc_hsm, sizeof sc_hsm);
  g_autoptr (GBytes) unknown = g_bytes_new_static (other, sizeof other);
  g_autoptr (GBytes) empty = g_bytes_new_static (NULL, 0);

  g_assert_cmpint (yy_card_type_from_atr (known), ==, YY_CARD_SC_HSM);
  g_assert_cmpint (yy_card_type_from_atr (unknown), ==, YY_CARD_UNKNOWN);
  g_assert_cmpint (yy_card_type_from_atr (empty), ==, YY_CARD_UNKNOWN);
}

static GBytes *
files (const char *hex)
{
  gsize length = strlen (hex) / 2;
  guint8 *bytes = g_malloc0 (length + 1);

  for (gsize i = 0; i < length; i++)
    bytes[i] =
        (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
  return g_bytes_new_take (bytes, length);
}

static void
test_files (void)
{
  g_autoptr (GBytes) list = files ("CC00CC01CE01C401CC02C9012F03CA05");
  guint8 states[256];

  yy_sc_hsm_parse_files (list, states);
  g_assert_cmphex (states[0], ==, YY_SC_HSM_KEY);
  g_assert_cmphex (states[1], ==, YY_SC_HSM_KEY | YY_SC_HSM_DESCRIPTION | YY_SC_HSM_CERTIFICATE);
  g_assert_cmphex (states[2], ==, YY_SC_HSM_KEY);
  g_assert_cmphex (states[3], ==, 0);
  g_assert_true (yy_sc_hsm_has_foreign_certificates (list));
}

static void
test_orphans (void)
{
  g_autoptr (GBytes) clean = files ("CC00CC01C401CE01");
  g_autoptr (GBytes) orphan = files ("CC00CC01C401CE01CC02CE02");
  g_autoptr (GBytes) fresh = files ("CC00");

  g_assert_false (yy_sc_hsm_may_have_orphans (clean, 1));
  g_assert_false (yy_sc_hsm_may_have_orphans (fresh, 0));
  g_assert_true (yy_sc_hsm_may_have_orphans (orphan, 1));
  /* A description the module does not understand may be an empty one. */
  g_assert_true (yy_sc_hsm_may_have_orphans (clean, 0));
  g_assert_false (yy_sc_hsm_has_foreign_certificates (clean));
}

static void
test_cache_names (void)
{
  const char *aid = "E82B0601040181C31F0201";
  g_autofree char *certificate = g_strdup_printf ("YYV01_NODATE_%s_CE01", aid);
  g_autofree char *longer = g_strdup_printf ("YYV012_NODATE_%s_CE01", aid);

  g_assert_cmpint (yy_file_cache_parse_name (certificate, "YYV01"), ==, 0xCE01);
  g_assert_cmpint (yy_file_cache_parse_name (longer, "YYV01"), ==, -1);
  g_assert_cmpint (yy_file_cache_parse_name ("YYV01_CE0", "YYV01"), ==, -1);
  g_assert_cmpint (yy_file_cache_parse_name ("YYV01_CE0X", "YYV01"), ==, -1);
  g_assert_cmpint (yy_file_cache_parse_name ("YYV01", "YYV01"), ==, -1);
  g_assert_cmpint (yy_file_cache_parse_name (certificate, ""), ==, -1);
}

static void
test_readers (void)
{
  const char *const readers[] = { "ACS ACR39U 00 00", "Feitian ePass 01 00", NULL };
  const char *const similar[] = {
    "Some Company Incorporated Reader With A Very Long Product Name 1 00 00",
    "Some Company Incorporated Reader With A Very Long Product Name 1 01 00", NULL
  };

  g_assert_cmpstr (yy_readers_find (readers, "ACS ACR39U 00 00"), ==, "ACS ACR39U 00 00");
  g_assert_null (yy_readers_find (readers, "ACS ACR39U"));
  g_assert_null (yy_readers_find (readers, ""));
  g_assert_null (
      yy_readers_find (similar,
                       "Some Company Incorporated Reader With A Very Long Product Name 1"));
}

static void
test_rsa_key (void)
{
  guint8 modulus[256];
  const guint8 exponent[] = { 1, 0, 1 };
  const unsigned char *der = NULL;
  g_autoptr (GBytes) spki = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  memset (modulus, 0xC5, sizeof modulus);
  spki = yy_public_key_from_rsa (modulus, sizeof modulus, exponent, sizeof exponent);
  g_assert_nonnull (spki);
  der = g_bytes_get_data (spki, NULL);
  key = d2i_PUBKEY (NULL, &der, (long) g_bytes_get_size (spki));
  g_assert_cmpint (EVP_PKEY_get_bits (key), ==, 2048);
  g_assert_null (yy_public_key_from_rsa (modulus, 16, exponent, sizeof exponent));
  g_assert_null (yy_public_key_from_rsa (modulus, sizeof modulus, exponent, 0));
}

static void
test_ec_key (void)
{
  const guint8 params[] = { 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 };
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (GBytes) wanted = yy_public_key_to_spki (key);
  g_autoptr (GBytes) bare_spki = NULL;
  g_autoptr (GBytes) wrapped_spki = NULL;
  guint8 wrapped[67] = { 0x04, 65 };
  gsize length = 0;

  g_assert_true (EVP_PKEY_get_octet_string_param (key, "pub", wrapped + 2, 65, &length));
  bare_spki = yy_public_key_from_ec (params, sizeof params, wrapped + 2, 65);
  wrapped_spki = yy_public_key_from_ec (params, sizeof params, wrapped, sizeof wrapped);
  g_assert_true (g_bytes_equal (bare_spki, wanted));
  g_assert_true (g_bytes_equal (wrapped_spki, wanted));
  wrapped[40] ^= 1;
  g_assert_null (yy_public_key_from_ec (params, sizeof params, wrapped, sizeof wrapped));
  g_assert_null (yy_public_key_from_ec (params, 4, wrapped, sizeof wrapped));
}

static YyObject *
object_new (CK_OBJECT_CLASS object_class, const char *id, const char *spki)
{
  YyObject *object = g_new0 (YyObject, 1);

  object->object_class = object_class;
  object->id = g_bytes_new (id, strlen (id));
  object->object_id = g_bytes_new (NULL, 0);
  object->spki = spki == NULL ? NULL : g_bytes_new (spki, strlen (spki));
  return object;
}

static void
test_find_spki (void)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) yy_object_free);
  g_autoptr (GBytes) first = g_bytes_new ("a", 1);
  g_autoptr (GBytes) second = g_bytes_new ("b", 1);
  g_autoptr (GBytes) spki = NULL;

  g_ptr_array_add (objects, object_new (CKO_PRIVATE_KEY, "a", NULL));
  g_ptr_array_add (objects, object_new (CKO_PUBLIC_KEY, "a", "spki"));
  g_ptr_array_add (objects, object_new (CKO_PRIVATE_KEY, "b", NULL));
  spki = yy_key_find_spki (objects, first);
  g_assert_nonnull (spki);
  g_assert_cmpmem (g_bytes_get_data (spki, NULL), g_bytes_get_size (spki), "spki", 4);
  g_assert_null (yy_key_find_spki (objects, second));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/agent/error/codes", test_error_codes);
  g_test_add_func ("/agent/error/messages", test_error_messages);
  g_test_add_func ("/agent/error/every-number", test_error_of_every_number);
  g_test_add_func ("/agent/text", test_text);
  g_test_add_func ("/agent/pin/label", test_label);
  g_test_add_func ("/agent/pin/so-usable", test_so_pin_usable);
  g_test_add_func ("/agent/pin/flags", test_pin_flags);
  g_test_add_func ("/agent/pin/last-try", test_last_try);
  g_test_add_func ("/agent/card/tries", test_tries);
  g_test_add_func ("/agent/card/type", test_card_type);
  g_test_add_func ("/agent/card/files", test_files);
  g_test_add_func ("/agent/card/orphans", test_orphans);
  g_test_add_func ("/agent/cache/names", test_cache_names);
  g_test_add_func ("/agent/readers", test_readers);
  g_test_add_func ("/agent/public-key/rsa", test_rsa_key);
  g_test_add_func ("/agent/public-key/ec", test_ec_key);
  g_test_add_func ("/agent/key/spki", test_find_spki);
  return g_test_run ();
}
