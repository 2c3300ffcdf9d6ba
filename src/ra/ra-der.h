/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RA_DER_INTEGER      0x02
#define RA_DER_BIT_STRING   0x03
#define RA_DER_OCTET_STRING 0x04
#define RA_DER_SEQUENCE     0x30
#define RA_DER_CONTEXT(n)   (0xa0 | (n))

/** RaDer: what is left of a run of DER elements; borrowed bytes, hostile input */
typedef struct
{
  const guint8 *data;
  gsize left;
} RaDer;

/**
 * ra_der_take:
 * @content: (out): the bytes within the element
 *
 * Takes the next element: one-byte tag, definite length in its shortest form (X.690, chapter 10).
 *
 * Returns: %FALSE when there is none
 */
gboolean ra_der_take (RaDer *der, guint8 *tag, RaDer *content);

/** ra_der_take_tagged: the same, %FALSE when its tag is not @wanted */
gboolean ra_der_take_tagged (RaDer *der, guint8 wanted, RaDer *content);

G_END_DECLS
