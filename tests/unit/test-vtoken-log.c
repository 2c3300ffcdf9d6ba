/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-log.h"

static void
check (const char *bytes, gsize length, const char *wanted)
{
  g_autofree char *text = vt_log_format_command ((const guint8 *) bytes, length);

  g_assert_cmpstr (text, ==, wanted);
}

static void
test_plain (void)
{
  check ("\x00\xa4\x00\x00\x02\xce\x01", 7, "00 A4 00 00 02 CE 01");
  check ("\x00\x20\x00\x81", 4, "00 20 00 81");
  check ("\x00\x20\x00\x81\x00", 5, "00 20 00 81 00");
}

static void
test_verify (void)
{
  check ("\x00\x20\x00\x81\x06"
         "648219",
         11, "00 20 00 81 06 XX XX XX XX XX XX");
  check ("\x80\x20\x00\x81\x00\x00\x06"
         "648219",
         13, "80 20 00 81 00 00 06 XX XX XX XX XX XX");
}

static void
test_change (void)
{
  check ("\x00\x24\x00\x81\x08"
         "12345678",
         13, "00 24 00 81 08 XX XX XX XX XX XX XX XX");
  check ("\x00\x2c\x00\x81\x04"
         "1234",
         9, "00 2C 00 81 04 XX XX XX XX");
}

static void
test_initialize (void)
{
  check ("\x80\x50\x00\x00\x0e\x80\x02\x00\x01\x81\x02pp\x82\x01s\x91\x01\x03", 19,
         "80 50 00 00 0E 80 02 00 01 81 02 XX XX 82 01 XX 91 01 03");
  /* what cannot be read is masked to its end */
  check ("\x80\x50\x00\x00\x06\x81\x05ppss", 11, "80 50 00 00 06 XX XX XX XX XX XX");
}

/* A command that is damaged may still hold the PIN. */
static void
test_damaged (void)
{
  check ("\x00\x20\x00\x81\x09"
         "648219",
         11, "00 20 00 81 XX XX XX XX XX XX XX");
  check ("\x00\x20\x00", 3, "00 20 00");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vtoken/log/plain", test_plain);
  g_test_add_func ("/vtoken/log/verify", test_verify);
  g_test_add_func ("/vtoken/log/change", test_change);
  g_test_add_func ("/vtoken/log/initialize", test_initialize);
  g_test_add_func ("/vtoken/log/damaged", test_damaged);
  return g_test_run ();
}
