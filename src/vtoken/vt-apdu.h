/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-tlv.h"

G_BEGIN_DECLS

/** Status words of ISO 7816-4, 5.6, as this card uses them. */
enum
{
  VT_SW_OK = 0x9000,
  VT_SW_END_OF_FILE = 0x6282,
  VT_SW_TRIES_LEFT = 0x63c0, /* | tries */
  VT_SW_MEMORY_FAILURE = 0x6581,
  VT_SW_WRONG_LENGTH = 0x6700,
  VT_SW_CHAINING_NOT_SUPPORTED = 0x6884,
  VT_SW_NOT_VERIFIED = 0x6982,
  VT_SW_LOCKED = 0x6983,
  VT_SW_NOT_USABLE = 0x6984,
  VT_SW_NOT_ALLOWED = 0x6985,
  VT_SW_NO_CURRENT_FILE = 0x6986,
  VT_SW_WRONG_DATA = 0x6a80,
  VT_SW_NOT_SUPPORTED = 0x6a81,
  VT_SW_NO_SUCH_FILE = 0x6a82,
  VT_SW_FULL = 0x6a84,
  VT_SW_WRONG_P1P2 = 0x6a86,
  VT_SW_NO_SUCH_REFERENCE = 0x6a88,
  VT_SW_WRONG_OFFSET = 0x6b00,
  VT_SW_NO_SUCH_INSTRUCTION = 0x6d00,
  VT_SW_NO_SUCH_CLASS = 0x6e00,
};

/** Instructions of this card. */
enum
{
  VT_INS_VERIFY = 0x20,
  VT_INS_CHANGE = 0x24,
  VT_INS_RESET_RETRY = 0x2c,
  VT_INS_GENERATE = 0x46,
  VT_INS_INITIALIZE = 0x50,
  VT_INS_ENUMERATE = 0x58,
  VT_INS_DECIPHER = 0x62,
  VT_INS_SIGN = 0x68,
  VT_INS_GET_CHALLENGE = 0x84,
  VT_INS_SELECT = 0xa4,
  VT_INS_READ = 0xb1,
  VT_INS_UPDATE = 0xd7,
  VT_INS_DELETE = 0xe4,
};

/** The most bytes of data in one answer: the reader's frames have a length of two bytes. */
#define VT_MAX_ANSWER 65000

/**
 * VtCommand:
 * @data: points into the bytes that were parsed
 * @le: bytes expected: 0 for none, 65536 at most
 */
typedef struct
{
  guint8 cla, ins, p1, p2;
  VtSpan data;
  gsize le;
} VtCommand;

/** vt_command_parse: ISO 7816-3, 12.1: the four cases, short and extended. */
gboolean vt_command_parse (const guint8 *bytes, gsize length, VtCommand *command);

G_END_DECLS
