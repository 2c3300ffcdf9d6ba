/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-activation.h"

#include "ra/ra-codes.h"
#include "ra/ra-office.h"

static YyOrder *
find_order (RaSite *site, const char *who, const char *serial, GError **error)
{
  g_autoptr (RaToken) token = NULL;
  g_autoptr (YyOrder) order = NULL;

  if (!ra_store_get_token (site->store, serial, &token, error))
    return NULL;
  if (token == NULL)
    {
      ra_codes_refuse (site, who, YY_ORDER_APPLY, serial, RA_FAULT_NOT_FOUND,
                       "there is no such token", error);
      return NULL;
    }
  if (g_str_equal (token->state, "preparing"))
    {
      ra_fault_set_state (error, "the token is not prepared", token->state);
      return NULL;
    }
  if (!ra_store_get_order (site->store, token->order, &order, error))
    return NULL;
  if (order->state == YY_ORDER_READY || order->state == YY_ORDER_COMPLETED)
    return g_steal_pointer (&order);
  ra_fault_set_state (error, "the order is not ready", yy_order_state_get_nick (order->state));
  return NULL;
}

RaCase *
ra_activation_begin (RaSite *site,
                     const char *who,
                     const char *token,
                     const YySecret *code,
                     const char *session,
                     GError **error)
{
  YyOrder *order = find_order (site, who, token, error);

  return order == NULL ? NULL : ra_grants_begin (site, who, order, code, session, error);
}

YySecret *
ra_activation_cmp_secret (RaSite *site, const char *who, RaCase *activation, GError **error)
{
  RaGrant *grant = activation->grant;

  if (!ra_grants_check_current (site, activation, error))
    return NULL;
  if (!yy_order_type_get_info (activation->order->type)->issues)
    {
      ra_fault_set (error, RA_FAULT_NOT_FOUND, "this grant issues nothing");
      return NULL;
    }
  if (!ra_codes_check_grant (site, who, activation->order, grant, error) ||
      !ra_store_audit (site->store, who, "grant.cmp-secret", grant->id, grant->order, error))
    return NULL;
  return ra_vault_decrypt (site->vault, "cmp-secret", grant->id, grant->cmp_secret, error);
}

gboolean
ra_activation_complete_if_done (RaSite *site, const char *who, RaCase *activation, GError **error)
{
  if (activation->order->state != YY_ORDER_READY || activation->certificate == NULL ||
      activation->certificate->state != RA_CERTIFICATE_CONFIRMED ||
      activation->grant->state != RA_GRANT_CLOSED)
    return TRUE;
  return ra_office_complete (site, who, activation->order, error);
}
