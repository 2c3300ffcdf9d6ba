/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yy-secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

/* The struct itself is at the start of the mapping: one mapping a secret, nothing on the heap. */
struct _YySecret
{
  gsize length;
  char bytes[YY_SECRET_MAX + 1];
};

static gsize
mapping_size (void)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  return (sizeof (YySecret) + page - 1) / page * page;
}

static YySecret *
secret_alloc (void)
{
  void *memory =
      mmap (NULL, mapping_size (), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED)
    g_error ("no memory for a secret");
  /* Locking fails where RLIMIT_MEMLOCK is tiny: the secret is then swappable but still wiped. */
  (void) mlock (memory, mapping_size ());
  (void) madvise (memory, mapping_size (), MADV_DONTDUMP);
  (void) madvise (memory, mapping_size (), MADV_DONTFORK);
  return memory;
}

YySecret *
yy_secret_new (const void *bytes, gsize length)
{
  YySecret *self = NULL;

  g_return_val_if_fail (length <= YY_SECRET_MAX, NULL);

  self = secret_alloc ();
  if (length > 0)
    memcpy (self->bytes, bytes, length);
  self->length = length;
  return self;
}

/* Rejection sampling: a remainder would favour the alphabet's first characters. Bytes are drawn
   many at a time: a call costs more than the bytes. */
static void
add_random (YySecret *self, gsize length, const char *alphabet, guint count)
{
  const guint limit = 256 - 256 % count;
  guint8 bytes[64];

  while (self->length < length)
    {
      if (RAND_priv_bytes (bytes, sizeof bytes) != 1)
        g_error ("the random generator failed");
      for (gsize i = 0; i < sizeof bytes && self->length < length; i++)
        if (bytes[i] < limit)
          self->bytes[self->length++] = alphabet[bytes[i] % count];
    }
  OPENSSL_cleanse (bytes, sizeof bytes);
}

YySecret *
yy_secret_new_random (gsize length, const char *alphabet)
{
  gsize count = strlen (alphabet);
  YySecret *self = NULL;

  g_return_val_if_fail (length <= YY_SECRET_MAX, NULL);
  g_return_val_if_fail (count >= 2 && count <= 256, NULL);

  self = secret_alloc ();
  add_random (self, length, alphabet, (guint) count);
  return self;
}

YySecret *
yy_secret_new_from_fd (int fd, GError **error)
{
  g_autoptr (YySecret) self = secret_alloc ();

  /* One byte more than allowed shows that there was more. */
  while (self->length <= YY_SECRET_MAX)
    {
      ssize_t got = read (fd, self->bytes + self->length, YY_SECRET_MAX + 1 - self->length);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          int saved = errno;

          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved),
                       _ ("The secret could not be read from descriptor %d: %s"), fd,
                       g_strerror (saved));
          return NULL;
        }
      if (got == 0)
        break;
      self->length += (gsize) got;
    }
  if (self->length > 0 && self->length <= YY_SECRET_MAX && self->bytes[self->length - 1] == '\n')
    self->bytes[--self->length] = '\0';
  if (self->length == 0 || self->length > YY_SECRET_MAX)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                   self->length == 0 ? _ ("Descriptor %d holds no secret")
                                     : _ ("What descriptor %d holds is too long for a secret"),
                   fd);
      return NULL;
    }
  return g_steal_pointer (&self);
}

char *
yy_secret_get_tail (YySecret *self, gsize *room)
{
  *room = YY_SECRET_MAX - self->length;
  return self->bytes + self->length;
}

void
yy_secret_extend (YySecret *self, gsize count)
{
  g_return_if_fail (count <= YY_SECRET_MAX - self->length);

  self->length += count;
}

void
yy_secret_truncate (YySecret *self, gsize length)
{
  g_return_if_fail (length <= self->length);

  OPENSSL_cleanse (self->bytes + length, self->length - length);
  self->length = length;
}

int
yy_secret_to_fd (const YySecret *self, GError **error)
{
  int ends[2] = { -1, -1 };
  gboolean written = FALSE;

  if (pipe2 (ends, O_CLOEXEC) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _ ("No pipe for a secret: %s"),
                   g_strerror (errno));
      return -1;
    }
  /* A pipe takes PIPE_BUF bytes at once, and a secret is shorter: this cannot block. */
  written = write (ends[1], self->bytes, self->length) == (ssize_t) self->length;
  close (ends[1]);
  if (!written)
    {
      close (ends[0]);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           _ ("A secret could not be handed on"));
      return -1;
    }
  return ends[0];
}

const char *
yy_secret_bytes (const YySecret *self)
{
  return self->bytes;
}

gsize
yy_secret_length (const YySecret *self)
{
  return self->length;
}

gboolean
yy_secret_equal (const YySecret *a, const YySecret *b)
{
  return a->length == b->length && CRYPTO_memcmp (a->bytes, b->bytes, a->length) == 0;
}

YySecret *
yy_secret_dup (const YySecret *self)
{
  return yy_secret_new (self->bytes, self->length);
}

void
yy_secret_free (YySecret *self)
{
  if (self == NULL)
    return;
  OPENSSL_cleanse (self, sizeof *self);
  munmap (self, mapping_size ());
}
