/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-card.h"

#include <string.h>

#include "vtoken/vt-cvc.h"

VtCard *
vt_card_new (const char *serial, gsize memory)
{
  VtCard *card = g_new0 (VtCard, 1);

  card->serial = g_strdup (serial);
  card->memory = memory;
  card->user_pin.max_tries = card->user_pin.tries = VT_USER_PIN_TRIES;
  card->so_pin.max_tries = card->so_pin.tries = VT_SO_PIN_TRIES;
  card->files = vt_files_new ();
  card->device = vt_key_generate (VT_KEY_EC_P256, 0);
  if (card->device == NULL)
    g_error ("libcrypto cannot make a key");
  card->changed = TRUE;
  return card;
}

void
vt_card_free (VtCard *card)
{
  for (guint i = 0; i <= VT_MAX_KEY; i++)
    g_clear_pointer (&card->keys[i], vt_key_free);
  g_clear_pointer (&card->device, vt_key_free);
  g_clear_pointer (&card->device_certificate, g_byte_array_unref);
  g_clear_pointer (&card->files, vt_files_free);
  g_free (card->serial);
  g_free (card);
}

gboolean
vt_card_serial_is_valid (const char *serial)
{
  gsize length = strlen (serial);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (serial[i]) && serial[i] != '-')
      return FALSE;
  return length >= VT_SERIAL_MIN && length <= VT_SERIAL_MAX;
}

void
vt_card_reset (VtCard *card)
{
  card->verified = FALSE;
  card->current = 0;
}

void
vt_card_erase (VtCard *card)
{
  for (guint i = 0; i <= VT_MAX_KEY; i++)
    g_clear_pointer (&card->keys[i], vt_key_free);
  vt_files_clear (card->files);
  vt_pin_clear (&card->user_pin);
  vt_pin_clear (&card->so_pin);
  vt_card_reset (card);
  card->changed = TRUE;
}

/* While no certificate lies there, a key's own request does. */
static const GByteArray *
read_certificate (VtCard *card, guint16 fid)
{
  const GByteArray *content = vt_files_get (card->files, fid);
  const VtKey *key = card->keys[fid & 0xff];

  if ((content == NULL || content->len == 0) && key != NULL)
    return key->request;
  return content;
}

const GByteArray *
vt_card_read (VtCard *card, guint16 fid)
{
  if (fid == VT_EF_DEVICE_CERTIFICATE)
    {
      if (card->device_certificate == NULL)
        card->device_certificate = vt_cvc_device (card->serial, card->device);
      return card->device_certificate;
    }
  if ((fid & 0xff00) == VT_EF_CERTIFICATE)
    return read_certificate (card, fid);
  return vt_files_get (card->files, fid);
}

gsize
vt_card_memory_free (VtCard *card)
{
  gsize used = vt_files_size (card->files);

  for (guint i = 0; i <= VT_MAX_KEY; i++)
    if (card->keys[i] != NULL)
      used += vt_key_size (card->keys[i]);
  return used < card->memory ? card->memory - used : 0;
}
