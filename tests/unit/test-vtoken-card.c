/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-card.h"
#include "vtoken/vt-state.h"

#include <string.h>

#define SPAN(text) ((VtSpan){ (const guint8 *) (text), strlen (text) })
#define SO_PIN     "\x35\x37\x36\x32\x31\x38\x38\x30"

/* Sends one command with @data of up to 255 bytes. Returns: the status word; @out gets the data. */
static guint16
transmit (VtCard *card, guint32 header, VtSpan data, GByteArray *out)
{
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  g_autoptr (GByteArray) command = g_byte_array_new ();
  const guint8 start[] = { header >> 24, header >> 16, header >> 8, header, (guint8) data.length };
  guint16 sw = 0;

  g_byte_array_append (command, start, data.length > 0 ? 5 : 4);
  if (data.length > 0)
    g_byte_array_append (command, data.data, (guint) data.length);
  vt_card_process (card, command->data, command->len, answer);
  sw = (guint16) (answer->data[answer->len - 2] << 8 | answer->data[answer->len - 1]);
  if (out != NULL)
    g_byte_array_append (out, answer->data, answer->len - 2);
  return sw;
}

static guint16
verify (VtCard *card, const char *pin)
{
  return transmit (card, 0x00200081, SPAN (pin), NULL);
}

static VtCard *
prepared_card (gsize memory)
{
  VtCard *card = vt_card_new ("YYV0000042", memory);
  static const char initialize[] = "\x81\x06\x35\x37\x36\x32\x31\x38\x82\x08" SO_PIN "\x91\x01\x03";

  g_assert_cmphex (transmit (card, 0x80500000,
                             (VtSpan){ (const guint8 *) initialize, sizeof initialize - 1 }, NULL),
                   ==, 0x9000);
  g_assert_cmphex (transmit (card, 0x002c0081, SPAN (SO_PIN "648219"), NULL), ==, 0x9000);
  return card;
}

static void
test_tries (void)
{
  g_autoptr (VtCard) card = prepared_card (VT_MEMORY_DEFAULT);

  g_assert_cmphex (verify (card, ""), ==, 0x63ca);
  for (int left = 9; left > 0; left--)
    {
      g_assert_cmphex (verify (card, "000000"), ==, 0x63c0 | left);
      g_assert_cmphex (verify (card, ""), ==, 0x63c0 | left);
    }
  g_assert_cmphex (verify (card, "648219"), ==, 0x9000);
  g_assert_cmphex (verify (card, ""), ==, 0x9000);
  for (int i = 0; i < 10; i++)
    verify (card, "000000");
  g_assert_cmphex (verify (card, ""), ==, 0x6983);
  g_assert_cmphex (verify (card, "648219"), ==, 0x6983);
  g_assert_cmphex (transmit (card, 0x002c0081, SPAN (SO_PIN "112233"), NULL), ==, 0x9000);
  g_assert_cmphex (verify (card, "112233"), ==, 0x9000);
}

/* A wrong length is a wrong PIN, not a free guess. */
static void
test_wrong_length_costs (void)
{
  g_autoptr (VtCard) card = prepared_card (VT_MEMORY_DEFAULT);

  g_assert_cmphex (verify (card, "64821"), ==, 0x63c9);
  g_assert_cmphex (verify (card, "6482190"), ==, 0x63c8);
}

static void
test_so_pin (void)
{
  g_autoptr (VtCard) card = prepared_card (VT_MEMORY_DEFAULT);

  for (int left = 14; left > 0; left--)
    g_assert_cmphex (transmit (card, 0x002c0081, SPAN ("00000000112233"), NULL), ==, 0x63c0 | left);
  g_assert_cmphex (transmit (card, 0x00200088, SPAN (""), NULL), ==, 0x63c1);
  g_assert_cmphex (transmit (card, 0x00240088, SPAN (SO_PIN "abcdefgh"), NULL), ==, 0x9000);
  for (int i = 0; i < 15; i++)
    transmit (card, 0x002c0081, SPAN (SO_PIN "112233"), NULL);
  g_assert_cmphex (transmit (card, 0x002c0081, SPAN ("abcdefgh112233"), NULL), ==, 0x6983);
  g_assert_cmphex (verify (card, "648219"), ==, 0x9000);
}

static void
test_initialize_needs_so_pin (void)
{
  g_autoptr (VtCard) card = prepared_card (VT_MEMORY_DEFAULT);

  g_assert_cmphex (transmit (card, 0x80500000,
                             SPAN ("\x81\x06"
                                   "111111"
                                   "\x82\x08"
                                   "wrongone"),
                             NULL),
                   ==, 0x63ce);
  g_assert_cmphex (verify (card, "648219"), ==, 0x9000);
}

static void
test_verified_state (void)
{
  g_autoptr (VtCard) card = prepared_card (VT_MEMORY_DEFAULT);
  VtSpan data = { (const guint8 *) "\x54\x02\x00\x00\x53\x01x", 7 };

  g_assert_cmphex (transmit (card, 0x00d7cf01, data, NULL), ==, 0x6982);
  verify (card, "648219");
  g_assert_cmphex (transmit (card, 0x00d7cf01, data, NULL), ==, 0x9000);
  verify (card, "000000");
  g_assert_cmphex (transmit (card, 0x00d7cf01, data, NULL), ==, 0x6982);
  verify (card, "648219");
  vt_card_reset (card);
  g_assert_cmphex (transmit (card, 0x00d7cf01, data, NULL), ==, 0x6982);
}

/* A card that is full says so and keeps what it has. */
static void
test_full (void)
{
  g_autoptr (VtCard) card = prepared_card (100);
  guint8 data[4 + 2 + 80] = { 0x54, 0x02, 0x00, 0x00, 0x53, 80 };
  VtSpan span = { data, sizeof data };

  verify (card, "648219");
  g_assert_cmphex (transmit (card, 0x00d7cf01, span, NULL), ==, 0x9000);
  g_assert_cmpuint (vt_card_memory_free (card), ==, 100 - 80 - VT_FILE_OVERHEAD);
  g_assert_cmphex (transmit (card, 0x00d7cf02, span, NULL), ==, 0x6a84);
  g_assert_null (vt_card_read (card, 0xcf02));
  /* writing over what is there needs no more room */
  g_assert_cmphex (transmit (card, 0x00d7cf01, span, NULL), ==, 0x9000);
}

static void
test_unknown (void)
{
  g_autoptr (VtCard) card = vt_card_new ("YYV0000042", VT_MEMORY_DEFAULT);

  g_assert_cmphex (transmit (card, 0x00ca0000, SPAN (""), NULL), ==, 0x6d00);
  g_assert_cmphex (transmit (card, 0xa0a40000, SPAN (""), NULL), ==, 0x6e00);
  g_assert_cmphex (transmit (card, 0x10d70000, SPAN ("x"), NULL), ==, 0x6884);
  g_assert_cmphex (transmit (card, 0x00200085, SPAN (""), NULL), ==, 0x6a88);
  g_assert_cmphex (transmit (card, 0x00200081, SPAN (""), NULL), ==, 0x6984);
}

/* Whatever bytes come: an answer with a status word, and no sanitizer has anything to say. */
static void
test_garbage (void)
{
  static const guint8 instructions[] = { 0x20, 0x24, 0x2c, 0x50, 0x58, 0x62, 0x68,
                                         0x84, 0xa4, 0xb1, 0xd7, 0xe4, 0x46 };
  g_autoptr (VtCard) card = prepared_card (4096);

  for (guint seed = 0; seed < 3000; seed++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      g_autoptr (GByteArray) answer = g_byte_array_new ();
      gsize length = (gsize) g_rand_int_range (random, 0, 40);
      g_autofree guint8 *bytes = g_malloc (length + 1);

      for (gsize i = 0; i < length; i++)
        bytes[i] = (guint8) g_rand_int (random);
      if (length > 4)
        {
          bytes[0] = (guint8) (g_rand_int (random) & 0x80);
          bytes[1] = instructions[seed % G_N_ELEMENTS (instructions)];
          bytes[4] = (guint8) (length - 5);
        }
      card->verified = TRUE;
      vt_card_process (card, bytes, length, answer);
      g_assert_cmpuint (answer->len, >=, 2);
    }
}

static VtCard *
card_with_everything (void)
{
  VtCard *card = prepared_card (VT_MEMORY_DEFAULT);
  VtKey *key = vt_key_generate (VT_KEY_EC_P256, 0);

  g_byte_array_append (key->request, (const guint8 *) "request", 7);
  card->keys[3] = key;
  vt_files_write (card->files, 0xc403, 0, SPAN ("description"));
  vt_files_write (card->files, 0xcd01, 0, SPAN ("data"));
  vt_files_write (card->files, 0xcd02, 0, SPAN (""));
  verify (card, "000000");
  verify (card, "000000");
  return card;
}

static void
test_state_round_trip (void)
{
  g_autoptr (VtCard) card = card_with_everything ();
  g_autoptr (GByteArray) bytes = vt_state_encode (card);
  g_autoptr (GError) error = NULL;
  g_autoptr (VtCard) again = vt_state_decode ((VtSpan){ bytes->data, bytes->len }, &error);
  g_autoptr (GString) before = g_string_new (NULL);
  g_autoptr (GString) after = g_string_new (NULL);

  g_assert_no_error (error);
  vt_card_describe (card, before);
  vt_card_describe (again, after);
  g_assert_cmpstr (before->str, ==, after->str);
  g_assert_cmpint (EVP_PKEY_eq (card->keys[3]->pkey, again->keys[3]->pkey), ==, 1);
  g_assert_cmpint (EVP_PKEY_eq (card->device->pkey, again->device->pkey), ==, 1);
  g_assert_cmphex (verify (again, ""), ==, 0x63c8);
  g_assert_cmphex (verify (again, "648219"), ==, 0x9000);
}

static void
test_state_cut_short (void)
{
  g_autoptr (VtCard) card = card_with_everything ();
  g_autoptr (GByteArray) bytes = vt_state_encode (card);

  for (gsize length = 0; length < bytes->len; length++)
    {
      g_autoptr (GError) error = NULL;
      /* a copy of this very length, so that reading behind its end is seen */
      g_autofree guint8 *part = g_memdup2 (bytes->data, MAX (length, 1));

      g_assert_null (vt_state_decode ((VtSpan){ part, length }, &error));
      g_assert_error (error, VT_STATE_ERROR, VT_STATE_ERROR_DAMAGED);
    }
}

static void
test_state_changed (void)
{
  g_autoptr (VtCard) card = card_with_everything ();
  g_autoptr (GByteArray) bytes = vt_state_encode (card);

  for (gsize i = 0; i < bytes->len; i++)
    {
      const int wanted = i < 8 ? VT_STATE_ERROR_NOT_A_STATE : VT_STATE_ERROR_DAMAGED;
      g_autoptr (GError) error = NULL;

      bytes->data[i] ^= 0x10;
      g_assert_null (vt_state_decode ((VtSpan){ bytes->data, bytes->len }, &error));
      g_assert_error (error, VT_STATE_ERROR, wanted);
      bytes->data[i] ^= 0x10;
    }
}

/* No PIN lies in the file. */
static void
test_state_has_no_pin (void)
{
  g_autoptr (VtCard) card = card_with_everything ();
  g_autoptr (GByteArray) bytes = vt_state_encode (card);

  g_assert_null (memmem (bytes->data, bytes->len, "648219", 6));
  g_assert_null (memmem (bytes->data, bytes->len, SO_PIN, 8));
}

static void
test_serial (void)
{
  g_assert_true (vt_card_serial_is_valid ("YYV0000042"));
  g_assert_true (vt_card_serial_is_valid ("ABC"));
  g_assert_true (vt_card_serial_is_valid ("123456789012345"));
  g_assert_false (vt_card_serial_is_valid ("AB"));
  g_assert_false (vt_card_serial_is_valid ("1234567890123456"));
  g_assert_false (vt_card_serial_is_valid ("A B C"));
  g_assert_false (vt_card_serial_is_valid (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vtoken/pin/tries", test_tries);
  g_test_add_func ("/vtoken/pin/wrong-length-costs", test_wrong_length_costs);
  g_test_add_func ("/vtoken/pin/so-pin", test_so_pin);
  g_test_add_func ("/vtoken/pin/initialize-needs-so-pin", test_initialize_needs_so_pin);
  g_test_add_func ("/vtoken/pin/verified-state", test_verified_state);
  g_test_add_func ("/vtoken/card/full", test_full);
  g_test_add_func ("/vtoken/card/unknown", test_unknown);
  g_test_add_func ("/vtoken/card/garbage", test_garbage);
  g_test_add_func ("/vtoken/card/serial", test_serial);
  g_test_add_func ("/vtoken/state/round-trip", test_state_round_trip);
  g_test_add_func ("/vtoken/state/cut-short", test_state_cut_short);
  g_test_add_func ("/vtoken/state/changed", test_state_changed);
  g_test_add_func ("/vtoken/state/has-no-pin", test_state_has_no_pin);
  return g_test_run ();
}
