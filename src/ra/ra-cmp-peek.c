/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-cmp-peek.h"

#include <string.h>

#include <openssl/err.h>

#define TAG_INTEGER      0x02
#define TAG_OCTET_STRING 0x04
#define TAG_SEQUENCE     0x30
#define TAG_CONTEXT(n)   (0xa0 | (n))

typedef struct
{
  const guint8 *data;
  gsize left;
} Walk;

/* The next element, with one-byte tags and definite, shortest lengths only. */
static gboolean
take (Walk *walk, guint8 *tag, Walk *content)
{
  gsize header = 2;
  gsize length = 0;

  if (walk->left < 2 || (walk->data[0] & 0x1f) == 0x1f)
    return FALSE;
  length = walk->data[1];
  if (length >= 0x80)
    {
      gsize count = length & 0x7f;

      if (count < 1 || count > 4 || walk->left < 2 + count || walk->data[2] == 0)
        return FALSE;
      length = 0;
      for (gsize i = 0; i < count; i++)
        length = length << 8 | walk->data[2 + i];
      if (length < 0x80)
        return FALSE;
      header += count;
    }
  if (length > walk->left - header)
    return FALSE;
  *tag = walk->data[0];
  *content = (Walk){ walk->data + header, length };
  walk->data += header + length;
  walk->left -= header + length;
  return TRUE;
}

static gboolean
take_tagged (Walk *walk, guint8 wanted, Walk *content)
{
  guint8 tag = 0;

  return take (walk, &tag, content) && tag == wanted;
}

/* The characters of a reference are those the service gives out: printable ASCII. */
static gboolean
read_reference (Walk field, RaCmpPeek *peek)
{
  Walk text;

  if (!take_tagged (&field, TAG_OCTET_STRING, &text) || field.left != 0 ||
      text.left >= sizeof peek->reference)
    return FALSE;
  for (gsize i = 0; i < text.left; i++)
    if (!g_ascii_isgraph (text.data[i]))
      return FALSE;
  memcpy (peek->reference, text.data, text.left);
  peek->reference[text.left] = '\0';
  return TRUE;
}

static gboolean
read_transaction (Walk field, RaCmpPeek *peek)
{
  Walk id;

  if (!take_tagged (&field, TAG_OCTET_STRING, &id) || field.left != 0 || id.left == 0 ||
      id.left > sizeof peek->transaction)
    return FALSE;
  memcpy (peek->transaction, id.data, id.left);
  peek->transaction_length = id.left;
  return TRUE;
}

gboolean
ra_cmp_peek (GBytes *message, RaCmpPeek *peek)
{
  Walk walk = { g_bytes_get_data (message, NULL), g_bytes_get_size (message) };
  Walk body;
  Walk header;
  Walk field;
  guint8 tag = 0;

  *peek = (RaCmpPeek){ 0 };
  if (!take_tagged (&walk, TAG_SEQUENCE, &body) || walk.left != 0 ||
      !take_tagged (&body, TAG_SEQUENCE, &header) ||
      !take_tagged (&header, TAG_INTEGER, &field) || /* pvno */
      !take (&header, &tag, &field) ||               /* sender */
      !take (&header, &tag, &field))                 /* recipient */
    return FALSE;
  while (header.left > 0)
    {
      if (!take (&header, &tag, &field))
        return FALSE;
      if (tag == TAG_CONTEXT (2) && !read_reference (field, peek))
        return FALSE;
      if (tag == TAG_CONTEXT (4) && !read_transaction (field, peek))
        return FALSE;
    }
  return TRUE;
}

EVP_PKEY *
ra_cmp_peek_key (const guint8 *template, gsize length)
{
  Walk walk = { template, length };
  Walk fields;
  Walk field;
  guint8 tag = 0;

  if (!take_tagged (&walk, TAG_SEQUENCE, &fields) || walk.left != 0)
    return NULL;
  while (fields.left > 0)
    {
      const guint8 *start = fields.data;

      if (!take (&fields, &tag, &field))
        return NULL;
      /* publicKey [6] IMPLICIT SubjectPublicKeyInfo: the same bytes but for the tag. */
      if (tag == TAG_CONTEXT (6))
        {
          gsize size = (gsize) (fields.data - start);
          g_autofree guint8 *spki = g_memdup2 (start, size);
          const unsigned char *end = spki;
          EVP_PKEY *key = NULL;

          spki[0] = TAG_SEQUENCE;
          key = d2i_PUBKEY (NULL, &end, (long) size);
          ERR_clear_error ();
          return key;
        }
    }
  return NULL;
}

int
ra_cmp_peek_status (const guint8 *info, gsize length)
{
  Walk walk = { info, length };
  Walk fields;
  Walk status;

  if (!take_tagged (&walk, TAG_SEQUENCE, &fields) || !take_tagged (&fields, TAG_INTEGER, &status) ||
      status.left != 1)
    return -1;
  return status.data[0];
}
