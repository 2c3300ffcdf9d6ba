/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/**
 * YyCard:
 *
 * A smart card beside the PKCS #11 module: one PC/SC connection inside one transaction, for the
 * few things PKCS #11 cannot say. Nobody else reaches the card until it is closed, so open it
 * late and close it soon. It never resets the card.
 */
typedef struct _YyCard YyCard;

/**
 * yy_card_open:
 * @reader: CK_SLOT_INFO.slotDescription, which holds at most 64 bytes of the reader's name
 *
 * Returns: (transfer full): the card in that reader, or %NULL with %YY_ERROR_UNSUPPORTED when the
 *   slot is no PC/SC reader, or %YY_ERROR_TOKEN_REMOVED
 */
YyCard *yy_card_open (const char *reader, GError **error);

/**
 * yy_card_close: Ends the transaction.
 */
void yy_card_close (YyCard *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyCard, yy_card_close)

/** yy_card_get_atr: Returns: (transfer none): answer to reset (ISO 7816-3, section 8) */
GBytes *yy_card_get_atr (YyCard *self);

/**
 * yy_card_transmit:
 * @command: a whole command APDU (ISO 7816-4, section 5.1)
 * @response: (out) (optional) (transfer full): the data of the answer
 *
 * Returns: the status word, or -1 on a failure of the connection
 */
int yy_card_transmit (YyCard *self,
                      const guint8 *command,
                      gsize length,
                      GBytes **response,
                      GError **error);

G_END_DECLS
