/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include "procedure/yy-pin-guard.h"
#include "token/yy-token-parse.h"

/* Flags of CK_TOKEN_INFO (PKCS #11). */
#define OK        G_GUINT64_CONSTANT (0x40c)
#define COUNT_LOW G_GUINT64_CONSTANT (0x10000)
#define FINAL_TRY G_GUINT64_CONSTANT (0x20000)
#define LOCKED    G_GUINT64_CONSTANT (0x40000)

static void
take (GHashTable *properties, const char *name, GVariant *value)
{
  g_hash_table_insert (properties, g_strdup (name), g_variant_ref_sink (value));
}

static YyToken *
token_of_module (const char *module, const char *serial, guint64 flags, int tries)
{
  g_autoptr (GHashTable) properties =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  g_autoptr (GError) error = NULL;
  YyToken *token = NULL;

  take (properties, "Serial", g_variant_new_string (serial));
  take (properties, "Flags", g_variant_new_uint64 (flags));
  take (properties, "TriesLeft", g_variant_new_int32 (tries));
  take (properties, "MinPinLength", g_variant_new_uint32 (6));
  take (properties, "MaxPinLength", g_variant_new_uint32 (15));
  token = yy_token_new (module, properties, &error);
  g_assert_no_error (error);
  return token;
}

static YyToken *
token_new (const char *serial, guint64 flags, int tries)
{
  return token_of_module ("/module.so", serial, flags, tries);
}

static int
check_text (YyPinGuard *guard, YyToken *token, const char *text, gboolean last_try)
{
  g_autoptr (YySecret) pin = yy_secret_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  if (yy_pin_guard_check (guard, token, pin, last_try, &error))
    return -1;
  g_assert_true (error->domain == YY_ERROR);
  g_assert_null (strstr (error->message, *text == '\0' ? "none" : text));
  return error->code;
}

static void
test_states (void)
{
  static const struct
  {
    guint64 flags;
    int tries;
    gboolean last_try;
    int code; /* -1: may be sent */
  } cases[] = {
    { OK, 10, FALSE, -1 },
    { OK, -1, FALSE, -1 },
    { OK | COUNT_LOW, 2, FALSE, -1 },
    { OK | COUNT_LOW, -1, FALSE, -1 },
    { OK | FINAL_TRY, 1, FALSE, YY_ERROR_PIN_LAST_TRY },
    { OK | FINAL_TRY, -1, FALSE, YY_ERROR_PIN_LAST_TRY },
    { OK | FINAL_TRY, 1, TRUE, -1 },
    /* The count of the card wins over flags that have not caught up. */
    { OK, 1, FALSE, YY_ERROR_PIN_LAST_TRY },
    { OK, 0, FALSE, YY_ERROR_PIN_LOCKED },
    { OK | FINAL_TRY, 5, FALSE, -1 },
    { OK | LOCKED, 5, FALSE, -1 },
    { OK | LOCKED, 1, FALSE, YY_ERROR_PIN_LAST_TRY },
    { OK | LOCKED, -1, FALSE, YY_ERROR_PIN_LOCKED },
    { OK | LOCKED, -1, TRUE, YY_ERROR_PIN_LOCKED },
    { OK | LOCKED | FINAL_TRY | COUNT_LOW, -1, TRUE, YY_ERROR_PIN_LOCKED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (YyPinGuard) guard = yy_pin_guard_new ();
      g_autoptr (YyToken) token = token_new ("A1", cases[i].flags, cases[i].tries);

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (check_text (guard, token, "Kx7-mPq2", cases[i].last_try), ==, cases[i].code);
    }
}

static void
test_lengths (void)
{
  g_autoptr (YyPinGuard) guard = yy_pin_guard_new ();
  g_autoptr (YyToken) token = token_new ("A1", OK, 10);

  g_assert_cmpint (check_text (guard, token, "", FALSE), ==, YY_ERROR_PIN_INCORRECT);
  g_assert_cmpint (check_text (guard, token, "12345", FALSE), ==, YY_ERROR_PIN_INCORRECT);
  g_assert_cmpint (check_text (guard, token, "123456", FALSE), ==, -1);
  g_assert_cmpint (check_text (guard, token, "123456789012345", FALSE), ==, -1);
  g_assert_cmpint (check_text (guard, token, "1234567890123456", FALSE), ==,
                   YY_ERROR_PIN_INCORRECT);
}

static void
test_a_failed_pin_is_not_sent_again (void)
{
  g_autoptr (YyPinGuard) guard = yy_pin_guard_new ();
  g_autoptr (YyToken) token = token_new ("A1", OK, 9);
  g_autoptr (YyToken) later = token_new ("A1", OK, 8);
  g_autoptr (YyToken) other = token_new ("A2", OK, 9);
  g_autoptr (YyToken) final = token_new ("A1", OK | FINAL_TRY, 1);
  g_autoptr (YySecret) pin = yy_secret_new ("Kx7-mPq2", 8);
  g_autoptr (YySecret) second = yy_secret_new ("Kx7-mPq3", 8);

  yy_pin_guard_failed (guard, token, pin);
  yy_pin_guard_failed (guard, later, second);
  g_assert_cmpint (check_text (guard, later, "Kx7-mPq2", FALSE), ==, YY_ERROR_PIN_REPEATED);
  g_assert_cmpint (check_text (guard, later, "Kx7-mPq3", FALSE), ==, YY_ERROR_PIN_REPEATED);
  g_assert_cmpint (check_text (guard, later, "Kx7-mPq4", FALSE), ==, -1);
  g_assert_cmpint (check_text (guard, other, "Kx7-mPq2", FALSE), ==, -1);
  /* Even a confirmed last try is not wasted on it. */
  g_assert_cmpint (check_text (guard, final, "Kx7-mPq2", TRUE), ==, YY_ERROR_PIN_REPEATED);
  yy_pin_guard_forget (guard, later);
  g_assert_cmpint (check_text (guard, token, "Kx7-mPq2", FALSE), ==, -1);
}

static void
fail (YyPinGuard *guard, YyToken *token, const char *text)
{
  g_autoptr (YySecret) pin = yy_secret_new (text, strlen (text));

  yy_pin_guard_failed (guard, token, pin);
}

/* One card seen through two modules has one PIN. */
static void
test_another_module_does_not_help (void)
{
  g_autoptr (YyPinGuard) guard = yy_pin_guard_new ();
  g_autoptr (YyToken) token = token_of_module ("/one.so", "A1", OK, 9);
  g_autoptr (YyToken) same = token_of_module ("/two.so", "A1", OK, -1);
  g_autoptr (YyToken) other = token_of_module ("/one.so", "A2", OK, 9);

  fail (guard, token, "Kx7-mPq2");
  g_assert_cmpint (check_text (guard, same, "Kx7-mPq2", FALSE), ==, YY_ERROR_PIN_REPEATED);
  g_assert_cmpint (check_text (guard, other, "Kx7-mPq2", FALSE), ==, -1);
  yy_pin_guard_forget (guard, same);
  g_assert_cmpint (check_text (guard, token, "Kx7-mPq2", FALSE), ==, -1);
}

typedef struct
{
  guint64 flags;
  int tries;
  guint64 later_flags;
  int later_tries;
  gboolean forgotten;
} Recovery;

/* Tries that are back show that somebody gave a right PIN: it may have been changed then. */
static void
test_a_pin_that_may_be_right_by_now (void)
{
  static const Recovery cases[] = {
    { OK, 9, OK, 10, TRUE },
    { OK, 9, OK, 9, FALSE },
    { OK, 9, OK, 8, FALSE },
    { OK | LOCKED, 0, OK, 10, TRUE },
    { OK | COUNT_LOW, 2, OK, 3, TRUE },
    { OK | COUNT_LOW, -1, OK, -1, TRUE },
    { OK | FINAL_TRY, -1, OK | COUNT_LOW, -1, TRUE },
    { OK | LOCKED, -1, OK, -1, TRUE },
    /* Nothing is known: it stays refused until the person insists. */
    { OK, -1, OK, -1, FALSE },
    { OK | FINAL_TRY, -1, OK | FINAL_TRY, -1, FALSE },
    { OK, 9, OK, -1, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (YyPinGuard) guard = yy_pin_guard_new ();
      g_autoptr (YyToken) then = token_new ("A1", cases[i].flags, cases[i].tries);
      g_autoptr (YyToken) now = token_new ("A1", cases[i].later_flags, cases[i].later_tries);
      int expected = cases[i].forgotten ? -1 : YY_ERROR_PIN_REPEATED;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      fail (guard, then, "Kx7-mPq2");
      g_assert_cmpint (check_text (guard, now, "Kx7-mPq2", TRUE), ==, expected);
    }
}

/* The count of before the last failure does not count. */
static void
test_a_later_failure_lowers_the_mark (void)
{
  g_autoptr (YyPinGuard) guard = yy_pin_guard_new ();
  g_autoptr (YyToken) nine = token_new ("A1", OK, 9);
  g_autoptr (YyToken) eight = token_new ("A1", OK, 8);

  fail (guard, nine, "Kx7-mPq2");
  fail (guard, eight, "Kx7-mPq3");
  g_assert_cmpint (check_text (guard, eight, "Kx7-mPq2", FALSE), ==, YY_ERROR_PIN_REPEATED);
  g_assert_cmpint (check_text (guard, nine, "Kx7-mPq2", FALSE), ==, -1);
  g_assert_cmpint (check_text (guard, eight, "Kx7-mPq3", FALSE), ==, -1);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pin-guard/states", test_states);
  g_test_add_func ("/pin-guard/lengths", test_lengths);
  g_test_add_func ("/pin-guard/repeated", test_a_failed_pin_is_not_sent_again);
  g_test_add_func ("/pin-guard/modules", test_another_module_does_not_help);
  g_test_add_func ("/pin-guard/recovered", test_a_pin_that_may_be_right_by_now);
  g_test_add_func ("/pin-guard/mark", test_a_later_failure_lowers_the_mark);
  return g_test_run ();
}
