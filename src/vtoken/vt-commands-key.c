/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-commands.h"

#include <openssl/rand.h>

#include "vtoken/vt-cvc.h"

#define MAX_CHALLENGE 1024

guint16
vt_command_generate (VtCard *card, const VtCommand *command, GByteArray *out)
{
  VtSpan public_key = { 0 };
  guint bits = 0;
  VtKeyKind kind = 0;
  g_autoptr (VtKey) key = NULL;

  if (!card->verified)
    return VT_SW_NOT_VERIFIED;
  if (command->p1 == 0)
    return VT_SW_NOT_ALLOWED;
  if (card->keys[command->p1] != NULL)
    return VT_SW_NOT_ALLOWED;
  if (!vt_tlv_find (command->data, 0x7f49, &public_key))
    return VT_SW_WRONG_DATA;
  kind = vt_key_kind_requested (public_key, &bits);
  if (kind == 0)
    return VT_SW_WRONG_DATA;
  key = vt_key_generate (kind, bits);
  if (key == NULL)
    return VT_SW_MEMORY_FAILURE;
  g_byte_array_unref (key->request);
  key->request = vt_cvc_request (card->serial, key, card->device);
  if (vt_key_size (key) > vt_card_memory_free (card))
    return VT_SW_FULL;
  g_byte_array_append (out, key->request->data, key->request->len);
  /* what an earlier key of this reference left is not the new one's certificate */
  vt_files_remove (card->files, (guint16) (VT_EF_CERTIFICATE | command->p1));
  card->keys[command->p1] = g_steal_pointer (&key);
  card->changed = TRUE;
  return VT_SW_OK;
}

/* The key of a command that uses one, or the status word why not */
static guint16
use_key (VtCard *card, const VtCommand *command, const VtKey **key)
{
  *key = card->keys[command->p1];
  if (*key == NULL)
    return VT_SW_NO_SUCH_REFERENCE;
  if (!card->verified)
    return VT_SW_NOT_VERIFIED;
  return command->data.length == 0 ? VT_SW_WRONG_LENGTH : VT_SW_OK;
}

guint16
vt_command_sign (VtCard *card, const VtCommand *command, GByteArray *out)
{
  const VtKey *key = NULL;
  guint16 sw = use_key (card, command, &key);

  return sw == VT_SW_OK ? vt_key_sign (key, command->p2, command->data, out) : sw;
}

guint16
vt_command_decipher (VtCard *card, const VtCommand *command, GByteArray *out)
{
  const VtKey *key = NULL;
  guint16 sw = use_key (card, command, &key);

  return sw == VT_SW_OK ? vt_key_decipher (key, command->p2, command->data, out) : sw;
}

guint16
vt_command_get_challenge (VtCard *card, const VtCommand *command, GByteArray *out)
{
  if (command->le == 0 || command->le > MAX_CHALLENGE)
    return VT_SW_WRONG_LENGTH;
  g_byte_array_set_size (out, (guint) command->le);
  return RAND_bytes (out->data, (int) command->le) == 1 ? VT_SW_OK : VT_SW_MEMORY_FAILURE;
}
