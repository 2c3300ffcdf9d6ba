/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-client-order.h"

#include "ra/ra-fault.h"

static gboolean
check_key (RaSite *site, const char *who, const char *number, const YySecret *key, GError **error)
{
  static const char message[] = "no, or a wrong, bearer key";
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (YySecret) right = NULL;

  if (!ra_store_get_access (site->store, number, &sealed, error))
    return FALSE;
  if (sealed != NULL)
    {
      right = ra_vault_decrypt (site->vault, "order-access", number, sealed, error);
      if (right == NULL)
        return FALSE;
    }
  if (right != NULL && key != NULL && yy_secret_equal (key, right))
    return TRUE;
  return ra_store_audit (site->store, who, "order.refused", number, message, error) &&
         ra_fault_set (error, RA_FAULT_UNAUTHORIZED, message);
}

YyOrder *
ra_client_order_open (RaSite *site,
                      const char *who,
                      const char *number,
                      const YySecret *key,
                      GError **error)
{
  g_autoptr (YyOrder) order = NULL;

  if (!ra_store_get_order (site->store, number, &order, error))
    return NULL;
  if (order == NULL)
    ra_fault_set (error, RA_FAULT_NOT_FOUND, "there is no such order");
  else if (check_key (site, who, number, key, error))
    return g_steal_pointer (&order);
  return NULL;
}
