/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-commands.h"

#include <string.h>

#define USER_PIN_REFERENCE   0x81
#define SO_PIN_REFERENCE     0x88
#define TRANSPORT_PIN_LENGTH 6

static VtPin *
find_pin (VtCard *card, guint8 reference)
{
  if (reference == USER_PIN_REFERENCE)
    return &card->user_pin;
  return reference == SO_PIN_REFERENCE ? &card->so_pin : NULL;
}

/* Every comparison moves the counter, except a right one with all its tries. */
static guint16
check (VtCard *card, VtPin *pin, VtSpan value)
{
  guint8 before = pin->tries;
  guint16 sw = vt_pin_check (pin, value);

  if (pin->tries != before)
    card->changed = TRUE;
  return sw;
}

static gboolean
user_pin_is_allowed (VtSpan pin)
{
  return pin.length >= VT_USER_PIN_MIN && pin.length <= VT_USER_PIN_MAX;
}

guint16
vt_command_verify (VtCard *card, const VtCommand *command, GByteArray *out)
{
  VtPin *pin = find_pin (card, command->p2);
  guint16 sw = 0;

  if (pin == NULL)
    return VT_SW_NO_SUCH_REFERENCE;
  if (command->data.length == 0)
    return pin == &card->user_pin && card->verified ? VT_SW_OK : vt_pin_status (pin);
  sw = check (card, pin, command->data);
  if (pin == &card->user_pin)
    card->verified = sw == VT_SW_OK;
  return sw;
}

static guint16
change_user_pin (VtCard *card, VtSpan old, VtSpan new)
{
  guint16 sw = 0;

  if (!user_pin_is_allowed (new))
    return VT_SW_WRONG_LENGTH;
  sw = check (card, &card->user_pin, old);
  card->verified = sw == VT_SW_OK;
  if (sw != VT_SW_OK)
    return sw;
  vt_pin_set (&card->user_pin, new);
  card->transport_pin = FALSE;
  card->changed = TRUE;
  return VT_SW_OK;
}

static guint16
change_so_pin (VtCard *card, VtSpan old, VtSpan new)
{
  guint16 sw = 0;

  if (new.length != VT_SO_PIN_LENGTH)
    return VT_SW_WRONG_LENGTH;
  sw = check (card, &card->so_pin, old);
  if (sw != VT_SW_OK)
    return sw;
  vt_pin_set (&card->so_pin, new);
  card->changed = TRUE;
  return VT_SW_OK;
}

/* Old and new value lie side by side: the card knows how long the old one is. */
guint16
vt_command_change (VtCard *card, const VtCommand *command, GByteArray *out)
{
  VtPin *pin = find_pin (card, command->p2);
  VtSpan old = command->data, new = command->data;

  if (pin == NULL)
    return VT_SW_NO_SUCH_REFERENCE;
  if (command->p1 != 0x00)
    return VT_SW_WRONG_P1P2;
  if (pin->length == 0 || pin->tries == 0)
    return vt_pin_status (pin);
  if (command->data.length <= pin->length)
    return VT_SW_WRONG_LENGTH;
  old.length = pin->length;
  new.data += pin->length;
  new.length -= pin->length;
  return pin == &card->user_pin ? change_user_pin (card, old, new) : change_so_pin (card, old, new);
}

/* SO PIN, then the new user PIN, or none to give only the tries back */
guint16
vt_command_reset_retry (VtCard *card, const VtCommand *command, GByteArray *out)
{
  VtSpan so_pin = { command->data.data, VT_SO_PIN_LENGTH };
  VtSpan new = { NULL, 0 };
  guint16 sw = 0;

  if (command->p2 != USER_PIN_REFERENCE)
    return VT_SW_NO_SUCH_REFERENCE;
  if (command->p1 > 0x01)
    return VT_SW_WRONG_P1P2;
  if (command->data.length < VT_SO_PIN_LENGTH)
    return VT_SW_WRONG_LENGTH;
  new = (VtSpan){ command->data.data + VT_SO_PIN_LENGTH, command->data.length - VT_SO_PIN_LENGTH };
  if (command->p1 == 0x00 ? !user_pin_is_allowed (new) : new.length != 0)
    return VT_SW_WRONG_LENGTH;
  sw = check (card, &card->so_pin, so_pin);
  if (sw != VT_SW_OK)
    return sw;
  card->verified = FALSE;
  card->user_pin.tries = card->user_pin.max_tries;
  if (command->p1 == 0x00)
    {
      vt_pin_set (&card->user_pin, new);
      card->transport_pin = FALSE;
    }
  card->changed = TRUE;
  return VT_SW_OK;
}

/* 81 user PIN, 82 SO PIN. How many tries a PIN has (91) is fixed on this card. */
guint16
vt_command_initialize (VtCard *card, const VtCommand *command, GByteArray *out)
{
  VtSpan user_pin = { 0 }, so_pin = { 0 };
  guint16 sw = 0;

  if (!vt_tlv_find (command->data, 0x81, &user_pin) ||
      !vt_tlv_find (command->data, 0x82, &so_pin) || !user_pin_is_allowed (user_pin) ||
      so_pin.length != VT_SO_PIN_LENGTH)
    return VT_SW_WRONG_DATA;
  if (card->so_pin.length != 0)
    {
      sw = check (card, &card->so_pin, so_pin);
      if (sw != VT_SW_OK)
        return sw;
    }
  vt_card_erase (card);
  vt_pin_set (&card->user_pin, user_pin);
  vt_pin_set (&card->so_pin, so_pin);
  /* the usual driver leaves the first bytes of the SO PIN as a PIN nobody will use */
  card->transport_pin = user_pin.length == TRANSPORT_PIN_LENGTH &&
                        memcmp (user_pin.data, so_pin.data, TRANSPORT_PIN_LENGTH) == 0;
  return VT_SW_OK;
}
