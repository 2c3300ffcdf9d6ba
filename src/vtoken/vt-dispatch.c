/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-commands.h"

typedef struct
{
  guint8 cla, ins;
  guint16 (*run) (VtCard *card, const VtCommand *command, GByteArray *out);
} Handler;

static const Handler handlers[] = {
  { 0x00, VT_INS_SELECT, vt_command_select },
  { 0x00, VT_INS_READ, vt_command_read },
  { 0x00, VT_INS_UPDATE, vt_command_update },
  { 0x00, VT_INS_DELETE, vt_command_delete },
  { 0x00, VT_INS_VERIFY, vt_command_verify },
  { 0x00, VT_INS_CHANGE, vt_command_change },
  { 0x00, VT_INS_RESET_RETRY, vt_command_reset_retry },
  { 0x00, VT_INS_GENERATE, vt_command_generate },
  { 0x00, VT_INS_GET_CHALLENGE, vt_command_get_challenge },
  { 0x80, VT_INS_INITIALIZE, vt_command_initialize },
  { 0x80, VT_INS_ENUMERATE, vt_command_enumerate },
  { 0x80, VT_INS_SIGN, vt_command_sign },
  { 0x80, VT_INS_DECIPHER, vt_command_decipher },
};

static guint16
run (VtCard *card, const guint8 *bytes, gsize length, GByteArray *out)
{
  VtCommand command = { 0 };

  if (!vt_command_parse (bytes, length, &command))
    return VT_SW_WRONG_LENGTH;
  if (command.cla == 0x10 || command.cla == 0x90)
    return VT_SW_CHAINING_NOT_SUPPORTED;
  if (command.cla != 0x00 && command.cla != 0x80)
    return VT_SW_NO_SUCH_CLASS;
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    if (handlers[i].cla == command.cla && handlers[i].ins == command.ins)
      return handlers[i].run (card, &command, out);
  return VT_SW_NO_SUCH_INSTRUCTION;
}

void
vt_card_process (VtCard *card, const guint8 *bytes, gsize length, GByteArray *answer)
{
  guint16 sw = run (card, bytes, length, answer);
  const guint8 trailer[] = { sw >> 8, sw & 0xff };

  g_byte_array_append (answer, trailer, sizeof trailer);
}
