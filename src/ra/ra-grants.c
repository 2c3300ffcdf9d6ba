/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-grants.h"

#include "ra/ra-codes.h"
#include "ra/ra-grant.h"
#include "ra/ra-preparation.h"

#define HEX "0123456789abcdef"

void
ra_case_free (RaCase *one)
{
  g_clear_pointer (&one->order, yy_order_free);
  g_clear_pointer (&one->grant, ra_grant_free);
  g_clear_pointer (&one->certificate, ra_certificate_free);
  g_free (one);
}

/* A grant that issues nothing has no secret for it. */
static GBytes *
new_cmp_secret (RaSite *site, const YyOrder *order, const char *id)
{
  g_autoptr (YySecret) secret = NULL;

  if (!yy_order_type_get_info (order->type)->issues)
    return g_bytes_new (NULL, 0);
  secret = yy_secret_new_random (64, HEX);
  return ra_vault_encrypt (site->vault, "cmp-secret", id, secret);
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

  grant->id = g_strdup (yy_secret_bytes (id));
  grant->order = g_strdup (order->number);
  grant->token = g_strdup (order->token);
  grant->code = code;
  grant->state = RA_GRANT_AUTHORISED;
  grant->session = g_strdup (session);
  grant->key = ra_vault_encrypt (site->vault, "bearer", grant->id, key);
  grant->cmp_secret = new_cmp_secret (site, order, grant->id);
  if (ra_store_add_grant (site->store, grant, error) &&
      ra_store_audit (site->store, who, "grant.authorised", grant->id, order->number, error))
    return g_steal_pointer (&grant);
  return NULL;
}

static gboolean
is_newest (RaSite *site, const RaGrant *grant, gboolean *newest, GError **error)
{
  g_autoptr (RaGrant) found = NULL;

  if (!ra_store_get_newest_grant_of_token (site->store, grant->token, &found, error))
    return FALSE;
  *newest = found != NULL && g_str_equal (found->id, grant->id);
  return TRUE;
}

/* The open grant of this code, or the closed one of the session that closed it, or a new one. */
static gboolean
choose_grant (RaSite *site,
              const char *who,
              RaCase *one,
              gint64 code,
              const char *session,
              GError **error)
{
  gboolean mine = FALSE;
  gboolean newest = FALSE;

  if (!ra_store_get_newest_grant (site->store, one->order->number, &one->grant, error) ||
      (one->grant != NULL && !is_newest (site, one->grant, &newest, error)))
    return FALSE;
  mine = one->grant != NULL && g_str_equal (one->grant->session, session);
  if (one->order->state == YY_ORDER_COMPLETED)
    return mine || ra_codes_refuse (site, who, one->order->type, one->order->number,
                                    RA_FAULT_CODE_USED, "the order is completed", error);
  if (newest && one->grant->code == code && (mine || one->grant->state != RA_GRANT_CLOSED))
    return TRUE;
  g_clear_pointer (&one->grant, ra_grant_free);
  one->grant = new_grant (site, who, one->order, code, session, error);
  return one->grant != NULL;
}

RaCase *
ra_grants_begin (RaSite *site,
                 const char *who,
                 YyOrder *order,
                 const YySecret *code,
                 const char *session,
                 GError **error)
{
  g_autoptr (RaCase) one = g_new0 (RaCase, 1);
  gint64 id = 0;

  one->order = order;
  if (ra_codes_check (site, who, order, code, &id, error) &&
      choose_grant (site, who, one, id, session, error) &&
      ra_store_get_current_certificate (site->store, order->number, &one->certificate, error))
    return g_steal_pointer (&one);
  return NULL;
}

YySecret *
ra_grants_key (RaSite *site, const RaGrant *grant, GError **error)
{
  return ra_vault_decrypt (site->vault, "bearer", grant->id, grant->key, error);
}

RaCase *
ra_grants_open (RaSite *site, const char *id, const YySecret *key, GError **error)
{
  g_autoptr (RaCase) one = g_new0 (RaCase, 1);
  g_autoptr (YySecret) right = NULL;

  if (!ra_store_get_grant (site->store, id, &one->grant, error))
    return NULL;
  if (one->grant == NULL)
    {
      ra_fault_set (error, RA_FAULT_NOT_FOUND, "there is no such grant");
      return NULL;
    }
  if (!ra_store_get_order (site->store, one->grant->order, &one->order, error) ||
      !ra_store_get_current_certificate (site->store, one->grant->order, &one->certificate, error))
    return NULL;
  right = ra_grants_key (site, one->grant, error);
  if (right == NULL)
    return NULL;
  if (key != NULL && yy_secret_equal (key, right))
    return g_steal_pointer (&one);
  ra_fault_set (error, RA_FAULT_UNAUTHORIZED, RA_FAULT_WRONG_KEY);
  return NULL;
}

gboolean
ra_grants_check_current (RaSite *site, const RaCase *one, GError **error)
{
  gboolean newest = FALSE;

  if (!is_newest (site, one->grant, &newest, error))
    return FALSE;
  return newest || ra_fault_set (error, RA_FAULT_CONFLICT, "another session has a newer grant");
}

/* An order that was withdrawn or rejected meanwhile grants nothing any more. */
static gboolean
check_usable (RaSite *site, const RaCase *one, GError **error)
{
  if (!ra_grants_check_current (site, one, error))
    return FALSE;
  if (one->order->state == YY_ORDER_READY || one->order->state == YY_ORDER_COMPLETED)
    return TRUE;
  return ra_fault_set_state (error, "the order is not ready any more",
                             yy_order_state_get_nick (one->order->state));
}

/*
 * A token answers nobody who has lost its SO PIN, so what is kept has to follow one rule: the SO
 * PIN a token has is always its current or its pending one here. It holds because
 *  - the pending one is on the disk before anybody is told, and the same one is told again, in this
 *    and every later grant, until a client says that the token has it: an answer that was lost, a
 *    client that was cut off before or after it changed the token, or another client that goes on,
 *    makes no difference;
 *  - a grant changes the SO PIN once. When that is done its release names the new one twice.
 * Another client that still holds the pair from before finds that the second of the two opens the
 * token, and when it says “rotated”, too, it means that one: nothing newer was told to anybody that
 * it could be taken for;
 *  - only the newest grant of a token may report, so that nobody speaks of an SO PIN before last.
 * The one before is kept until the grant is closed, for people to look at should a token lose what
 * it acknowledged; it is never released.
 *
 * A service that was put back to an older copy of its database may know better than it seems:
 * copied after the release, its pending SO PIN is the token's, and the client goes on. Copied
 * before, both are wrong. Then the client has spent two tries, of the few that a token has, and
 * says so; the token is marked, and no later grant spends more, until the office has found out what
 * happened.
 */
static gboolean
rotate (RaSite *site, const char *serial, RaGrantState state, GError **error)
{
  g_autoptr (RaToken) token = NULL;

  if (!ra_store_get_token (site->store, serial, &token, error))
    return FALSE;
  if (state == RA_GRANT_ROTATED && token->pending == NULL)
    return TRUE;
  g_clear_pointer (&token->previous, g_bytes_unref);
  if (state == RA_GRANT_ROTATED)
    {
      token->previous = g_steal_pointer (&token->so_pin);
      token->so_pin = g_steal_pointer (&token->pending);
    }
  return ra_store_save_token (site->store, token, error);
}

/* See rotate() for when there is none any more. */
static YySecret *
get_pending (RaSite *site, const RaGrant *grant, RaToken *token, GError **error)
{
  return grant->state >= RA_GRANT_PIN_SET && token->pending == NULL
             ? ra_preparation_so_pin (site, token, error)
             : ra_preparation_next_so_pin (site, token, error);
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
ra_grants_release (RaSite *site,
                   const char *who,
                   RaCase *one,
                   YySecret **current,
                   YySecret **pending,
                   GError **error)
{
  RaGrant *grant = one->grant;
  g_autoptr (RaToken) token = NULL;

  if (!check_usable (site, one, error))
    return FALSE;
  if (grant->state == RA_GRANT_CLOSED)
    return ra_fault_set_state (error, "the grant is closed", "closed");
  if (!ra_codes_check_grant (site, who, one->order, grant, error) ||
      !ra_store_get_token (site->store, grant->token, &token, error))
    return FALSE;
  if (token->so_lost)
    return ra_codes_refuse (site, who, one->order->type, grant->id, RA_FAULT_SO_PIN_LOST,
                            "the token takes none of its SO PINs", error);
  *current = ra_preparation_so_pin (site, token, error);
  *pending = *current == NULL ? NULL : get_pending (site, grant, token, error);
  if (*pending == NULL)
    return FALSE;
  grant->state = MAX (grant->state, RA_GRANT_RELEASED);
  return ra_store_update_grant (site->store, grant, error) &&
         ra_store_audit (site->store, who, "grant.released", grant->id, grant->order, error);
}

gboolean
ra_grants_report (RaSite *site,
                  const char *who,
                  RaCase *one,
                  const char *session,
                  RaGrantState state,
                  GError **error)
{
  RaGrant *grant = one->grant;
  gboolean same = g_str_equal (grant->session, session);
  RaGrantState next = grant->state;

  if (!check_usable (site, one, error) || !ra_grant_next (grant->state, same, state, &next, error))
    return FALSE;
  if (same && next == grant->state)
    return TRUE;
  return (next < RA_GRANT_ROTATED || rotate (site, grant->token, next, error)) &&
         set_grant (site, who, grant, next, session, error);
}

gboolean
ra_grants_lose_so_pin (RaSite *site, const char *who, RaCase *one, GError **error)
{
  RaGrant *grant = one->grant;
  g_autoptr (RaToken) token = NULL;

  if (!check_usable (site, one, error))
    return FALSE;
  if (grant->state == RA_GRANT_AUTHORISED || grant->state == RA_GRANT_CLOSED)
    return ra_fault_set_state (error, "the grant is not released",
                               ra_grant_state_get_nick (grant->state));
  if (!ra_store_get_token (site->store, grant->token, &token, error))
    return FALSE;
  if (token->so_lost)
    return TRUE;
  token->so_lost = TRUE;
  return ra_store_save_token (site->store, token, error) &&
         ra_store_audit (site->store, who, "token.so-pin-lost", token->serial, grant->id, error);
}
