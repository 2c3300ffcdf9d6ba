/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/**
 * YY_SECRET_MAX:
 *
 * Longest secret, in bytes. PINs, SO PINs, codes and CMP secrets are all far shorter.
 */
#define YY_SECRET_MAX 1024

/**
 * YySecret:
 *
 * A PIN, SO PIN, code or shared secret. It has one owner and is never copied: hand it on with
 * g_steal_pointer(). Its bytes live in pages of their own that are locked into memory, left out
 * of core files and of forked children, and wiped when it is freed.
 * There is no getter that returns a copy: look at the bytes in place with yy_secret_bytes().
 * A secret may be used from any thread, one at a time.
 */
typedef struct _YySecret YySecret;

/**
 * yy_secret_new:
 * @bytes: (array length=length): the bytes; the caller wipes its own copy
 * @length: at most %YY_SECRET_MAX
 *
 * Returns: (transfer full): a secret with a copy of @bytes
 */
YySecret *yy_secret_new (const void *bytes, gsize length);

/**
 * yy_secret_new_random:
 * @length: number of characters
 * @alphabet: the characters to choose from, 2 to 256 of them
 *
 * Makes a secret of random characters, each equally likely (OpenSSL's private DRBG).
 *
 * Returns: (transfer full): a new secret
 */
YySecret *yy_secret_new_random (gsize length, const char *alphabet);

/**
 * yy_secret_new_from_fd:
 * @fd: a readable descriptor; it is not closed
 * @error: return location
 *
 * Reads to the end of @fd, and blocks meanwhile. One line feed at the end is not part of the secret
 * (`echo PIN | yinyaoctl … --pin-fd 0`).
 *
 * Returns: (transfer full): a secret, or %NULL with %YY_ERROR_INVALID_DATA when it is empty or
 *   longer than %YY_SECRET_MAX, or a %G_IO_ERROR when reading failed
 */
YySecret *yy_secret_new_from_fd (int fd, GError **error);

/**
 * yy_secret_get_tail:
 * @room: (out): how many bytes may be written there
 *
 * For reading a secret in from a stream or terminal without a copy on the way: write to the tail,
 * then tell with yy_secret_extend() how much was written.
 *
 * Returns: (transfer none): where the next bytes go
 */
char *yy_secret_get_tail (YySecret *self, gsize *room);
/** yy_secret_extend: @count bytes were written to the tail; not more than there was room for */
void yy_secret_extend (YySecret *self, gsize count);
/** yy_secret_truncate: wipes all but the first @length bytes */
void yy_secret_truncate (YySecret *self, gsize length);

/**
 * yy_secret_to_fd:
 * @self: a secret
 * @error: return location
 *
 * Puts the bytes into a new pipe and closes its writing end: who reads the descriptor to the end
 * has the secret, once. This is the only way a secret travels to another process.
 *
 * Returns: the reading end (close-on-exec), to be closed by the caller; -1 on error
 */
int yy_secret_to_fd (const YySecret *self, GError **error);

/**
 * yy_secret_bytes:
 *
 * Returns: (transfer none): the bytes in place, followed by a NUL byte that is not counted
 */
const char *yy_secret_bytes (const YySecret *self);
gsize yy_secret_length (const YySecret *self);

/**
 * yy_secret_equal:
 *
 * Compares in a time that depends on the lengths only.
 */
gboolean yy_secret_equal (const YySecret *a, const YySecret *b);

/**
 * yy_secret_dup:
 *
 * For the rare place where two owners need the secret at the same time (an agent keeps the PIN for
 * logging in again while it is being sent).
 */
YySecret *yy_secret_dup (const YySecret *self);

/**
 * yy_secret_free:
 * @self: (nullable) (transfer full): a secret
 *
 * Wipes and releases it.
 */
void yy_secret_free (YySecret *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YySecret, yy_secret_free)

G_END_DECLS
