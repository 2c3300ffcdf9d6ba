/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * YyReaderWatch:
 *
 * Tells the main context when a card came or went in any PC/SC reader, or a reader did. A thread of
 * its own waits for that in pcscd; it never enters the PKCS #11 module.
 */
typedef struct _YyReaderWatch YyReaderWatch;

typedef void (*YyReaderWatchFunc) (gpointer user_data);

/** yy_reader_watch_new: @changed is called on the default main context. */
YyReaderWatch *yy_reader_watch_new (YyReaderWatchFunc changed, gpointer user_data);

/** yy_reader_watch_free: Ends the thread; @changed is not called any more. */
void yy_reader_watch_free (YyReaderWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyReaderWatch, yy_reader_watch_free)

/**
 * yy_readers_list:
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): names of the PC/SC readers, %NULL
 * when no PC/SC service runs
 */
char **yy_readers_list (void);

/**
 * yy_readers_find:
 * @description: CK_SLOT_INFO.slotDescription, which holds at most 64 bytes of a reader's name
 *
 * Pure.
 *
 * Returns: (transfer none) (nullable): the reader, %NULL when none or more than one may be meant
 */
const char *yy_readers_find (const char *const *readers, const char *description);

G_END_DECLS
