/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-preparation.h"

#include "ra/ra-fault.h"

#include <string.h>

#define LABEL_MAX  32
#define SERIAL_MAX 64

gboolean
ra_preparation_check_serial (const char *serial)
{
  gsize length = strlen (serial);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (serial[i]))
      return FALSE;
  return length >= 1 && length <= SERIAL_MAX;
}

YySecret *
ra_preparation_so_pin (RaSite *site, const RaToken *token, GError **error)
{
  const char *factory = site->rules->factory_so_pin;

  if (token->so_pin != NULL)
    return ra_vault_decrypt (site->vault, "so-pin", token->serial, token->so_pin, error);
  return yy_secret_new (factory, strlen (factory));
}

YySecret *
ra_preparation_next_so_pin (RaSite *site, RaToken *token, GError **error)
{
  YySecret *next = NULL;

  if (token->pending != NULL)
    return ra_vault_decrypt (site->vault, "so-pin", token->serial, token->pending, error);
  next = yy_secret_new_random (site->rules->so_pin_length, site->rules->so_pin_alphabet);
  token->pending = ra_vault_encrypt (site->vault, "so-pin", token->serial, next);
  if (ra_store_save_token (site->store, token, error))
    return next;
  yy_secret_free (next);
  return NULL;
}

static YyOrder *
get_order (RaSite *site, const char *number, GError **error)
{
  g_autoptr (YyOrder) order = NULL;

  if (!ra_store_get_order (site->store, number, &order, error))
    return NULL;
  if (order == NULL)
    ra_fault_set (error, RA_FAULT_NOT_FOUND, "there is no such order");
  return g_steal_pointer (&order);
}

/* Whether the token may be taken from what the store says it is for. A preparation that was only
   begun binds it to nothing, unless the order had it before. */
static gboolean
check_token_free (RaSite *site, const RaToken *token, const char *number, GError **error)
{
  g_autoptr (YyOrder) other = NULL;

  if (token == NULL || token->order == NULL)
    return TRUE;
  if (g_str_equal (token->state, "issued"))
    return ra_fault_set (error, RA_FAULT_CONFLICT, "the token has an issued certificate");
  if (g_str_equal (token->order, number))
    return TRUE;
  if (!ra_store_get_order (site->store, token->order, &other, error))
    return FALSE;
  if (other == NULL || other->state >= YY_ORDER_WITHDRAWN ||
      g_strcmp0 (other->token, token->serial) != 0)
    return TRUE;
  return ra_fault_set (error, RA_FAULT_CONFLICT, "the token is linked to another order");
}

static gboolean
check_order (const YyOrder *order, const char *serial, GError **error)
{
  if (order->token != NULL && !g_str_equal (order->token, serial))
    return ra_fault_set (error, RA_FAULT_CONFLICT, "the order has another token");
  if (order->state != YY_ORDER_PAPERS_AWAITED && order->state != YY_ORDER_SECOND_REVIEW)
    return ra_fault_set_state (error, "the order is not in a state for preparing a token",
                               yy_order_state_get_nick (order->state));
  return TRUE;
}

static char *
make_label (RaSite *site, const YyOrder *order)
{
  g_autoptr (GString) text = g_string_new (site->rules->token_label);
  const char *end = NULL;

  g_string_replace (text, "{order}", order->number, 0);
  g_string_replace (text, "{organization}", order->organization, 0);
  g_utf8_validate (text->str, (gssize) MIN (text->len, LABEL_MAX), &end);
  return g_strndup (text->str, (gsize) (end - text->str));
}

gboolean
ra_preparation_begin (RaSite *site,
                      const char *who,
                      const char *serial,
                      const char *model,
                      const char *number,
                      YySecret **present,
                      YySecret **next,
                      char **label,
                      GError **error)
{
  g_autoptr (YyOrder) order = get_order (site, number, error);
  g_autoptr (RaToken) token = NULL;

  if (order == NULL || !ra_store_get_token (site->store, serial, &token, error) ||
      !check_token_free (site, token, number, error) || !check_order (order, serial, error))
    return FALSE;
  if (token == NULL)
    token = ra_token_new (serial);
  g_free (token->model);
  g_free (token->state);
  g_free (token->order);
  token->model = g_strdup (model);
  token->state = g_strdup ("preparing");
  token->order = g_strdup (number);
  if (!ra_store_save_token (site->store, token, error) ||
      !ra_store_audit (site->store, who, "token.prepare", serial, number, error))
    return FALSE;
  *present = ra_preparation_so_pin (site, token, error);
  *next = *present == NULL ? NULL : ra_preparation_next_so_pin (site, token, error);
  *label = make_label (site, order);
  return *next != NULL;
}

static gboolean
link_token (RaSite *site, RaToken *token, YyOrder *order, GError **error)
{
  g_clear_pointer (&token->so_pin, g_bytes_unref);
  token->so_pin = g_steal_pointer (&token->pending);
  g_clear_pointer (&token->previous, g_bytes_unref);
  g_free (token->state);
  token->state = g_strdup ("prepared");
  if (order->token == NULL)
    order->token = g_strdup (token->serial);
  return ra_store_save_token (site->store, token, error) &&
         ra_store_update_order (site->store, order, error);
}

gboolean
ra_preparation_finish (RaSite *site,
                       const char *who,
                       const char *serial,
                       const char *number,
                       GError **error)
{
  g_autoptr (YyOrder) order = get_order (site, number, error);
  g_autoptr (RaToken) token = NULL;

  if (order == NULL || !ra_store_get_token (site->store, serial, &token, error))
    return FALSE;
  if (token == NULL)
    return ra_fault_set (error, RA_FAULT_NOT_FOUND, "there is no such token");
  if (g_strcmp0 (token->order, number) != 0)
    return ra_fault_set (error, RA_FAULT_CONFLICT, "the token is being prepared for another order");
  if (g_str_equal (token->state, "prepared"))
    return TRUE;
  if (g_str_equal (token->state, "issued") || token->pending == NULL)
    return ra_fault_set_state (error, "the token is not being prepared", token->state);
  return check_order (order, serial, error) && link_token (site, token, order, error) &&
         ra_store_audit (site->store, who, "token.prepared", serial, number, error);
}
