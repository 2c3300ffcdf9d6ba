/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-office.h"

#include "ra/ra-codes.h"

#include <glib/gi18n.h>

YyOrder *
ra_office_get_order (RaSite *site, const char *number, GError **error)
{
  YyOrder *order = NULL;

  if (!ra_store_get_order (site->store, number, &order, error))
    return NULL;
  if (order == NULL)
    g_set_error (error, YY_ERROR, YY_ERROR_REFUSED, _ ("There is no order %s"), number);
  return order;
}

static YyOrderFacts
facts_of (RaSite *site, const YyOrder *order)
{
  guint price = site->rules->fees[order->type];

  return (YyOrderFacts){ .fee = yy_order_type_get_fee (order->type, price, order->years),
                         .paid = order->paid,
                         .agent_matches = order->agent_matches,
                         .rejected = order->rejected };
}

gboolean
ra_office_happen (RaSite *site,
                  const char *who,
                  YyOrder *order,
                  YyOrderEvent event,
                  const char *why,
                  GError **error)
{
  const YyOrderFacts facts = facts_of (site, order);
  g_autofree char *what = g_strconcat ("order.", yy_order_event_get_nick (event), NULL);
  g_autofree char *detail = NULL;
  YyOrderState next = order->state;

  if (!yy_order_state_next (order->type, &facts, order->state, event, &next, error))
    return FALSE;
  detail =
      g_strdup_printf ("%s → %s%s%s", yy_order_state_get_nick (order->state),
                       yy_order_state_get_nick (next), why == NULL ? "" : ": ", why ? why : "");
  order->state = next;
  order->paid = order->paid || event == YY_ORDER_PAY;
  order->rejected = order->rejected || event == YY_ORDER_REJECT;
  return ra_store_update_order (site->store, order, error) &&
         ra_store_audit (site->store, who, what, order->number, detail, error);
}

gboolean
ra_office_add (RaSite *site, const char *who, YyOrder *order, GError **error)
{
  if (order->type != YY_ORDER_APPLY)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_REFUSED,
                   _ ("Orders of the type “%s” are not taken by this service yet"),
                   yy_order_type_get_info (order->type)->nick);
      return FALSE;
    }
  if (!ra_store_add_order (site->store, order, error) ||
      !ra_store_audit (site->store, who, "order.add", order->number, "draft", error) ||
      !ra_office_happen (site, who, order, YY_ORDER_SUBMIT, NULL, error) ||
      !ra_office_happen (site, who, order, YY_ORDER_ACCEPT, "documents handed in at the office",
                         error))
    return FALSE;
  return order->state != YY_ORDER_AWAITING_PAYMENT ||
         ra_office_happen (site, who, order, YY_ORDER_PAY, "marked as paid by the office", error);
}

static gboolean
has_prepared_token (RaSite *site, const YyOrder *order, gboolean *prepared, GError **error)
{
  g_autoptr (RaToken) token = NULL;

  if (order->token != NULL && !ra_store_get_token (site->store, order->token, &token, error))
    return FALSE;
  *prepared = token != NULL && g_strcmp0 (token->order, order->number) == 0 &&
              g_str_equal (token->state, "prepared");
  return TRUE;
}

static gboolean
pass_second_review (RaSite *site,
                    const char *who,
                    YyOrder *order,
                    RaNotices *notices,
                    GError **error)
{
  gboolean prepared = FALSE;

  if (!has_prepared_token (site, order, &prepared, error))
    return FALSE;
  if (!prepared)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_REFUSED,
                   _ ("No token was prepared for the order %s yet"), order->number);
      return FALSE;
    }
  if (order->state == YY_ORDER_PAPERS_AWAITED &&
      !ra_office_happen (site, who, order, YY_ORDER_RECEIVE_PAPERS, NULL, error))
    return FALSE;
  return ra_office_happen (site, who, order, YY_ORDER_APPROVE, "papers checked", error) &&
         ra_codes_send (site, who, order, &notices->agent, error);
}

static gboolean
pass_only_review (RaSite *site, const char *who, YyOrder *order, RaNotices *notices, GError **error)
{
  g_autoptr (YyOrder) last = NULL;

  return ra_store_get_last_order (site->store, order->token, &last, error) &&
         ra_office_happen (site, who, order, YY_ORDER_APPROVE, "documents checked", error) &&
         ra_sms_post_notices (site, order, last, site->rules->sms_unlock_approved, notices, error);
}

YyOrder *
ra_office_approve (RaSite *site,
                   const char *who,
                   const char *number,
                   RaNotices *notices,
                   GError **error)
{
  g_autoptr (YyOrder) order = ra_office_get_order (site, number, error);
  gboolean done = FALSE;

  *notices = (RaNotices){ 0 };
  if (order == NULL)
    return NULL;
  if (order->state == YY_ORDER_PAPERS_AWAITED || order->state == YY_ORDER_SECOND_REVIEW)
    done = pass_second_review (site, who, order, notices, error);
  else if (order->type == YY_ORDER_UNLOCK)
    done = pass_only_review (site, who, order, notices, error);
  else
    done = ra_office_happen (site, who, order, YY_ORDER_APPROVE, "first review passed", error);
  return done ? g_steal_pointer (&order) : NULL;
}

/* One that began in the client goes on there. */
static const char *
rejection_of (RaSite *site, const YyOrder *order)
{
  return order->type == YY_ORDER_UNLOCK ? site->rules->sms_unlock_rejected
                                        : site->rules->sms_rejected;
}

YyOrder *
ra_office_reject (RaSite *site,
                  const char *who,
                  const char *number,
                  const char *reason,
                  gint64 *message,
                  GError **error)
{
  g_autoptr (YyOrder) order = ra_office_get_order (site, number, error);

  *message = 0;
  if (order == NULL)
    return NULL;
  g_free (order->reason);
  order->reason = g_strdup (reason);
  if (ra_office_happen (site, who, order, YY_ORDER_REJECT, reason, error) &&
      ra_codes_end (site, order, RA_CODE_VOID, error) &&
      ra_sms_post (site, order, rejection_of (site, order), NULL, message, error))
    return g_steal_pointer (&order);
  return NULL;
}

YyOrder *
ra_office_resend (RaSite *site,
                  const char *who,
                  const char *number,
                  gint64 *message,
                  GError **error)
{
  g_autoptr (YyOrder) order = ra_office_get_order (site, number, error);

  *message = 0;
  if (order == NULL)
    return NULL;
  if (order->state != YY_ORDER_READY || !yy_order_type_get_info (order->type)->issues)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_REFUSED,
                   _ ("The order %s is in the state “%s”: there is no code to send"), number,
                   yy_order_state_get_title (order->state));
      return NULL;
    }
  return ra_codes_send (site, who, order, message, error) ? g_steal_pointer (&order) : NULL;
}

gboolean
ra_office_withdraw (RaSite *site, const char *who, YyOrder *order, const char *why, GError **error)
{
  gboolean draft = order->state == YY_ORDER_DRAFT;

  return ra_office_happen (site, who, order, YY_ORDER_WITHDRAW, why, error) &&
         ra_codes_end (site, order, RA_CODE_VOID, error) &&
         ra_store_forget_documents (site->store, order->number, draft, error);
}

RaToken *
ra_office_allow_token (RaSite *site, const char *who, const char *serial, GError **error)
{
  g_autoptr (RaToken) token = NULL;

  if (!ra_store_get_token (site->store, serial, &token, error))
    return NULL;
  if (token == NULL)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_REFUSED, _ ("There is no token %s"), serial);
      return NULL;
    }
  if (!token->so_lost)
    return g_steal_pointer (&token);
  token->so_lost = FALSE;
  if (ra_store_save_token (site->store, token, error) &&
      ra_store_audit (site->store, who, "token.allow", serial, NULL, error))
    return g_steal_pointer (&token);
  return NULL;
}

gboolean
ra_office_complete (RaSite *site, const char *who, YyOrder *order, GError **error)
{
  g_autoptr (RaToken) token = NULL;

  if (!ra_office_happen (site, who, order, YY_ORDER_COMPLETE, NULL, error) ||
      !ra_codes_end (site, order, RA_CODE_USED, error) ||
      !ra_store_get_token (site->store, order->token, &token, error))
    return FALSE;
  g_free (token->state);
  token->state = g_strdup ("issued");
  return ra_store_save_token (site->store, token, error);
}
