/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-apdu.h"
#include "vtoken/vt-files.h"
#include "vtoken/vt-key.h"
#include "vtoken/vt-pin.h"

G_BEGIN_DECLS

#define VT_USER_PIN_MIN   6
#define VT_USER_PIN_MAX   15
#define VT_USER_PIN_TRIES 10
#define VT_SO_PIN_LENGTH  8 /* sixteen hexadecimal digits */
#define VT_SO_PIN_TRIES   15
#define VT_SERIAL_MIN     3
#define VT_SERIAL_MAX     15
#define VT_MEMORY_DEFAULT (256 * 1024)
#define VT_MEMORY_MAX     (16 * 1024 * 1024)
/** References of keys the card makes: 0 is the device key. */
#define VT_MAX_KEY 255

/** Elementary files: the second byte of most is the key's reference or a free number. */
enum
{
  VT_EF_DEVICE_CERTIFICATE = 0x2f02,
  VT_EF_TOKEN_INFO = 0x2f03,
  VT_EF_KEY_DESCRIPTION = 0xc400,
  VT_EF_CERTIFICATE_DESCRIPTION = 0xc800,
  VT_EF_DATA_DESCRIPTION = 0xc900,
  VT_EF_CA_CERTIFICATE = 0xca00,
  VT_EF_KEY = 0xcc00,
  VT_EF_PRIVATE_DATA = 0xcd00,
  VT_EF_CERTIFICATE = 0xce00,
  VT_EF_DATA = 0xcf00,
};

/**
 * VtCard:
 * @transport_pin: the user PIN is the one INITIALIZE left, nobody has chosen one yet
 * @changed: something that outlives a power cycle has changed since it was last saved
 *
 * A SmartCard-HSM. The first part survives a power cycle, the last does not.
 */
typedef struct
{
  char *serial;
  gsize memory;
  VtKey *device;
  VtPin user_pin;
  VtPin so_pin;
  gboolean transport_pin;
  VtKey *keys[VT_MAX_KEY + 1]; /* by reference */
  VtFiles *files;

  gboolean changed;
  gboolean verified;
  guint16 current; /* file, 0 for none */
  GByteArray *device_certificate;
} VtCard;

/** vt_card_new: Returns: (transfer full): a card as the factory makes it */
VtCard *vt_card_new (const char *serial, gsize memory);
void vt_card_free (VtCard *card);

/** vt_card_serial_is_valid: Letters, digits and '-', VT_SERIAL_MIN to VT_SERIAL_MAX of them. */
gboolean vt_card_serial_is_valid (const char *serial);

/** vt_card_reset: Power was off, or the reader gave a reset. */
void vt_card_reset (VtCard *card);

/** vt_card_erase: INITIALIZE: keys, files and PINs go; the device's own key and serial stay. */
void vt_card_erase (VtCard *card);

/** vt_card_read: Returns: (transfer none) (nullable): what the file @fid reads as */
const GByteArray *vt_card_read (VtCard *card, guint16 fid);

gsize vt_card_memory_free (VtCard *card);

/**
 * vt_card_process:
 * @answer: (out caller-allocates): data and status word
 *
 * One command, one answer.
 */
void vt_card_process (VtCard *card, const guint8 *bytes, gsize length, GByteArray *answer);

/** vt_card_describe: appends JSON members, for tests: what is on the card. */
void vt_card_describe (VtCard *card, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VtCard, vt_card_free)

G_END_DECLS
