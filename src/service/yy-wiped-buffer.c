/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-wiped-buffer.h"

#include <string.h>

#include <openssl/crypto.h>

YyWipedBuffer *
yy_wiped_buffer_new (void)
{
  return g_new0 (YyWipedBuffer, 1);
}

/* Grows by hand: g_realloc() may leave a copy of the old bytes on the heap. */
char *
yy_wiped_buffer_make_room (YyWipedBuffer *self, gsize count)
{
  gsize capacity = self->capacity;
  char *data = NULL;

  if (capacity - self->length >= count)
    return self->data + self->length;
  capacity = 2 * capacity + count;
  data = g_malloc (capacity);
  if (self->length > 0)
    memcpy (data, self->data, self->length);
  OPENSSL_cleanse (self->data, self->capacity);
  g_free (self->data);
  self->data = data;
  self->capacity = capacity;
  return self->data + self->length;
}

void
yy_wiped_buffer_append (YyWipedBuffer *self, const char *bytes, gsize length)
{
  char *room = yy_wiped_buffer_make_room (self, length);

  if (length > 0)
    memcpy (room, bytes, length);
  self->length += length;
}

void
yy_wiped_buffer_append_json (YyWipedBuffer *self, const char *text, gsize length)
{
  static const char hex[] = "0123456789abcdef";

  yy_wiped_buffer_append (self, "\"", 1);
  for (gsize i = 0; i < length; i++)
    {
      guchar c = (guchar) text[i];
      const char escape[] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

      if (c < 0x20)
        {
          yy_wiped_buffer_append (self, escape, sizeof escape);
          continue;
        }
      if (c == '"' || c == '\\')
        yy_wiped_buffer_append (self, "\\", 1);
      yy_wiped_buffer_append (self, text + i, 1);
    }
  yy_wiped_buffer_append (self, "\"", 1);
}

GBytes *
yy_wiped_buffer_to_bytes (YyWipedBuffer *self)
{
  return g_bytes_new_with_free_func (self->data, self->length,
                                     (GDestroyNotify) yy_wiped_buffer_free, self);
}

void
yy_wiped_buffer_free (YyWipedBuffer *self)
{
  if (self == NULL)
    return;
  OPENSSL_cleanse (self->data, self->capacity);
  g_free (self->data);
  g_free (self);
}
