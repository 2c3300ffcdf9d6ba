/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-cmp-peek.h"

#include "ra/ra-der.h"

#include <string.h>

/* More rounds than clients need would only make the service work (RFC 9481 names no number; OpenSSL
   makes 500). */
#define MAX_ITERATIONS 10000

/* The characters of a reference are those the service gives out: printable ASCII. */
static gboolean
read_reference (RaDer field, RaCmpPeek *peek)
{
  RaDer text;

  if (!ra_der_take_tagged (&field, RA_DER_OCTET_STRING, &text) || field.left != 0 ||
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
read_transaction (RaDer field, RaCmpPeek *peek)
{
  RaDer id;

  if (!ra_der_take_tagged (&field, RA_DER_OCTET_STRING, &id) || field.left != 0 || id.left == 0 ||
      id.left > sizeof peek->transaction)
    return FALSE;
  memcpy (peek->transaction, id.data, id.left);
  peek->transaction_length = id.left;
  return TRUE;
}

/* PBMParameter (RFC 9810, section 5.1.3.1): salt, hash, rounds, MAC. */
static gboolean
is_cheap (RaDer field)
{
  RaDer algorithm;
  RaDer parameters;
  RaDer part;
  guint8 tag = 0;
  guint64 rounds = 0;

  if (!ra_der_take_tagged (&field, RA_DER_SEQUENCE, &algorithm) ||
      !ra_der_take (&algorithm, &tag, &part))
    return FALSE;
  /* A signature's algorithm has no rounds. */
  if (!ra_der_take_tagged (&algorithm, RA_DER_SEQUENCE, &parameters) ||
      !ra_der_take_tagged (&parameters, RA_DER_OCTET_STRING, &part) ||
      !ra_der_take_tagged (&parameters, RA_DER_SEQUENCE, &part) ||
      !ra_der_take_tagged (&parameters, RA_DER_INTEGER, &part))
    return TRUE;
  for (gsize i = 0; i < part.left && rounds <= MAX_ITERATIONS; i++)
    rounds = rounds << 8 | part.data[i];
  return rounds <= MAX_ITERATIONS;
}

gboolean
ra_cmp_peek (GBytes *message, RaCmpPeek *peek)
{
  RaDer walk = { g_bytes_get_data (message, NULL), g_bytes_get_size (message) };
  RaDer body;
  RaDer header;
  RaDer field;
  guint8 tag = 0;

  *peek = (RaCmpPeek){ 0 };
  if (!ra_der_take_tagged (&walk, RA_DER_SEQUENCE, &body) || walk.left != 0 ||
      !ra_der_take_tagged (&body, RA_DER_SEQUENCE, &header) ||
      !ra_der_take_tagged (&header, RA_DER_INTEGER, &field) || /* pvno */
      !ra_der_take (&header, &tag, &field) ||                  /* sender */
      !ra_der_take (&header, &tag, &field))                    /* recipient */
    return FALSE;
  while (header.left > 0)
    {
      if (!ra_der_take (&header, &tag, &field))
        return FALSE;
      if (tag == RA_DER_CONTEXT (1) && !is_cheap (field))
        return FALSE;
      if (tag == RA_DER_CONTEXT (2) && !read_reference (field, peek))
        return FALSE;
      if (tag == RA_DER_CONTEXT (4) && !read_transaction (field, peek))
        return FALSE;
    }
  return TRUE;
}

GBytes *
ra_cmp_peek_key (const guint8 *template, gsize length)
{
  RaDer walk = { template, length };
  RaDer fields;
  RaDer field;
  guint8 tag = 0;

  if (!ra_der_take_tagged (&walk, RA_DER_SEQUENCE, &fields) || walk.left != 0)
    return NULL;
  while (fields.left > 0)
    {
      const guint8 *start = fields.data;

      if (!ra_der_take (&fields, &tag, &field))
        return NULL;
      /* publicKey [6] IMPLICIT SubjectPublicKeyInfo: the same bytes but for the tag. */
      if (tag == RA_DER_CONTEXT (6))
        {
          gsize size = (gsize) (fields.data - start);
          guint8 *spki = g_memdup2 (start, size);

          spki[0] = RA_DER_SEQUENCE;
          return g_bytes_new_take (spki, size);
        }
    }
  return NULL;
}

int
ra_cmp_peek_status (const guint8 *info, gsize length)
{
  RaDer walk = { info, length };
  RaDer fields;
  RaDer status;

  if (!ra_der_take_tagged (&walk, RA_DER_SEQUENCE, &fields) ||
      !ra_der_take_tagged (&fields, RA_DER_INTEGER, &status) || status.left != 1)
    return -1;
  return status.data[0];
}
