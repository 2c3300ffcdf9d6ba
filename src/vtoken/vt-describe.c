/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-card.h"

typedef struct
{
  GString *out;
  VtCard *card;
  guint certificates, data_objects;
  gboolean comma;
} Listing;

static void
describe_file (guint16 fid, const GByteArray *content, gpointer user_data)
{
  Listing *listing = user_data;
  g_autofree char *hash =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, content->data, content->len);
  guint kind = fid & 0xff00;
  gboolean x509 = content->len > 0 && content->data[0] == 0x30;

  if (x509 && (kind == VT_EF_CA_CERTIFICATE || kind == VT_EF_CERTIFICATE))
    listing->certificates++;
  if (kind == VT_EF_DATA || kind == VT_EF_PRIVATE_DATA)
    listing->data_objects++;
  g_string_append_printf (listing->out, "%s{\"id\":\"%04X\",\"size\":%u,\"sha256\":\"%s\"}",
                          listing->comma ? "," : "", fid, content->len, hash);
  listing->comma = TRUE;
}

/* A key without a description cannot be found through PKCS#11. */
static void
count_keys (VtCard *card, guint *keys, guint *undescribed)
{
  for (guint i = 1; i <= VT_MAX_KEY; i++)
    if (card->keys[i] != NULL)
      {
        const GByteArray *description =
            vt_files_get (card->files, (guint16) (VT_EF_KEY_DESCRIPTION | i));

        if (description != NULL && description->len > 0)
          (*keys)++;
        else
          (*undescribed)++;
      }
}

static void
describe_pin (GString *out, const char *name, const VtPin *pin, gboolean set)
{
  g_string_append_printf (out, "\"%s_set\":%s,\"%s_tries\":%u,\"%s_tries_max\":%u,", name,
                          set ? "true" : "false", name, pin->tries, name, pin->max_tries);
}

void
vt_card_describe (VtCard *card, GString *out)
{
  Listing listing = { .out = out, .card = card };
  guint keys = 0, undescribed = 0;

  count_keys (card, &keys, &undescribed);
  g_string_append_printf (out, "\"serial\":\"%s\",\"initialised\":%s,", card->serial,
                          card->so_pin.length > 0 ? "true" : "false");
  describe_pin (out, "pin", &card->user_pin, card->user_pin.length > 0 && !card->transport_pin);
  describe_pin (out, "so_pin", &card->so_pin, card->so_pin.length > 0);
  g_string_append_printf (out, "\"verified\":%s,\"keys\":%u,\"keys_undescribed\":%u,",
                          card->verified ? "true" : "false", keys, undescribed);
  g_string_append (out, "\"files\":[");
  vt_files_each (card->files, describe_file, &listing);
  g_string_append_printf (out,
                          "],\"certificates\":%u,\"data_objects\":%u,\"memory\":%" G_GSIZE_FORMAT
                          ",\"memory_free\":%" G_GSIZE_FORMAT,
                          listing.certificates, listing.data_objects, card->memory,
                          vt_card_memory_free (card));
}
