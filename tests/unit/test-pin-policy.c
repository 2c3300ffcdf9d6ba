/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include "procedure/yy-pin-policy.h"

#define LENGTH  YY_PIN_RULE_LENGTH
#define ASCII   YY_PIN_RULE_ASCII
#define CLASSES YY_PIN_RULE_CLASSES
#define SIMPLE  YY_PIN_RULE_SIMPLE

static const YyPinPolicy policy = { .min_length = 8, .max_length = 16, .min_classes = 3 };

static YyPinVerdict
check (const YyPinPolicy *rules, guint min, guint max, const char *text)
{
  g_autoptr (YySecret) pin = yy_secret_new (text, strlen (text));

  return yy_pin_policy_check (rules, min, max, pin);
}

static void
test_rules (void)
{
  static const struct
  {
    const char *pin;
    guint unmet;
  } cases[] = {
    { "", LENGTH | ASCII | CLASSES | SIMPLE },
    { "Kx7-mPq", LENGTH },
    { "Kx7-mPq2", 0 },
    { "Kx7-mPq2Kx9-wPz3", 0 },
    { "Kx7-mPq2Kx9-wPz3u", LENGTH },
    { "kx7wmpq2", CLASSES },
    { "KxuwmPqZ", CLASSES },
    { "Kx7 mPq2", 0 },
    { "Kx7-mPq密", ASCII },
    { "Kx7-mPq\t2", ASCII },
    { "Kx7-mPq\1772", ASCII },
    { "28495063", CLASSES },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("“%s”", cases[i].pin);
      g_assert_cmphex (check (&policy, 0, 0, cases[i].pin).unmet, ==, cases[i].unmet);
    }
}

static void
test_strictest_limits (void)
{
  const YyPinPolicy open = { 0 };

  g_assert_cmphex (check (&policy, 10, 0, "Kx7-mPq2").unmet, ==, LENGTH);
  g_assert_cmphex (check (&policy, 4, 0, "Kx7-m").unmet, ==, LENGTH);
  g_assert_cmphex (check (&policy, 0, 10, "Kx7-mPq2w4Z").unmet, ==, LENGTH);
  g_assert_cmphex (check (&policy, 0, 30, "Kx7-mPq2Kx9-wPz3u").unmet, ==, LENGTH);
  /* Without limits everything goes but nothing. */
  g_assert_cmphex (check (&open, 0, 0, "kx7wmpq2").unmet, ==, 0);
  g_assert_cmphex (check (&open, 0, 0, "").unmet & LENGTH, ==, LENGTH);
  g_assert_cmphex (check (&open, 0, 6, "kx7wmpq2").unmet, ==, LENGTH);
}

static void
test_simple (void)
{
  static const YyPinPolicy any = { .min_length = 1, .max_length = 64, .min_classes = 1 };
  static const char *const simple[] = {
    "11111111",   "aaaaAAAA",  "12345678",  "87654321", "abcdefgh",   "ABCDefgh",  "hgfedcba",
    "qwertyui",   "QWERTY123", "1qaz2wsx",  "!QAZ2wsx", "!@#$%^&*",   "asdfghjkl", "zxcvbnm,",
    "poiuytrewq", "Abcd1234",  "1234Abcd",  "abc123",   "A123456a",   "woaini520", "WoAiNi1314",
    "5201314",    "5201314a",  "a5201314",  "1314520",  "password",   "Password1", "P@ssw0rd",
    "P@$$w0rd!",  "Passw0rd!", "Admin123",  "iloveyou", "I10veyou",   "7758521!",  "123123123",
    "Ab1!Ab1!",   "Xy7Xy7Xy7", "abab1212",  "aaaaaaB7", "0987654321", "147258369", "13579",
    "Zk4!zK4!",   "Aa123456",  "Taobao123", "Qq123456", "1a2b3c4d",   "1q2w3e4r",  "letmein1",
  };
  static const char *const fine[] = {
    "Kx7-mPq2",     "Zebra-77-lake",   "abcd-Lm93",       "Tr0ub4dor&3", "1234kWbz",
    "h8Kz5201314q", "woaini-Bk4z",     "Rain.Over.42",    "28495063",    "xK9password",
    "Sea7Hill",     "Yinyao-2026-Hua", "correct+battery",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (simple); i++)
    {
      g_test_message ("“%s” is simple", simple[i]);
      g_assert_cmphex (check (&any, 0, 0, simple[i]).unmet, ==, SIMPLE);
      g_assert_cmpuint (check (&any, 0, 0, simple[i]).strength, ==, 0);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (fine); i++)
    {
      g_test_message ("“%s” is fine", fine[i]);
      g_assert_cmphex (check (&any, 0, 0, fine[i]).unmet, ==, 0);
      g_assert_cmpuint (check (&any, 0, 0, fine[i]).strength, >=, 1);
    }
}

static void
test_strength_grows (void)
{
  static const YyPinPolicy any = { .min_length = 6, .max_length = 64, .min_classes = 1 };

  g_assert_cmpuint (check (&any, 0, 0, "").strength, ==, 0);
  g_assert_cmpuint (check (&any, 0, 0, "12345678").strength, ==, 0);
  g_assert_cmpuint (check (&any, 0, 0, "Kx7-").strength, <=, 1);
  g_assert_cmpuint (check (&any, 0, 0, "284950").strength, ==, 1);
  g_assert_cmpuint (check (&any, 0, 0, "28495kxw").strength, ==, 2);
  g_assert_cmpuint (check (&any, 0, 0, "28Kx5kxw").strength, ==, 3);
  g_assert_cmpuint (check (&any, 0, 0, "28Kx5k-w").strength, ==, 4);
}

/* A secret is not text: every byte and every length is allowed to come. */
static void
test_any_bytes (void)
{
  char bytes[YY_SECRET_MAX];

  for (gsize length = 0; length <= sizeof bytes; length = 3 * length + 1)
    for (int byte = 0; byte < 256; byte += 5)
      {
        g_autoptr (YySecret) pin = NULL;

        memset (bytes, byte, length);
        pin = yy_secret_new (bytes, length);
        g_assert_cmphex (yy_pin_policy_check (&policy, 0, 0, pin).unmet & SIMPLE, ==, SIMPLE);
      }
}

static void
test_require_names_every_unmet_rule (void)
{
  g_autoptr (YySecret) bad = yy_secret_new ("1234", 4);
  g_autoptr (YySecret) good = yy_secret_new ("Kx7-mPq2", 8);
  g_autoptr (GError) error = NULL;

  g_assert_true (yy_pin_policy_require (&policy, 6, 15, good, &error));
  g_assert_no_error (error);
  g_assert_false (yy_pin_policy_require (&policy, 6, 15, bad, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_PIN_POLICY);
  g_assert_nonnull (strstr (error->message, "8 to 15 characters"));
  g_assert_nonnull (strstr (error->message, "At least 3 of"));
  g_assert_nonnull (strstr (error->message, "No simple"));
  g_assert_null (strstr (error->message, "keyboard"));
  g_assert_null (strstr (error->message, "1234"));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pin-policy/rules", test_rules);
  g_test_add_func ("/pin-policy/strictest-limits", test_strictest_limits);
  g_test_add_func ("/pin-policy/simple", test_simple);
  g_test_add_func ("/pin-policy/strength-grows", test_strength_grows);
  g_test_add_func ("/pin-policy/any-bytes", test_any_bytes);
  g_test_add_func ("/pin-policy/require", test_require_names_every_unmet_rule);
  return g_test_run ();
}
