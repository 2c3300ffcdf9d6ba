/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * YyWipedBuffer:
 *
 * Bytes on the heap that are wiped when they move or are freed: what goes to the service and comes
 * from it may hold a code or a key.
 */
typedef struct
{
  char *data;
  gsize length;
  gsize capacity;
} YyWipedBuffer;

YyWipedBuffer *yy_wiped_buffer_new (void);

/** yy_wiped_buffer_make_room: Returns: (transfer none): where @count more bytes may be written */
char *yy_wiped_buffer_make_room (YyWipedBuffer *self, gsize count);
void yy_wiped_buffer_append (YyWipedBuffer *self, const char *bytes, gsize length);

/** yy_wiped_buffer_append_json: appends UTF-8 as a JSON string (RFC 8259, section 7) */
void yy_wiped_buffer_append_json (YyWipedBuffer *self, const char *text, gsize length);

/** yy_wiped_buffer_to_bytes: Returns: (transfer full): the bytes; @self is taken over by them */
GBytes *yy_wiped_buffer_to_bytes (YyWipedBuffer *self);

void yy_wiped_buffer_free (YyWipedBuffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyWipedBuffer, yy_wiped_buffer_free)

G_END_DECLS
