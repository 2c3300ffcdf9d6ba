/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-activation.h"

#include "ra/ra-fault.h"
#include "ra/ra-grant.h"
#include "ra/ra-office.h"
#include "ra/ra-preparation.h"

#define HEX "0123456789abcdef"

void
ra_activation_free (RaActivation *activation)
{
  g_clear_pointer (&activation->order, yy_order_free);
  g_clear_pointer (&activation->grant, ra_grant_free);
  g_clear_pointer (&activation->certificate, ra_certificate_free);
  g_free (activation);
}

static gboolean
refuse (RaSite *site,
        const char *who,
        const char *subject,
        RaFault fault,
        const char *message,
        GError **error)
{
  return ra_store_audit (site->store, who, "activation.refused", subject, message, error) &&
         ra_fault_set (error, fault, message);
}

/* A wrong code costs a try, and the last one the code. */
static gboolean
spend_try (RaSite *site, const char *who, RaCode *code, GError **error)
{
  g_autofree char *why = NULL;

  code->tries_left--;
  if (code->tries_left == 0)
    code->state = RA_CODE_VOID;
  why = g_strdup_printf ("wrong code, %u tries left", code->tries_left);
  return ra_store_update_code (site->store, code, error) &&
         ra_store_audit (site->store, who, "activation.refused", code->order, why, error) &&
         ra_fault_set_number (error, RA_FAULT_CODE_INCORRECT, "the code is wrong", "tries_left",
                              code->tries_left);
}

static gboolean
matches (RaSite *site, const RaCode *code, const YySecret *typed)
{
  g_autoptr (GBytes) hash = ra_vault_hash (site->vault, "activation", code->order, typed);

  return ra_vault_hash_equal (hash, code->hash);
}

static gboolean
matches_older (RaSite *site, GPtrArray *codes, const YySecret *typed)
{
  for (guint i = 1; i < codes->len; i++)
    if (matches (site, codes->pdata[i], typed))
      return TRUE;
  return FALSE;
}

/* After success the tries count anew, as with a PIN. */
static gboolean
restore_tries (RaSite *site, RaCode *code, GError **error)
{
  guint tries = site->rules->code_tries;

  if (code->state != RA_CODE_VALID || code->tries_left == tries)
    return TRUE;
  code->tries_left = tries;
  return ra_store_update_code (site->store, code, error);
}

static gboolean
check_usable (RaSite *site, const char *who, const RaCode *code, GError **error)
{
  if (code->state == RA_CODE_VOID)
    return refuse (site, who, code->order, RA_FAULT_CODE_VOID, "the code is void", error);
  if (code->state == RA_CODE_VALID && code->expires < g_get_real_time () / G_USEC_PER_SEC)
    return refuse (site, who, code->order, RA_FAULT_CODE_EXPIRED, "the code is expired", error);
  return TRUE;
}

static gboolean
check_code (RaSite *site,
            const char *who,
            const YyOrder *order,
            const YySecret *typed,
            gint64 *id,
            GError **error)
{
  g_autoptr (GPtrArray) codes = ra_store_list_codes (site->store, order->number, error);
  RaCode *newest = NULL;

  if (codes == NULL)
    return FALSE;
  if (codes->len == 0)
    return ra_fault_set_state (error, "the order is not ready",
                               yy_order_state_get_nick (order->state));
  newest = codes->pdata[0];
  *id = newest->id;
  if (!check_usable (site, who, newest, error))
    return FALSE;
  if (matches (site, newest, typed))
    return restore_tries (site, newest, error);
  if (matches_older (site, codes, typed))
    return refuse (site, who, order->number, RA_FAULT_CODE_VOID, "the code was replaced", error);
  if (newest->state == RA_CODE_VALID)
    return spend_try (site, who, newest, error);
  return refuse (site, who, order->number, RA_FAULT_CODE_USED, "the order is completed", error);
}

static YyOrder *
find_order (RaSite *site, const char *who, const char *serial, GError **error)
{
  g_autoptr (RaToken) token = NULL;
  g_autoptr (YyOrder) order = NULL;

  if (!ra_store_get_token (site->store, serial, &token, error))
    return NULL;
  if (token == NULL)
    {
      refuse (site, who, serial, RA_FAULT_NOT_FOUND, "there is no such token", error);
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

static RaGrant *
new_grant (RaSite *site,
           const char *who,
           const YyOrder *order,
           gint64 code,
           const char *session,
           GError **error)
{
  g_autoptr (RaGrant) grant = g_new0 (RaGrant, 1);
  g_autoptr (YySecret) id = yy_secret_new_random (32, HEX);
  g_autoptr (YySecret) key = yy_secret_new_random (64, HEX);
  g_autoptr (YySecret) cmp_secret = yy_secret_new_random (64, HEX);

  grant->id = g_strdup (yy_secret_bytes (id));
  grant->order = g_strdup (order->number);
  grant->token = g_strdup (order->token);
  grant->code = code;
  grant->state = RA_GRANT_AUTHORISED;
  grant->session = g_strdup (session);
  grant->key = ra_vault_encrypt (site->vault, "bearer", grant->id, key);
  grant->cmp_secret = ra_vault_encrypt (site->vault, "cmp-secret", grant->id, cmp_secret);
  if (ra_store_add_grant (site->store, grant, error) &&
      ra_store_audit (site->store, who, "grant.authorised", grant->id, order->number, error))
    return g_steal_pointer (&grant);
  return NULL;
}

/* The open grant of this code, or the closed one of the session that closed it, or a new one. */
static gboolean
choose_grant (RaSite *site,
              const char *who,
              RaActivation *activation,
              gint64 code,
              const char *session,
              GError **error)
{
  gboolean mine = FALSE;

  if (!ra_store_get_newest_grant (site->store, activation->order->number, &activation->grant,
                                  error))
    return FALSE;
  mine = activation->grant != NULL && g_str_equal (activation->grant->session, session);
  if (activation->order->state == YY_ORDER_COMPLETED)
    return mine || refuse (site, who, activation->order->number, RA_FAULT_CODE_USED,
                           "the order is completed", error);
  if (activation->grant != NULL && activation->grant->code == code &&
      (mine || activation->grant->state != RA_GRANT_CLOSED))
    return TRUE;
  g_clear_pointer (&activation->grant, ra_grant_free);
  activation->grant = new_grant (site, who, activation->order, code, session, error);
  return activation->grant != NULL;
}

RaActivation *
ra_activation_begin (RaSite *site,
                     const char *who,
                     const char *token,
                     const YySecret *code,
                     const char *session,
                     GError **error)
{
  g_autoptr (RaActivation) activation = g_new0 (RaActivation, 1);
  gint64 id = 0;

  activation->order = find_order (site, who, token, error);
  if (activation->order == NULL || !check_code (site, who, activation->order, code, &id, error) ||
      !choose_grant (site, who, activation, id, session, error) ||
      !ra_store_get_current_certificate (site->store, activation->order->number,
                                         &activation->certificate, error))
    return NULL;
  return g_steal_pointer (&activation);
}

YySecret *
ra_activation_key (RaSite *site, RaActivation *activation, GError **error)
{
  return ra_vault_decrypt (site->vault, "bearer", activation->grant->id, activation->grant->key,
                           error);
}

RaActivation *
ra_activation_open (RaSite *site,
                    const char *who,
                    const char *id,
                    const YySecret *key,
                    GError **error)
{
  g_autoptr (RaActivation) activation = g_new0 (RaActivation, 1);
  g_autoptr (YySecret) right = NULL;

  if (!ra_store_get_grant (site->store, id, &activation->grant, error))
    return NULL;
  if (activation->grant == NULL)
    {
      ra_fault_set (error, RA_FAULT_NOT_FOUND, "there is no such grant");
      return NULL;
    }
  right = ra_activation_key (site, activation, error);
  if (right == NULL)
    return NULL;
  if (key == NULL || !yy_secret_equal (key, right))
    {
      refuse (site, who, id, RA_FAULT_UNAUTHORIZED, "no, or a wrong, bearer key", error);
      return NULL;
    }
  if (!ra_store_get_order (site->store, activation->grant->order, &activation->order, error) ||
      !ra_store_get_current_certificate (site->store, activation->grant->order,
                                         &activation->certificate, error))
    return NULL;
  return g_steal_pointer (&activation);
}

/* Only the newest grant of an order may still do something. */
static gboolean
check_newest (RaSite *site, RaActivation *activation, GError **error)
{
  g_autoptr (RaGrant) newest = NULL;

  if (!ra_store_get_newest_grant (site->store, activation->grant->order, &newest, error))
    return FALSE;
  if (g_str_equal (newest->id, activation->grant->id))
    return TRUE;
  return ra_fault_set (error, RA_FAULT_CONFLICT, "another session has a newer grant");
}

/* Secrets are given out while the code that the grant was authorised with is the order's newest and
   would still be accepted. */
static gboolean
check_still_authorised (RaSite *site, const char *who, const RaGrant *grant, GError **error)
{
  g_autoptr (GPtrArray) codes = ra_store_list_codes (site->store, grant->order, error);
  const RaCode *newest = NULL;

  if (codes == NULL)
    return FALSE;
  newest = codes->pdata[0];
  if (newest->id != grant->code)
    return refuse (site, who, grant->id, RA_FAULT_CODE_VOID, "the code was replaced", error);
  return check_usable (site, who, newest, error);
}

static gboolean
set_grant (RaSite *site,
           const char *who,
           RaGrant *grant,
           RaGrantState state,
           const char *session,
           GError **error)
{
  g_autofree char *what = g_strconcat ("grant.", ra_grant_state_get_nick (state), NULL);
  g_autofree char *why = g_strdup_printf ("%s, session %.8s", grant->order, session);

  grant->state = state;
  if (!g_str_equal (grant->session, session))
    {
      g_free (grant->session);
      grant->session = g_strdup (session);
    }
  return ra_store_update_grant (site->store, grant, error) &&
         ra_store_audit (site->store, who, what, grant->id, why, error);
}

gboolean
ra_activation_release (RaSite *site,
                       const char *who,
                       RaActivation *activation,
                       YySecret **current,
                       YySecret **pending,
                       GError **error)
{
  RaGrant *grant = activation->grant;
  g_autoptr (RaToken) token = NULL;

  if (!check_newest (site, activation, error))
    return FALSE;
  if (grant->state == RA_GRANT_CLOSED)
    return ra_fault_set_state (error, "the grant is closed", "closed");
  if (!check_still_authorised (site, who, grant, error))
    return FALSE;
  if (!ra_store_get_token (site->store, grant->token, &token, error))
    return FALSE;
  *current = ra_preparation_so_pin (site, token, error);
  *pending = *current == NULL ? NULL : ra_preparation_next_so_pin (site, token, error);
  if (*pending == NULL)
    return FALSE;
  grant->state = MAX (grant->state, RA_GRANT_RELEASED);
  return ra_store_update_grant (site->store, grant, error) &&
         ra_store_audit (site->store, who, "grant.released", grant->id, grant->order, error);
}

YySecret *
ra_activation_cmp_secret (RaSite *site, const char *who, RaActivation *activation, GError **error)
{
  RaGrant *grant = activation->grant;

  if (!check_newest (site, activation, error) ||
      !check_still_authorised (site, who, grant, error) ||
      !ra_store_audit (site->store, who, "grant.cmp-secret", grant->id, grant->order, error))
    return NULL;
  return ra_vault_decrypt (site->vault, "cmp-secret", grant->id, grant->cmp_secret, error);
}

/* What a new state means for the token's SO PINs. */
static gboolean
rotate (RaSite *site, const char *serial, RaGrantState state, GError **error)
{
  g_autoptr (RaToken) token = NULL;

  if (!ra_store_get_token (site->store, serial, &token, error))
    return FALSE;
  if (state == RA_GRANT_ROTATED)
    {
      if (token->pending == NULL)
        return ra_fault_set_state (error, "no SO PIN was released for this", "authorised");
      g_clear_pointer (&token->previous, g_bytes_unref);
      token->previous = g_steal_pointer (&token->so_pin);
      token->so_pin = g_steal_pointer (&token->pending);
    }
  else
    {
      g_clear_pointer (&token->previous, g_bytes_unref);
      g_clear_pointer (&token->pending, g_bytes_unref);
    }
  return ra_store_save_token (site->store, token, error);
}

gboolean
ra_activation_report (RaSite *site,
                      const char *who,
                      RaActivation *activation,
                      const char *session,
                      RaGrantState state,
                      GError **error)
{
  RaGrant *grant = activation->grant;
  gboolean same = g_str_equal (grant->session, session);
  RaGrantState next = grant->state;

  if (!check_newest (site, activation, error) ||
      !ra_grant_next (grant->state, same, state, &next, error))
    return FALSE;
  if (same && next == grant->state)
    return TRUE;
  if (next >= RA_GRANT_ROTATED && !rotate (site, grant->token, next, error))
    return FALSE;
  return set_grant (site, who, grant, next, session, error) &&
         ra_activation_complete_if_done (site, who, activation, error);
}

gboolean
ra_activation_complete_if_done (RaSite *site,
                                const char *who,
                                RaActivation *activation,
                                GError **error)
{
  if (activation->order->state != YY_ORDER_READY || activation->certificate == NULL ||
      activation->certificate->state != RA_CERTIFICATE_CONFIRMED ||
      activation->grant->state != RA_GRANT_CLOSED)
    return TRUE;
  return ra_office_complete (site, who, activation->order, error);
}
