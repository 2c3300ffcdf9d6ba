/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-tlv.h"

G_BEGIN_DECLS

/**
 * VtLink:
 *
 * The plug: the connection to vpcd, the driver of a virtual reader in pcscd, which listens on
 * 127.0.0.1. A connection is a token in the reader, its end is a token pulled out.
 */
typedef struct _VtLink VtLink;

/**
 * VtLinkHandler:
 * @reset: power was switched, or the reader gave a reset
 * @command: an APDU; answer it with vt_link_answer(), now or later. The bytes are the link's; they
 *   may be wiped and are valid until the answer.
 * @inserted: the reader has asked for the answer to reset: pcscd knows that a token is there
 * @gone: the reader has seen that no token is there
 */
typedef struct
{
  void (*reset) (gpointer user_data);
  void (*command) (guint8 *bytes, gsize length, gpointer user_data);
  void (*inserted) (gpointer user_data);
  void (*gone) (gpointer user_data);
} VtLinkHandler;

VtLink *vt_link_new (guint16 port, const VtLinkHandler *handler, gpointer user_data);
void vt_link_free (VtLink *link);

/** vt_link_insert: As soon as there is a reader, now and whenever it comes back. */
void vt_link_insert (VtLink *link);

/** vt_link_remove: At once: what is under way is lost. */
void vt_link_remove (VtLink *link);

/** vt_link_is_inserted: Returns: whether pcscd knows that the token is there */
gboolean vt_link_is_inserted (VtLink *link);
/** vt_link_is_gone: Returns: whether it is out and pcscd knows */
gboolean vt_link_is_gone (VtLink *link);

void vt_link_answer (VtLink *link, const guint8 *bytes, gsize length);

G_END_DECLS
