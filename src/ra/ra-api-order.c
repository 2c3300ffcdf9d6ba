/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-api.h"

#include "ra/ra-client-order.h"
#include "ra/ra-fault.h"
#include "ra/ra-order-view.h"
#include "ra/ra-preparation.h"

#define MAX_TEXT 512

static JsonObject *
get_object (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autofree char *message = NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  message = g_strdup_printf ("“%s” must be an object", name);
  ra_fault_set (error, RA_FAULT_MALFORMED, message);
  return NULL;
}

/* Copies a text into a field of an order; the rules for it are looked at later. */
static gboolean
take_text (JsonObject *object, const char *name, char **field, GError **error)
{
  const char *text = ra_api_get_text (object, name, MAX_TEXT, error);

  *field = g_strdup (text);
  return text != NULL;
}

static gboolean
check_details (const YyOrder *details, GError **error)
{
  g_autoptr (GError) local = NULL;

  return yy_order_check (details, &local) ||
         ra_fault_set (error, RA_FAULT_MALFORMED, local->message);
}

/* The five details, and which order they are for. */
static YyOrder *
parse_details (JsonObject *body, YyOrderType type, const char *token, GError **error)
{
  g_autoptr (YyOrder) details = yy_order_new (type);
  JsonObject *organization = get_object (body, "organization", error);
  JsonObject *agent = organization == NULL ? NULL : get_object (body, "agent", error);

  details->token = g_strdup (token);
  if (agent == NULL || !take_text (organization, "name", &details->organization, error) ||
      !take_text (agent, "name", &details->agent_name, error) ||
      !take_text (agent, "document_type", &details->agent_document_type, error) ||
      !take_text (agent, "document_number", &details->agent_document_number, error) ||
      !take_text (agent, "mobile", &details->agent_mobile, error) ||
      !check_details (details, error))
    return NULL;
  return g_steal_pointer (&details);
}

gboolean
ra_api_answer_order (RaApi *api,
                     const YyOrder *order,
                     const YySecret *key,
                     RaAnswer *answer,
                     GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  if (!ra_order_view_add (builder, api->site, order, error))
    return FALSE;
  if (key != NULL)
    {
      json_builder_set_member_name (builder, "key");
      json_builder_add_string_value (builder, yy_secret_bytes (key));
    }
  json_builder_end_object (builder);
  ra_api_set_json (answer, g_steal_pointer (&builder));
  return TRUE;
}

/* Comparisons from one address: a guess costs the same whether it is right or wrong. Those of a
   token are counted in the store (ra-agent-check.c). */
static gboolean
check_address (RaApi *api, const RaRequest *request, const char *who, GError **error)
{
  const RaRate rate = { .kind = "match", .per_address = api->site->rules->matches_per_address };

  if (!ra_api_check_rate (api, request, who, &rate, error))
    return FALSE;
  ra_api_count (api, request, &rate);
  return TRUE;
}

gboolean
ra_api_begin_order (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (JsonObject) body = ra_api_parse (request, error);
  const char *nick = body == NULL ? NULL : ra_api_get_text (body, "type", 16, error);
  const char *token = nick == NULL ? NULL : ra_api_get_text (body, "token", 64, error);
  g_autoptr (YyOrder) details = NULL;
  g_autoptr (YyOrder) order = NULL;
  g_autoptr (YySecret) key = NULL;
  g_autofree char *who = NULL;
  YyOrderType type = YY_ORDER_APPLY;

  if (token == NULL)
    return FALSE;
  if (!yy_order_type_from_nick (nick, &type) || type != YY_ORDER_UNLOCK ||
      !ra_preparation_check_serial (token))
    return ra_fault_set (error, RA_FAULT_MALFORMED, "“type” or “token” is malformed");
  details = parse_details (body, type, token, error);
  who = ra_api_client_name (request, token);
  if (details == NULL || !check_address (api, request, who, error))
    return FALSE;
  order = ra_client_order_begin (api->site, who, details, &key, error);
  return order != NULL && ra_api_answer_order (api, order, key, answer, error);
}

YyOrder *
ra_api_open_order (RaApi *api, const RaRequest *request, char **who, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (YyOrder) order =
      ra_client_order_open (api->site, request->variables[0], request->bearer, &local);

  *who = order == NULL ? NULL : ra_api_client_name (request, order->token);
  if (order != NULL)
    return g_steal_pointer (&order);
  if (!g_error_matches (local, RA_FAULT, RA_FAULT_UNAUTHORIZED) ||
      ra_api_tell_wrong_key (api, request, "order", error))
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

gboolean
ra_api_show_order (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (YyOrder) order = ra_api_open_order (api, request, &who, error);

  return order != NULL && ra_api_answer_order (api, order, NULL, answer, error);
}

gboolean
ra_api_correct_order (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (YyOrder) order = ra_api_open_order (api, request, &who, error);
  g_autoptr (JsonObject) body = order == NULL ? NULL : ra_api_parse (request, error);
  g_autoptr (YyOrder) details =
      body == NULL ? NULL : parse_details (body, order->type, order->token, error);

  return details != NULL && check_address (api, request, who, error) &&
         ra_client_order_correct (api->site, who, order, details, error) &&
         ra_api_answer_order (api, order, NULL, answer, error);
}

gboolean
ra_api_submit_order (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (YyOrder) order = ra_api_open_order (api, request, &who, error);

  return order != NULL && ra_client_order_submit (api->site, who, order, error) &&
         ra_api_answer_order (api, order, NULL, answer, error);
}

gboolean
ra_api_withdraw_order (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (YyOrder) order = ra_api_open_order (api, request, &who, error);

  return order != NULL && ra_client_order_withdraw (api->site, who, order, error) &&
         ra_api_answer_order (api, order, NULL, answer, error);
}
