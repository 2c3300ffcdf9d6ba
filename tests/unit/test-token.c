/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Snapshots and the table of objects: what an agent may say, and what it must not. */
#include "token/yy-object-table.h"

#include <locale.h>
#include <string.h>

#include "test-certificate.h"
#include "token/yy-token-parse.h"

#define PIN_SET    "'Flags': <uint64 0x40d>"
#define TOKEN_PATH "/org/yinyao/Token/"

/* @text: a{sv} in GVariant's text form. */
static YyToken *
parse (const char *text, GError **error)
{
  g_autoptr (GVariant) variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  g_autoptr (GHashTable) properties =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  GVariantIter iter;
  char *name = NULL;
  GVariant *value = NULL;

  g_assert_nonnull (variant);
  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "{sv}", &name, &value))
    g_hash_table_replace (properties, name, value);
  return yy_token_new ("/usr/lib/module.so", properties, error);
}

static YyToken *
parse_good (const char *text)
{
  g_autoptr (GError) error = NULL;
  YyToken *token = parse (text, &error);

  g_assert_no_error (error);
  return token;
}

static void
test_fields (void)
{
  g_autoptr (YyToken) token = parse_good (
      "{'Serial': <'S1'>, 'Label': <'公司 one'>, 'Manufacturer': <'M'>, 'Model': <'Mo'>,"
      " 'Reader': <'R'>, 'MinPinLength': <uint32 6>, 'MaxPinLength': <uint32 15>,"
      " 'FreeMemory': <int64 5000>, 'TriesLeft': <8>, " PIN_SET ","
      " 'Keys': <[([byte 1, 2], 'k', @ay []), ([byte 3], 'l', [byte 0x30])]>,"
      " 'DataObjects': <[('d', 'app', [byte 6], int64 12)]>}");

  g_assert_cmpstr (yy_token_get_key (token), ==, "/usr/lib/module.so#S1");
  g_assert_cmpstr (yy_token_get_label (token), ==, "公司 one");
  g_assert_cmpstr (yy_token_get_manufacturer (token), ==, "M");
  g_assert_cmpstr (yy_token_get_model (token), ==, "Mo");
  g_assert_cmpstr (yy_token_get_reader (token), ==, "R");
  g_assert_cmpuint (yy_token_get_min_pin_length (token), ==, 6);
  g_assert_cmpuint (yy_token_get_max_pin_length (token), ==, 15);
  g_assert_cmpint (yy_token_get_free_memory (token), ==, 5000);
  g_assert_cmpint (yy_token_get_tries_left (token), ==, 8);
  g_assert_cmpint (yy_token_get_pin_state (token), ==, YY_PIN_OK);
  g_assert_cmpuint (yy_token_get_keys (token)->len, ==, 2);
  g_assert_null (((YyTokenKey *) yy_token_get_keys (token)->pdata[0])->spki);
  g_assert_nonnull (((YyTokenKey *) yy_token_get_keys (token)->pdata[1])->spki);
  g_assert_cmpuint (yy_token_get_data_objects (token)->len, ==, 1);
  g_assert_cmpint (((YyTokenData *) yy_token_get_data_objects (token)->pdata[0])->size, ==, 12);
}

/* What has the wrong type or makes no sense counts as missing. */
static void
test_garbage (void)
{
  g_autoptr (YyToken) token = parse_good (
      "{'Serial': <'S1'>, 'Label': <5>, 'Manufacturer': <['M']>, 'MinPinLength': <-1>,"
      " 'FreeMemory': <int64 -77>, 'TriesLeft': <int32 -5>, 'Flags': <'x'>,"
      " 'Keys': <[('k', 1)]>, 'DataObjects': <'d'>, 'Certificates': <uint32 7>, 'Blah': <''>}");

  g_assert_cmpstr (yy_token_get_label (token), ==, "");
  g_assert_cmpstr (yy_token_get_manufacturer (token), ==, "");
  g_assert_cmpuint (yy_token_get_min_pin_length (token), ==, 0);
  g_assert_cmpint (yy_token_get_free_memory (token), ==, -1);
  g_assert_cmpint (yy_token_get_tries_left (token), ==, -1);
  g_assert_cmpint (yy_token_get_pin_state (token), ==, YY_PIN_NOT_SET);
  g_assert_cmpuint (yy_token_get_keys (token)->len, ==, 0);
  g_assert_cmpuint (yy_token_get_data_objects (token)->len, ==, 0);
  g_assert_cmpuint (yy_token_get_certificates (token)->len, ==, 0);
}

static void
test_bad_serial (void)
{
  static const char *const bad[] = {
    "{'Label': <'L'>}",
    "{'Serial': <5>}",
    "{'Serial': <'a\\nb'>}",
    "{'Serial': <'a\\u202eb'>}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (bad[i], &error));
      g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
    }
}

static void
test_texts (void)
{
  g_autofree char *harmless = yy_token_clean_text ("a\tb\u202ec\u2028d");
  g_autofree char *many = g_strnfill (100000, 'x');
  g_autofree char *cut = yy_token_clean_text (many);

  g_assert_cmpstr (harmless, ==, "a\uFFFDb\uFFFDc\uFFFDd");
  g_assert_cmpuint (strlen (cut), <=, 256);
}

static GVariant *
certificate_entry (const char *id, GBytes *der, int has_key)
{
  return g_variant_new ("(@ays@ayi)",
                        g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, id, strlen (id), 1),
                        "label", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, der, TRUE),
                        has_key);
}

static void
test_certificates (void)
{
  g_autoptr (YyCertificate) certificate = test_certificate_new ("Name");
  g_autoptr (GBytes) garbage = g_bytes_new_static ("\x30\x03garbage", 9);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) huge = g_bytes_new_take (g_malloc0 (100 * 1024), 100 * 1024);
  g_autoptr (GBytes) id = g_bytes_new_static ("3", 1);
  GVariantBuilder builder;
  g_autoptr (GHashTable) properties =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  g_autoptr (YyToken) token = NULL;
  YyTokenCertificate *found = NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(aysayi)"));
  g_variant_builder_add_value (&builder, certificate_entry ("1", garbage, 1));
  g_variant_builder_add_value (&builder, certificate_entry ("2", empty, 1));
  g_variant_builder_add_value (&builder,
                               certificate_entry ("3", yy_certificate_get_der (certificate), 99));
  g_variant_builder_add_value (&builder, certificate_entry ("4", huge, 1));
  g_hash_table_insert (properties, (gpointer) "Serial",
                       g_variant_ref_sink (g_variant_new_string ("S1")));
  g_hash_table_insert (properties, (gpointer) "Certificates",
                       g_variant_ref_sink (g_variant_builder_end (&builder)));
  token = yy_token_new ("m", properties, NULL);
  g_assert_cmpuint (yy_token_get_certificates (token)->len, ==, 1);
  found = yy_token_find_certificate (token, id);
  g_assert_nonnull (found);
  g_assert_cmpstr (yy_certificate_get_common_name (found->certificate), ==, "Name");
  g_assert_cmpint (found->has_key, ==, 1);
}

typedef struct
{
  guint64 flags;
  int tries;
  YyPinState state;
  const char *text;
} PinCase;

static void
test_pin_states (void)
{
  static const PinCase cases[] = {
    { 0x8, 10, YY_PIN_OK, "10 tries left" },
    { 0x8, -1, YY_PIN_OK, "How many tries are left is unknown" },
    { 0x8, 1, YY_PIN_FINAL_TRY, "1 try left" },
    { 0x8, 0, YY_PIN_LOCKED, "The PIN is locked" },
    { 0x10008, 2, YY_PIN_COUNT_LOW, "2 tries left" },
    { 0x10008, -1, YY_PIN_COUNT_LOW,
      "A wrong PIN was typed before; how many tries are left is unknown" },
    { 0x20008, -1, YY_PIN_FINAL_TRY, "The driver says that one try is left" },
    { 0x20008, 5, YY_PIN_OK, "5 tries left" },
    { 0x70008, -1, YY_PIN_LOCKED, "The PIN is locked" },
    { 0x70008, 3, YY_PIN_COUNT_LOW, "3 tries left" },
    { 0x30008, -1, YY_PIN_FINAL_TRY, "The driver says that one try is left" },
    { 0x0, -1, YY_PIN_NOT_SET, "No PIN is set" },
    { 0x0, 0, YY_PIN_NOT_SET, "No PIN is set" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{'Serial': <'S'>, 'Flags': <uint64 %" G_GUINT64_FORMAT
                           ">, 'TriesLeft': <%d>}",
                           cases[i].flags, cases[i].tries);
      g_autoptr (YyToken) token = parse_good (text);
      g_autofree char *tries = yy_token_dup_tries_text (token);

      g_assert_cmpstr (yy_pin_state_to_nick (yy_token_get_pin_state (token)), ==,
                       yy_pin_state_to_nick (cases[i].state));
      g_assert_cmpstr (tries, ==, cases[i].text);
    }
}

static void
test_so_pin (void)
{
  static const guint64 flags[] = { 0x8, 0x100008, 0x200008, 0x400008 };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{'Serial': <'S'>, 'Flags': <uint64 %" G_GUINT64_FORMAT ">}", flags[i]);
      g_autoptr (YyToken) token = parse_good (text);

      g_assert_cmpint (yy_token_is_so_pin_usable (token), ==, i < 2);
    }
}

/* The table of objects */

static gboolean
load (YyObjectTable *table, const char *objects, GError **error)
{
  g_autoptr (GVariant) reply =
      g_variant_parse (G_VARIANT_TYPE ("(a{oa{sa{sv}}})"), objects, NULL, NULL, NULL);

  g_assert_nonnull (reply);
  return yy_object_table_load (table, reply, error);
}

#define OBJECT(number, serial)                                                                     \
  "objectpath '" TOKEN_PATH number "': {'org.yinyao.Agent.Token': {'Serial': <'" serial "'>}}"

static void
test_table (void)
{
  g_autoptr (YyObjectTable) table = yy_object_table_new ("m.so");
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GVariant) removal = g_variant_ref_sink (
      g_variant_new_parsed ("(objectpath '" TOKEN_PATH "2', ['org.yinyao.Agent.Token'])"));
  g_autoptr (GVariant) change = g_variant_ref_sink (
      g_variant_new_parsed ("('org.yinyao.Agent.Token', {'Label': <'new'>}, @as [])"));

  /* In order of arrival; one serial number twice is listed once. */
  g_assert_true (load (table,
                       "({" OBJECT ("10", "C") ", " OBJECT ("2", "A") ", " OBJECT (
                           "3", "A") ", objectpath '/org/yinyao/Agent': {'org.yinyao.Agent': "
                                     "{'Library': <'Driver\\n1'>}}},)",
                       NULL));
  tokens = yy_object_table_dup_tokens (table);
  g_assert_cmpuint (tokens->len, ==, 2);
  g_assert_cmpstr (yy_token_get_serial (tokens->pdata[0]), ==, "A");
  g_assert_cmpstr (yy_token_get_serial (tokens->pdata[1]), ==, "C");
  g_assert_cmpstr (yy_object_table_get_library (table), ==, "Driver\uFFFD1");
  g_assert_cmpstr (yy_object_table_find (table, "C"), ==, TOKEN_PATH "10");

  g_assert_true (yy_object_table_remove (table, removal, NULL));
  g_assert_cmpstr (yy_object_table_find (table, "A"), ==, TOKEN_PATH "3");
  g_assert_true (yy_object_table_change (table, TOKEN_PATH "10", change, NULL));
  again = yy_object_table_dup_tokens (table);
  g_assert_cmpstr (yy_token_get_label (again->pdata[1]), ==, "new");
  /* Snapshots are never changed. */
  g_assert_cmpstr (yy_token_get_label (tokens->pdata[1]), ==, "");
}

static void
test_same_snapshot (void)
{
  g_autoptr (YyObjectTable) table = yy_object_table_new ("m.so");
  g_autoptr (GVariant) reply = g_variant_ref_sink (g_variant_new_parsed ("({'Serial': <'A'>},)"));
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) second = NULL;

  g_assert_true (load (table, "({" OBJECT ("1", "A") "},)", NULL));
  first = yy_object_table_dup_tokens (table);
  g_assert_true (yy_object_table_refresh (table, TOKEN_PATH "1", reply, NULL));
  second = yy_object_table_dup_tokens (table);
  g_assert_true (first->pdata[0] == second->pdata[0]);
}

typedef gboolean (*MessageFunc) (YyObjectTable *table, GVariant *message, GError **error);

static gboolean
change_one (YyObjectTable *table, GVariant *message, GError **error)
{
  return yy_object_table_change (table, TOKEN_PATH "1", message, error);
}

static gboolean
refresh_one (YyObjectTable *table, GVariant *message, GError **error)
{
  return yy_object_table_refresh (table, TOKEN_PATH "1", message, error);
}

static char *
many_tokens (guint count)
{
  GString *text = g_string_new ("(@a{oa{sa{sv}}} {");

  for (guint i = 0; i < count; i++)
    g_string_append_printf (text,
                            "%sobjectpath '" TOKEN_PATH
                            "%u': {'org.yinyao.Agent.Token': {'Serial': <'%u'>}}",
                            i == 0 ? "" : ", ", i, i);
  g_string_append (text, "},)");
  return g_string_free (text, FALSE);
}

static void
check_babble (MessageFunc func, const char *text)
{
  g_autoptr (YyObjectTable) table = yy_object_table_new ("m.so");
  g_autoptr (GVariant) message = g_variant_parse (NULL, text, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (message);
  g_assert_true (load (table, "({" OBJECT ("1", "A") "},)", NULL));
  g_assert_false (func (table, message, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
}

static void
test_babble (void)
{
  g_autofree char *many = many_tokens (1000);
  g_autofree char *path = g_strdup ("(objectpath '" TOKEN_PATH "x', {'org.yinyao.Agent.Token': "
                                    "@a{sv} {}})");

  check_babble (yy_object_table_load, "('x',)");
  check_babble (yy_object_table_load, "@a{oa{sa{sv}}} {}");
  check_babble (yy_object_table_load, many);
  check_babble (yy_object_table_add, "('x',)");
  check_babble (yy_object_table_add, path);
  check_babble (yy_object_table_remove, "('" TOKEN_PATH "1', ['x'])");
  check_babble (change_one, "('x', 'y')");
  check_babble (refresh_one, "({'Serial': 'x'},)");
}

/* Bytes at random: nothing to hold but that it holds. */
static void
test_random (void)
{
  static const struct
  {
    const char *type;
    MessageFunc func;
  } messages[] = {
    { "(a{oa{sa{sv}}})", yy_object_table_load },
    { "(oa{sa{sv}})", yy_object_table_add },
    { "(oas)", yy_object_table_remove },
    { "(sa{sv}as)", change_one },
    { "(a{sv})", refresh_one },
  };

  for (guint i = 0; i < 20000; i++)
    {
      gsize which = i % G_N_ELEMENTS (messages);
      gsize length = (gsize) g_test_rand_int_range (0, 200);
      g_autoptr (YyObjectTable) table = yy_object_table_new ("m.so");
      guint8 *bytes = g_malloc (length);
      g_autoptr (GVariant) message = NULL;
      g_autoptr (GPtrArray) tokens = NULL;

      for (gsize j = 0; j < length; j++)
        bytes[j] = (guint8) g_test_rand_int_range (0, 256);
      message = g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE (messages[which].type),
                                                             bytes, length, FALSE, g_free, bytes));
      load (table, "({" OBJECT ("1", "A") "},)", NULL);
      messages[which].func (table, message, NULL);
      tokens = yy_object_table_dup_tokens (table);
      g_assert_cmpuint (tokens->len, <=, 64);
    }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token/fields", test_fields);
  g_test_add_func ("/token/garbage", test_garbage);
  g_test_add_func ("/token/bad-serial", test_bad_serial);
  g_test_add_func ("/token/texts", test_texts);
  g_test_add_func ("/token/certificates", test_certificates);
  g_test_add_func ("/token/pin-states", test_pin_states);
  g_test_add_func ("/token/so-pin", test_so_pin);
  g_test_add_func ("/token/table", test_table);
  g_test_add_func ("/token/same-snapshot", test_same_snapshot);
  g_test_add_func ("/token/babble", test_babble);
  g_test_add_func ("/token/random", test_random);
  return g_test_run ();
}
