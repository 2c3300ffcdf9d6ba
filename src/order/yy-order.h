/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-order-state.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * YyOrder:
 * @number: the order's number, %NULL before it was registered
 * @organization: 单位名称; becomes CN and O of the certificate
 * @organization_document_type: "credit-code" (统一社会信用代码) or "other"
 * @organization_document_number: becomes serialNumber of the certificate
 * @organization_country: two letters (ISO 3166-1)
 * @organization_address: 单位法定住所
 * @organization_type: "enterprise", "institution", "government", "association" or "individual"
 * @agent_name: 经办人
 * @agent_document_type: "identity-card", "passport", "permit" or "other"
 * @agent_mobile: where text messages go
 * @years: 1 to 5
 * @seal_name: text of the seal, only with @seal
 * @agent_matches: the five details are those of the token's last order (yy_agent_match())
 * @rejected: the office rejected it, or one with the same details since the token's last order;
 * only the service knows, it is not in the JSON form
 * @token: (nullable): serial number of the token linked to it
 * @reason: (nullable): why it was rejected, or what is to be corrected
 * @created: seconds since 1970
 *
 * One order. A plain record with one owner; strings that are not there are %NULL. An order to
 * unlock a token has only five details: @organization, @agent_name, @agent_document_type,
 * @agent_document_number and @agent_mobile.
 */
typedef struct
{
  char *number;
  YyOrderType type;
  YyOrderState state;
  gboolean paid;
  char *organization;
  char *organization_document_type;
  char *organization_document_number;
  char *organization_country;
  char *organization_province;
  char *organization_city;
  char *organization_address;
  char *organization_phone;
  char *organization_type;
  char *agent_name;
  char *agent_document_type;
  char *agent_document_number;
  char *agent_mobile;
  char *agent_email;
  guint years;
  gboolean seal;
  char *seal_name;
  gboolean agent_matches;
  gboolean rejected;
  char *token;
  char *reason;
  gint64 created;
  gint64 updated;
} YyOrder;

YyOrder *yy_order_new (YyOrderType type);
void yy_order_free (YyOrder *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyOrder, yy_order_free)

/**
 * yy_order_get_documents:
 *
 * Returns: #YyDocuments to be handed in: none when the agent matches, unless the office rejected it
 */
guint yy_order_get_documents (const YyOrder *order);

/**
 * yy_order_check:
 *
 * Checks every field against the rules.
 *
 * Returns: %TRUE, or %FALSE with %YY_ERROR_INVALID_DATA that names the first field that is wrong,
 *   as in "organization.document-number"
 */
gboolean yy_order_check (const YyOrder *order, GError **error);

/**
 * yy_order_check_field:
 * @group: "organization", "agent" or "order"
 * @key: as in a key file: "document-number"
 *
 * For checking a form while it is filled in.
 *
 * Returns: (nullable): what is wrong with this field, translated, without a capital letter and a
 *   full stop; %NULL when nothing is
 */
const char *yy_order_check_field (const YyOrder *order, const char *group, const char *key);

/**
 * yy_order_tidy:
 *
 * Takes away what only typing leaves: spaces around texts, and in numbers spaces, full-width digits
 * and small letters. For what a person typed; whoever receives an order takes it as it is.
 */
void yy_order_tidy (YyOrder *order);

/**
 * yy_order_new_from_key_file:
 * @bytes: a key file with the groups [organization], [agent] and [order];
 * data/profiles/demo-order.ini is the documented example, data/profiles/demo-unlock.ini the one for
 * unlocking
 *
 * Returns: (transfer full): a draft, tidied, that passed yy_order_check(), or %NULL with
 *   %YY_ERROR_INVALID_DATA
 */
YyOrder *yy_order_new_from_key_file (GBytes *bytes, GError **error);

/**
 * yy_order_to_json:
 *
 * Returns: (transfer full): an object; field names are those of the key file with "_" for "-", in
 *   "organization" and "agent", the rest beside them
 */
JsonNode *yy_order_to_json (const YyOrder *order);

/**
 * yy_order_new_from_json:
 * @node: hostile input
 *
 * Returns: (transfer full): what yy_order_to_json() made, checked; or %NULL with
 *   %YY_ERROR_INVALID_DATA
 */
YyOrder *yy_order_new_from_json (JsonNode *node, GError **error);

G_END_DECLS
