/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/card-sc-hsm.h"

#include <glib/gi18n.h>

/* First byte of a file identifier; the second one is the key reference. */
#define CA_CERTIFICATE 0xCA

int
yy_sc_hsm_query_pin (YyCard *card, YyScHsmPin pin)
{
  const guint8 command[] = { 0x00, 0x20, 0x00, (guint8) pin };

  return yy_card_transmit (card, command, sizeof command, NULL, NULL);
}

GBytes *
yy_sc_hsm_list_files (YyCard *card, GError **error)
{
  /* ENUMERATE OBJECTS, extended length */
  const guint8 command[] = { 0x80, 0x58, 0x00, 0x00, 0x00, 0x00, 0x00 };
  g_autoptr (GBytes) files = NULL;
  int status = yy_card_transmit (card, command, sizeof command, &files, error);

  if (status < 0)
    return NULL;
  if (status != 0x9000 || g_bytes_get_size (files) % 2 != 0)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA, _ ("The card does not list its files"));
      return NULL;
    }
  return g_steal_pointer (&files);
}

gboolean
yy_sc_hsm_has_foreign_certificates (YyCard *card)
{
  g_autoptr (GBytes) files = yy_sc_hsm_list_files (card, NULL);
  gsize length = 0;
  const guint8 *data = files == NULL ? NULL : g_bytes_get_data (files, &length);

  for (gsize i = 0; i + 1 < length; i += 2)
    if (data[i] == CA_CERTIFICATE)
      return TRUE;
  return files == NULL;
}
