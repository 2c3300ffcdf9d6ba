/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-client-order.h"

#include "order/yy-agent-match.h"
#include "ra/ra-agent-check.h"
#include "ra/ra-fault.h"
#include "ra/ra-office.h"

#define HEX "0123456789abcdef"
/* Orders of one token that wait for documents or the office, each with other details. */
#define MAX_UNMATCHED 5

static gboolean
refuse (RaSite *site,
        const char *who,
        const char *subject,
        RaFault fault,
        const char *message,
        GError **error)
{
  return ra_store_audit (site->store, who, "order.refused", subject, message, error) &&
         ra_fault_set (error, fault, message);
}

static gboolean
refuse_state (const YyOrder *order, const char *message, GError **error)
{
  return ra_fault_set_state (error, message, yy_order_state_get_nick (order->state));
}

/* @key is NULL for an order that was not begun in a client. */
static gboolean
get_key (RaSite *site, const char *number, YySecret **key, GError **error)
{
  g_autoptr (GBytes) sealed = NULL;

  *key = NULL;
  if (!ra_store_get_access (site->store, number, &sealed, error))
    return FALSE;
  if (sealed == NULL)
    return TRUE;
  *key = ra_vault_decrypt (site->vault, "order-access", number, sealed, error);
  return *key != NULL;
}

static YySecret *
make_key (RaSite *site, const char *number, GError **error)
{
  g_autoptr (YySecret) key = yy_secret_new_random (64, HEX);
  g_autoptr (GBytes) sealed = ra_vault_encrypt (site->vault, "order-access", number, key);

  if (!ra_store_set_access (site->store, number, sealed, error))
    return NULL;
  return g_steal_pointer (&key);
}

static gboolean
check_token (RaSite *site, const char *who, const char *serial, GError **error)
{
  g_autoptr (RaToken) token = NULL;

  if (!ra_store_get_token (site->store, serial, &token, error))
    return FALSE;
  if (token == NULL)
    return refuse (site, who, serial, RA_FAULT_NOT_FOUND, "there is no such token", error);
  if (g_str_equal (token->state, "issued"))
    return TRUE;
  return ra_store_audit (site->store, who, "order.refused", serial, "never activated", error) &&
         ra_fault_set_state (error, "the token was never activated", token->state);
}

/* Whether the details are those of the last order, and whether the office rejected them since:
   withdrawing what was rejected and beginning anew does not get round it. */
static gboolean
compare (RaSite *site,
         const char *who,
         const YyOrder *details,
         gboolean *matches,
         gboolean *rejected,
         GError **error)
{
  g_autoptr (GPtrArray) orders = NULL;

  if (!ra_agent_check (site, who, details, matches, error))
    return FALSE;
  orders = ra_store_list_rejected_orders (site->store, details->token, details->type, error);
  for (guint i = 0; orders != NULL && i < orders->len; i++)
    *rejected = *rejected || yy_agent_match (orders->pdata[i], details);
  return orders != NULL;
}

static YyOrder *
find_same (GPtrArray *orders, const YyOrder *details)
{
  for (guint i = 0; i < orders->len; i++)
    if (yy_agent_match (orders->pdata[i], details))
      return g_ptr_array_steal_index (orders, i);
  return NULL;
}

/* Whoever knows a token's number can begin orders for it, so they must not keep its owner out: of
   those that wait for their applicant, be it after a rejection, the one that nobody has touched for
   longest makes room. */
static gboolean
make_room (RaSite *site, const char *who, GPtrArray *orders, GError **error)
{
  YyOrder *oldest = NULL;
  guint unmatched = 0;

  for (guint i = 0; i < orders->len; i++)
    {
      YyOrder *order = orders->pdata[i];

      unmatched += order->agent_matches ? 0 : 1;
      if (!order->agent_matches && ra_client_order_is_correctable (order))
        oldest = order;
    }
  if (unmatched < MAX_UNMATCHED)
    return TRUE;
  if (oldest != NULL)
    return ra_office_withdraw (site, who, oldest, "made room for another one", error);
  return refuse (site, who, orders->len > 0 ? ((YyOrder *) orders->pdata[0])->token : "",
                 RA_FAULT_CONFLICT, "too many orders for this token are being reviewed", error);
}

static void
copy_details (YyOrder *order, const YyOrder *details)
{
  g_free (order->organization);
  g_free (order->agent_name);
  g_free (order->agent_document_type);
  g_free (order->agent_document_number);
  g_free (order->agent_mobile);
  order->organization = g_strdup (details->organization);
  order->agent_name = g_strdup (details->agent_name);
  order->agent_document_type = g_strdup (details->agent_document_type);
  order->agent_document_number = g_strdup (details->agent_document_number);
  order->agent_mobile = g_strdup (details->agent_mobile);
}

static gboolean
has_details (const YyOrder *order, const YyOrder *details)
{
  return g_strcmp0 (order->organization, details->organization) == 0 &&
         g_strcmp0 (order->agent_name, details->agent_name) == 0 &&
         g_strcmp0 (order->agent_document_type, details->agent_document_type) == 0 &&
         g_strcmp0 (order->agent_document_number, details->agent_document_number) == 0 &&
         g_strcmp0 (order->agent_mobile, details->agent_mobile) == 0;
}

/* Handed in, and complete. */
static gboolean
hand_in (RaSite *site, const char *who, YyOrder *order, GError **error)
{
  YyOrderEvent event = order->state == YY_ORDER_DRAFT ? YY_ORDER_SUBMIT : YY_ORDER_CORRECT;
  const char *why = yy_order_get_documents (order) == 0 ? "the agent is the one of the last order"
                                                        : "the documents are complete";

  g_clear_pointer (&order->reason, g_free);
  return ra_office_happen (site, who, order, event, NULL, error) &&
         ra_office_happen (site, who, order, YY_ORDER_ACCEPT, why, error);
}

/* With the details of the last order there is nothing to wait for. */
static gboolean
hand_in_if_known (RaSite *site, const char *who, YyOrder *order, GError **error)
{
  return yy_order_get_documents (order) != 0 || hand_in (site, who, order, error);
}

static YyOrder *
add_order (RaSite *site,
           const char *who,
           const YyOrder *details,
           gboolean matches,
           gboolean rejected,
           YySecret **key,
           GError **error)
{
  g_autoptr (YyOrder) order = yy_order_new (details->type);

  copy_details (order, details);
  order->token = g_strdup (details->token);
  order->agent_matches = matches;
  order->rejected = rejected;
  if (!ra_store_add_order (site->store, order, error) ||
      !ra_store_audit (site->store, who, "order.add", order->number, "draft", error))
    return NULL;
  *key = make_key (site, order->number, error);
  if (*key == NULL || !hand_in_if_known (site, who, order, error))
    return NULL;
  return g_steal_pointer (&order);
}

YyOrder *
ra_client_order_begin (RaSite *site,
                       const char *who,
                       const YyOrder *details,
                       YySecret **key,
                       GError **error)
{
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (YyOrder) same = NULL;
  gboolean matches = FALSE;
  gboolean rejected = FALSE;

  *key = NULL;
  if (!check_token (site, who, details->token, error) ||
      !compare (site, who, details, &matches, &rejected, error))
    return NULL;
  open = ra_store_list_open_orders (site->store, details->token, details->type, error);
  if (open == NULL)
    return NULL;
  same = find_same (open, details);
  if (same == NULL)
    return matches || make_room (site, who, open, error)
               ? add_order (site, who, details, matches, rejected, key, error)
               : NULL;
  if (!get_key (site, same->number, key, error))
    return NULL;
  if (*key == NULL)
    *key = make_key (site, same->number, error);
  return *key == NULL ? NULL : g_steal_pointer (&same);
}

static gboolean
check_key (RaSite *site, const char *number, const YySecret *key, GError **error)
{
  g_autoptr (YySecret) right = NULL;

  if (!get_key (site, number, &right, error))
    return FALSE;
  return (right != NULL && key != NULL && yy_secret_equal (key, right)) ||
         ra_fault_set (error, RA_FAULT_UNAUTHORIZED, RA_FAULT_WRONG_KEY);
}

YyOrder *
ra_client_order_open (RaSite *site, const char *number, const YySecret *key, GError **error)
{
  g_autoptr (YyOrder) order = NULL;

  if (!ra_store_get_order (site->store, number, &order, error))
    return NULL;
  if (order == NULL)
    ra_fault_set (error, RA_FAULT_NOT_FOUND, "there is no such order");
  else if (check_key (site, number, key, error))
    return g_steal_pointer (&order);
  return NULL;
}

gboolean
ra_client_order_is_correctable (const YyOrder *order)
{
  return order->state == YY_ORDER_DRAFT || order->state == YY_ORDER_REJECTED ||
         order->state == YY_ORDER_CORRECTION_REQUESTED;
}

/* The form has the details printed on it. */
static gboolean
drop_form (RaSite *site, const YyOrder *order, GError **error)
{
  const char *form = yy_document_get_nick (YY_DOCUMENT_CERTIFICATE_FORM);

  return ra_store_drop_document (site->store, order->number, form, error) &&
         ra_store_drop_upload (site->store, order->number, form, error);
}

gboolean
ra_client_order_correct (RaSite *site,
                         const char *who,
                         YyOrder *order,
                         const YyOrder *details,
                         GError **error)
{
  gboolean same = has_details (order, details);

  if (!ra_client_order_is_correctable (order))
    return same || refuse_state (order, "the order can no longer be corrected", error);
  if (!compare (site, who, details, &order->agent_matches, &order->rejected, error))
    return FALSE;
  copy_details (order, details);
  if (!ra_store_update_details (site->store, order, error) ||
      !ra_store_audit (site->store, who, "order.details", order->number,
                       same ? "as they were" : "changed", error) ||
      (!same && !drop_form (site, order, error)))
    return FALSE;
  return hand_in_if_known (site, who, order, error);
}

/* One that is being replaced is not there yet. */
static gboolean
has_document (RaSite *site, const YyOrder *order, YyDocuments which, gboolean *has, GError **error)
{
  const char *name = yy_document_get_nick (which);
  g_autoptr (RaDocument) document = NULL;
  g_autoptr (RaUpload) upload = NULL;

  if (!ra_store_get_document (site->store, order->number, name, &document, error) ||
      !ra_store_get_upload (site->store, order->number, name, &upload, error))
    return FALSE;
  *has = document != NULL && upload == NULL;
  return TRUE;
}

static gboolean
is_complete (RaSite *site, const YyOrder *order, gboolean *complete, GError **error)
{
  guint wanted = yy_order_get_documents (order);

  *complete = TRUE;
  for (guint bit = 1; bit != 0 && bit <= wanted && *complete; bit <<= 1)
    if ((wanted & bit) != 0 && !has_document (site, order, (YyDocuments) bit, complete, error))
      return FALSE;
  return TRUE;
}

gboolean
ra_client_order_submit (RaSite *site, const char *who, YyOrder *order, GError **error)
{
  gboolean complete = FALSE;

  if (order->state == YY_ORDER_WITHDRAWN || order->state == YY_ORDER_REFUNDED)
    return refuse_state (order, "the order was withdrawn", error);
  /* It was handed in before, and the answer was lost. */
  if (!ra_client_order_is_correctable (order))
    return TRUE;
  if (!is_complete (site, order, &complete, error))
    return FALSE;
  if (!complete)
    return refuse_state (order, "a document is missing", error);
  return hand_in (site, who, order, error);
}

gboolean
ra_client_order_withdraw (RaSite *site, const char *who, YyOrder *order, GError **error)
{
  if (order->state == YY_ORDER_WITHDRAWN)
    return TRUE;
  if (order->state == YY_ORDER_COMPLETED || order->state == YY_ORDER_REFUNDED)
    return refuse_state (order, "the order is completed", error);
  return ra_office_withdraw (site, who, order, "by the applicant", error);
}
