/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-agent-match.h"

#include <openssl/crypto.h>

#define N_DETAILS   5
#define DIGEST_SIZE 32
#define MIDDLE_DOT  0x00B7

/* Keyboards and registers write the dot in 阿卜杜拉·买买提 with any of these. NFKC has already made
   U+00B7 of U+0387 and U+30FB of U+FF65. */
static gboolean
is_middle_dot (gunichar c)
{
  static const gunichar dots[] = {
    MIDDLE_DOT, 0x1427, 0x16EB, 0x2022, 0x2027, 0x2219, 0x22C5, 0x2E31, 0x2E33, 0x30FB, 0xA78F,
  };

  for (guint i = 0; i < G_N_ELEMENTS (dots); i++)
    if (c == dots[i])
      return TRUE;
  return FALSE;
}

/* They choose a glyph of the same character. */
static gboolean
is_variation_selector (gunichar c)
{
  return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
}

static char *
strip (const char *text)
{
  GString *stripped = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      if (is_middle_dot (character))
        g_string_append_unichar (stripped, MIDDLE_DOT);
      else if (!g_unichar_isspace (character) && !is_variation_selector (character))
        g_string_append_unichar (stripped, character);
    }
  return g_string_free (stripped, FALSE);
}

char *
yy_agent_normalise (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_NFKC);
  g_autofree char *folded = g_utf8_casefold (composed, -1);
  g_autofree char *stripped = strip (folded);

  /* Folding takes some characters apart, and what stood on both sides of a space may compose. */
  return g_utf8_normalize (stripped, -1, G_NORMALIZE_NFKC);
}

/* A digest for each, so that neither the length nor the place of a difference shows in the time the
   comparison takes. Returns whether all of them are there. */
static gboolean
digest_details (const YyOrder *order, guint8 digests[N_DETAILS * DIGEST_SIZE])
{
  const char *const details[N_DETAILS] = {
    order->organization,          order->agent_name,   order->agent_document_type,
    order->agent_document_number, order->agent_mobile,
  };
  gboolean complete = TRUE;

  for (guint i = 0; i < N_DETAILS; i++)
    {
      g_autofree char *normalised = yy_agent_normalise (details[i] == NULL ? "" : details[i]);
      g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
      gsize size = DIGEST_SIZE;

      g_checksum_update (checksum, (const guchar *) normalised, -1);
      g_checksum_get_digest (checksum, digests + (gsize) i * DIGEST_SIZE, &size);
      complete = complete && *normalised != '\0';
    }
  return complete;
}

gboolean
yy_agent_match (const YyOrder *a, const YyOrder *b)
{
  guint8 digests_a[N_DETAILS * DIGEST_SIZE] = { 0 };
  guint8 digests_b[N_DETAILS * DIGEST_SIZE] = { 0 };
  gboolean complete_a = digest_details (a, digests_a);
  gboolean complete_b = digest_details (b, digests_b);
  gboolean same = CRYPTO_memcmp (digests_a, digests_b, sizeof digests_a) == 0;

  return complete_a && complete_b && same;
}
