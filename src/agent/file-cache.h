/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/card.h"

G_BEGIN_DECLS

/*
 * OpenSC can keep public files of a card on the disk, which spares most of what it takes to see a
 * known token again. It never looks whether they are still true. So the agent gives it a folder of
 * its own, checks what can have changed against the card after each look, and empties the folder of
 * a token before it writes to it. Nothing here is about PINs: those are never cached.
 */

/**
 * yy_file_cache_enable:
 * @folder: where the cache is to be; OpenSC adds its own name to it
 *
 * Before OpenSC is loaded, and before any thread: sets XDG_CACHE_HOME for this process.
 */
void yy_file_cache_enable (const char *folder);

/** yy_file_cache_forget: Deletes what is kept of the token with this serial number. */
void yy_file_cache_forget (const char *serial);

/**
 * yy_file_cache_check:
 * @card: the token, a SmartCard-HSM
 * @certificates: (element-type GBytes): certificates of its keys, as they lie on the card, are
 * added
 *
 * Compares what is kept of certificates with the card: one APDU for each.
 *
 * Returns: %FALSE when the card is not as it was
 */
gboolean yy_file_cache_check (YyCard *card, const char *serial, GPtrArray *certificates);

/**
 * yy_file_cache_parse_name:
 * @name: file name in the cache: SERIAL_DATE_AID_FID
 *
 * Pure.
 *
 * Returns: the file identifier, -1 when it is no file of a token with this serial number
 */
int yy_file_cache_parse_name (const char *name, const char *serial);

G_END_DECLS
