/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-unlocking.h"

#include "ra/ra-fault.h"
#include "ra/ra-office.h"

RaCase *
ra_unlocking_begin (RaSite *site,
                    const char *who,
                    YyOrder *order,
                    const YySecret *code,
                    const char *session,
                    GError **error)
{
  g_autoptr (YyOrder) owned = order;

  if (order->state == YY_ORDER_READY || order->state == YY_ORDER_COMPLETED)
    return ra_grants_begin (site, who, g_steal_pointer (&owned), code, session, error);
  ra_fault_set_state (error, "the order is not ready", yy_order_state_get_nick (order->state));
  return NULL;
}

/* Nobody needs them any more, and their codes and grants must not open the token once more. */
static gboolean
withdraw_others (RaSite *site, const char *who, const YyOrder *order, GError **error)
{
  g_autoptr (GPtrArray) open =
      ra_store_list_open_orders (site->store, order->token, YY_ORDER_UNLOCK, error);
  g_autofree char *why = g_strdup_printf ("unlocked with the order %s", order->number);

  for (guint i = 0; open != NULL && i < open->len; i++)
    if (!ra_office_withdraw (site, who, open->pdata[i], why, error))
      return FALSE;
  return open != NULL;
}

gboolean
ra_unlocking_complete_if_done (RaSite *site,
                               const char *who,
                               RaCase *unlocking,
                               RaNotices *notices,
                               GError **error)
{
  YyOrder *order = unlocking->order;
  g_autoptr (YyOrder) last = NULL;

  *notices = (RaNotices){ 0 };
  if (order->state != YY_ORDER_READY || unlocking->grant->state != RA_GRANT_CLOSED)
    return TRUE;
  return ra_store_get_last_order (site->store, order->token, &last, error) &&
         ra_office_complete (site, who, order, error) &&
         withdraw_others (site, who, order, error) &&
         ra_sms_post_notices (site, order, last, site->rules->sms_unlocked, notices, error);
}
