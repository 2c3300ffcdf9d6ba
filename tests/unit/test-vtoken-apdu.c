/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-apdu.h"

#include <string.h>

static gboolean
parse (const char *hex, VtCommand *command, guint8 *bytes)
{
  gsize length = strlen (hex) / 2;

  for (gsize i = 0; i < length; i++)
    bytes[i] =
        (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
  return vt_command_parse (bytes, length, command);
}

/* ISO 7816-3, 12.1.3: the seven forms of a command */
static void
test_cases (void)
{
  static const struct
  {
    const char *hex;
    gsize lc, le;
  } forms[] = {
    { "00200081", 0, 0 },
    { "0084000008", 0, 8 },
    { "0084000000", 0, 256 },
    { "00A4000002CE01", 2, 0 },
    { "00A4000002CE0100", 2, 256 },
    { "00840000000100", 0, 256 },
    { "80580000000000", 0, 65536 },
    { "00A40000000002CE01", 2, 0 },
    { "00A40000000002CE010000", 2, 65536 },
    { "00B100000000045402000003E8", 4, 1000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      VtCommand command = { 0 };
      guint8 bytes[64];

      g_test_message ("%s", forms[i].hex);
      g_assert_true (parse (forms[i].hex, &command, bytes));
      g_assert_cmpuint (command.data.length, ==, forms[i].lc);
      g_assert_cmpuint (command.le, ==, forms[i].le);
      g_assert_cmpuint (command.cla << 8 | command.ins, ==, bytes[0] << 8 | bytes[1]);
    }
}

static void
test_malformed (void)
{
  static const char *const wrong[] = {
    "",
    "00",
    "002000",
    "00A4000003CE01",       /* less than Lc */
    "00A4000002CE010000",   /* more than Lc and Le */
    "00A40000000003CE01",   /* extended, less than Lc */
    "00A40000000002CE0100", /* extended with a short Le */
    "00A400000002",         /* half an extended Lc: Lc 0 and a byte */
    "00A40000000000CE01",   /* extended, Lc 0 with data */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      VtCommand command = { 0 };
      guint8 bytes[64];

      g_test_message ("%s", wrong[i]);
      g_assert_false (parse (wrong[i], &command, bytes));
    }
}

/* No part of a command is read behind its end: the sanitizers watch. */
static void
test_every_length (void)
{
  for (guint seed = 0; seed < 2000; seed++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      gsize length = (gsize) g_rand_int_range (random, 0, 20);
      g_autofree guint8 *bytes = g_malloc (length + 1);
      VtCommand command = { 0 };

      for (gsize i = 0; i < length; i++)
        bytes[i] = (guint8) (g_rand_int_range (random, 0, 4) == 0 ? g_rand_int (random) : i % 3);
      if (vt_command_parse (bytes, length, &command))
        g_assert_cmpuint (command.data.length, <, MAX (length, 1));
    }
}

static void
test_tlv (void)
{
  const guint8 bytes[] = { 0x7f, 0x49, 0x81, 0x02, 0xaa, 0xbb, 0x42, 0x00, 0x53, 0x82, 0x00, 0x01 };
  VtSpan rest = { bytes, sizeof bytes };
  VtSpan value = { 0 };
  guint tag = 0;

  g_assert_true (vt_tlv_next (&rest, &tag, &value));
  g_assert_cmpuint (tag, ==, 0x7f49);
  g_assert_cmpmem (value.data, value.length, "\xaa\xbb", 2);
  g_assert_true (vt_tlv_next (&rest, &tag, &value));
  g_assert_cmpuint (tag, ==, 0x42);
  g_assert_cmpuint (value.length, ==, 0);
  /* one byte of content is announced, none is there */
  g_assert_false (vt_tlv_next (&rest, &tag, &value));
}

static void
test_tlv_round_trip (void)
{
  static const gsize lengths[] = { 0, 1, 127, 128, 255, 256, 65535 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autofree guint8 *content = g_malloc0 (lengths[i] + 1);
      VtSpan value = { 0 };

      vt_tlv_append (out, 0x5f37, content, lengths[i]);
      g_assert_true (vt_tlv_find ((VtSpan){ out->data, out->len }, 0x5f37, &value));
      g_assert_cmpuint (value.length, ==, lengths[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vtoken/apdu/cases", test_cases);
  g_test_add_func ("/vtoken/apdu/malformed", test_malformed);
  g_test_add_func ("/vtoken/apdu/every-length", test_every_length);
  g_test_add_func ("/vtoken/tlv/read", test_tlv);
  g_test_add_func ("/vtoken/tlv/round-trip", test_tlv_round_trip);
  return g_test_run ();
}
