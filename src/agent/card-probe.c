/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/card-probe.h"

#include "agent/card-sc-hsm.h"

#include <string.h>

/* Historical bytes of every SmartCard-HSM, contact or contactless: "…THSM1s…". */
static const guint8 sc_hsm_history[] = { 0x80, 0x31, 0x81, 0x54, 0x48, 0x53, 0x4D,
                                         0x31, 0x73, 0x80, 0x21, 0x40, 0x81, 0x07 };

YyCardType
yy_card_type_from_atr (GBytes *atr)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (atr, &length);

  if (length > 0 && memmem (data, length, sc_hsm_history, sizeof sc_hsm_history) != NULL)
    return YY_CARD_SC_HSM;
  return YY_CARD_UNKNOWN;
}

int
yy_tries_from_status (int status)
{
  if ((status & 0xFFF0) == 0x63C0)
    return status & 0x0F;
  /* Authentication method blocked (ISO 7816-4, table 6). */
  return status == 0x6983 ? 0 : -1;
}

YyProbe
yy_probe_card (const char *reader, YyProbeWhat what)
{
  YyProbe probe = { .tries_left = -1, .so_tries_left = -1 };
  g_autoptr (YyCard) card = yy_card_open (reader, NULL);

  if (card == NULL)
    return probe;
  if (yy_card_type_from_atr (yy_card_get_atr (card)) != YY_CARD_SC_HSM)
    return probe;
  probe.type = YY_CARD_SC_HSM;
  if (what & YY_PROBE_TRIES)
    {
      int status = yy_sc_hsm_query_pin (card, YY_SC_HSM_USER_PIN);

      probe.tries_left = yy_tries_from_status (status);
      if (status < 0)
        probe.type = YY_CARD_UNKNOWN;
    }
  if (what & YY_PROBE_SO_TRIES)
    probe.so_tries_left = yy_tries_from_status (yy_sc_hsm_query_pin (card, YY_SC_HSM_SO_PIN));
  return probe;
}
