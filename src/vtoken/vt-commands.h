/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-card.h"

G_BEGIN_DECLS

/*
 * Handlers of one instruction each: do it, append the answer's data to @out and return the status
 * word.
 */

guint16 vt_command_select (VtCard *card, const VtCommand *command, GByteArray *out);
guint16 vt_command_enumerate (VtCard *card, const VtCommand *command, GByteArray *out);
guint16 vt_command_read (VtCard *card, const VtCommand *command, GByteArray *out);
guint16 vt_command_update (VtCard *card, const VtCommand *command, GByteArray *out);
guint16 vt_command_delete (VtCard *card, const VtCommand *command, GByteArray *out);

guint16 vt_command_verify (VtCard *card, const VtCommand *command, GByteArray *out);
guint16 vt_command_change (VtCard *card, const VtCommand *command, GByteArray *out);
guint16 vt_command_reset_retry (VtCard *card, const VtCommand *command, GByteArray *out);
guint16 vt_command_initialize (VtCard *card, const VtCommand *command, GByteArray *out);

guint16 vt_command_generate (VtCard *card, const VtCommand *command, GByteArray *out);
guint16 vt_command_sign (VtCard *card, const VtCommand *command, GByteArray *out);
guint16 vt_command_decipher (VtCard *card, const VtCommand *command, GByteArray *out);
guint16 vt_command_get_challenge (VtCard *card, const VtCommand *command, GByteArray *out);

G_END_DECLS
