/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/card.h"

G_BEGIN_DECLS

/**
 * YyScHsmPin: PIN references (P2 of VERIFY)
 */
typedef enum
{
  YY_SC_HSM_USER_PIN = 0x81,
  YY_SC_HSM_SO_PIN = 0x88,
} YyScHsmPin;

/** yy_sc_hsm_query_pin: Returns: status word of VERIFY without data, -1 when there was none */
int yy_sc_hsm_query_pin (YyCard *card, YyScHsmPin pin);

/** yy_sc_hsm_forget_pin: Selects the application again: whose PIN was verified is forgotten. */
void yy_sc_hsm_forget_pin (YyCard *card);

/**
 * yy_sc_hsm_list_files:
 *
 * Returns: (transfer full): identifiers of all files, two bytes each, or %NULL
 */
GBytes *yy_sc_hsm_list_files (YyCard *card, GError **error);

/**
 * yy_sc_hsm_read_file:
 * @enough: stop when so many bytes are there (a reader may hand them over in pieces)
 *
 * Returns: (transfer full): the content, at least @enough bytes if the file is so long. A file that
 * is not there is empty. %NULL when it cannot be read.
 */
GBytes *yy_sc_hsm_read_file (YyCard *card, guint16 fid, gsize enough, GError **error);

/**
 * yy_sc_hsm_is_whole:
 *
 * Pure: whether this is one DER value (a certificate, request or description) and nothing else.
 */
gboolean yy_sc_hsm_is_whole (const void *bytes, gsize length);

/**
 * yy_sc_hsm_remove_broken_certificates:
 *
 * Deletes certificates of which only a part was written; the card then shows the requests their
 * keys were made with again. Needs the user's PIN verified.
 */
gboolean yy_sc_hsm_remove_broken_certificates (YyCard *card, GError **error);

/**
 * YyScHsmKeyState: what lies on the card for one key reference, by file identifier
 */
typedef enum
{
  YY_SC_HSM_KEY = 1 << 0,         /* CCxx: the key itself */
  YY_SC_HSM_DESCRIPTION = 1 << 1, /* C4xx: PKCS #15 description, maybe empty */
  YY_SC_HSM_CERTIFICATE = 1 << 2, /* CExx: certificate, or the request the key was made with */
} YyScHsmKeyState;

/**
 * yy_sc_hsm_parse_files:
 * @files: see yy_sc_hsm_list_files()
 * @states: (out): #YyScHsmKeyState of each key reference
 *
 * Pure.
 */
void yy_sc_hsm_parse_files (GBytes *files, guint8 states[256]);

/**
 * yy_sc_hsm_has_foreign_certificates:
 *
 * Pure: whether there is a certificate that belongs to no key of the card.
 */
gboolean yy_sc_hsm_has_foreign_certificates (GBytes *files);

/**
 * yy_sc_hsm_may_have_orphans:
 * @n_described: number of private keys the module sees
 *
 * Pure: whether yy_sc_hsm_remove_orphans() may find any.
 */
gboolean yy_sc_hsm_may_have_orphans (GBytes *files, guint n_described);

/**
 * yy_sc_hsm_find_certificate:
 * @files: (nullable): files of the card at some time: tells where to look first
 * @is_new: the key was made since then
 * @der: a certificate
 * @found: (out): whether exactly these bytes lie in a file for a certificate of one of its keys
 *
 * Returns: %FALSE when the card could not be read
 */
gboolean yy_sc_hsm_find_certificate (YyCard *card,
                                     GBytes *files,
                                     gboolean is_new,
                                     GBytes *der,
                                     gboolean *found,
                                     GError **error);

/**
 * yy_sc_hsm_remove_orphans:
 * @n_described: number of private keys the module sees: if that many descriptions are there, all
 * are good ones and need not be read
 *
 * Deletes keys that were generated but never described because the card was pulled out in between:
 * no software will ever see them again. A key with a description or a certificate is not touched,
 * nor is the device's own. Needs the user's PIN verified.
 */
gboolean yy_sc_hsm_remove_orphans (YyCard *card, guint n_described, GError **error);

/**
 * yy_sc_hsm_is_full:
 *
 * Whether the card has no room for a certificate: it does not tell how much memory is free, so one
 * file of that size is written and deleted again. Needs the user's PIN verified. For explaining a
 * failure that the module calls CKR_GENERAL_ERROR.
 */
gboolean yy_sc_hsm_is_full (YyCard *card);

G_END_DECLS
