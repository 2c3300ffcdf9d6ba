/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/card.h"

#include "agent/reader-watch.h"

#include <string.h>

#include <glib/gi18n.h>
#include <winscard.h>

/* The longest response of an extended APDU and its status word. */
#define MAX_RESPONSE (65536 + 2)

struct _YyCard
{
  SCARDCONTEXT context;
  SCARDHANDLE handle;
  gboolean has_context;
  gboolean connected;
  DWORD protocol;
  GBytes *atr;
};

static gboolean
check (LONG result, GError **error)
{
  if (result == SCARD_S_SUCCESS)
    return TRUE;
  if (result == SCARD_E_NO_SMARTCARD || result == SCARD_W_REMOVED_CARD ||
      result == SCARD_E_READER_UNAVAILABLE || result == SCARD_E_UNKNOWN_READER ||
      result == SCARD_W_UNPOWERED_CARD)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED, _ ("The token was pulled out"));
  else
    g_set_error (error, YY_ERROR, YY_ERROR_UNSUPPORTED, _ ("The card cannot be reached: %s"),
                 pcsc_stringify_error (result));
  return FALSE;
}

static gboolean
read_atr (YyCard *self, GError **error)
{
  guint8 atr[MAX_ATR_SIZE];
  DWORD length = sizeof atr;
  DWORD name_length = 0;

  if (!check (SCardStatus (self->handle, NULL, &name_length, NULL, NULL, atr, &length), error))
    return FALSE;
  self->atr = g_bytes_new (atr, length);
  return TRUE;
}

static gboolean
connect_reader (YyCard *self, const char *reader, GError **error)
{
  if (!check (SCardConnect (self->context, reader, SCARD_SHARE_SHARED,
                            SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &self->handle, &self->protocol),
              error))
    return FALSE;
  self->connected = TRUE;
  return check (SCardBeginTransaction (self->handle), error) && read_atr (self, error);
}

YyCard *
yy_card_open (const char *reader, GError **error)
{
  g_autoptr (YyCard) self = g_new0 (YyCard, 1);
  g_auto (GStrv) readers = yy_readers_list ();
  const char *name =
      readers == NULL ? NULL : yy_readers_find ((const char *const *) readers, reader);

  if (name == NULL)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_UNSUPPORTED, _ ("“%s” is not a card reader"), reader);
      return NULL;
    }
  if (!check (SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &self->context), error))
    return NULL;
  self->has_context = TRUE;
  if (!connect_reader (self, name, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
yy_card_close (YyCard *self)
{
  if (self->connected)
    {
      (void) SCardEndTransaction (self->handle, SCARD_LEAVE_CARD);
      (void) SCardDisconnect (self->handle, SCARD_LEAVE_CARD);
    }
  if (self->has_context)
    (void) SCardReleaseContext (self->context);
  g_clear_pointer (&self->atr, g_bytes_unref);
  g_free (self);
}

GBytes *
yy_card_get_atr (YyCard *self)
{
  return self->atr;
}

int
yy_card_transmit (YyCard *self,
                  const guint8 *command,
                  gsize length,
                  GBytes **response,
                  GError **error)
{
  g_autofree guint8 *buffer = g_malloc (MAX_RESPONSE);
  const SCARD_IO_REQUEST *pci = self->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
  DWORD received = MAX_RESPONSE;

  if (!check (SCardTransmit (self->handle, pci, command, length, NULL, buffer, &received), error))
    return -1;
  /* Some readers answer nothing for a card that is no longer there. */
  if (received < 2 || received > MAX_RESPONSE)
    {
      (void) check (SCARD_W_REMOVED_CARD, error);
      return -1;
    }
  if (response != NULL)
    *response = g_bytes_new (buffer, received - 2);
  return buffer[received - 2] << 8 | buffer[received - 1];
}
