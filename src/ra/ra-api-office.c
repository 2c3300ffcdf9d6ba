/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-api.h"

#include "ra/ra-fault.h"
#include "ra/ra-preparation.h"

#define WRONG_KEYS_PER_ADDRESS 30

/* Every call of an office account is a login, and is in the log with its path. */
static gboolean
authenticate (RaApi *api, const RaRequest *request, char **who, GError **error)
{
  g_autoptr (GBytes) hash = NULL;
  g_autofree char *name = NULL;
  const RaRate rate = { .kind = "key", .per_address = WRONG_KEYS_PER_ADDRESS };

  /* First of all: the path goes into the log, and could have lines of its own in it. */
  if (!ra_preparation_check_serial (request->variables[0]))
    return ra_fault_set (error, RA_FAULT_MALFORMED, "the serial number is malformed");
  if (!ra_api_check_rate (api, request, request->address, &rate, error))
    return FALSE;
  if (request->bearer != NULL)
    {
      hash = ra_vault_hash (api->site->vault, "account", "", request->bearer);
      if (!ra_store_find_account (api->site->store, hash, &name, error))
        return FALSE;
    }
  if (name == NULL)
    {
      ra_api_count (api, request, &rate);
      return ra_store_audit (api->site->store, request->address, "office.refused", request->path,
                             "no, or a wrong, key", error) &&
             ra_fault_set (error, RA_FAULT_UNAUTHORIZED, "an office account's key is needed");
    }
  *who = g_strdup_printf ("office:%s %s", name, request->address);
  return ra_store_audit (api->site->store, *who, "office.login", request->path, NULL, error);
}

static void
answer_token (RaAnswer *answer, const char *serial, const char *order, const char *state)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "serial");
  json_builder_add_string_value (builder, serial);
  json_builder_set_member_name (builder, "order");
  if (order == NULL)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, order);
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (builder, state);
  json_builder_end_object (builder);
  ra_api_set_json (answer, builder);
}

gboolean
ra_api_show_token (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (RaToken) token = NULL;
  const char *serial = request->variables[0];

  if (!authenticate (api, request, &who, error) ||
      !ra_store_get_token (api->site->store, serial, &token, error))
    return FALSE;
  answer_token (answer, serial, token == NULL ? NULL : token->order,
                token == NULL ? "unknown" : token->state);
  return TRUE;
}

static gboolean
is_empty (JsonNode *node)
{
  return node == NULL ||
         (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
          *json_node_get_string (node) == '\0');
}

gboolean
ra_api_prepare (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (JsonObject) body =
      authenticate (api, request, &who, error) ? ra_api_parse (request, error) : NULL;
  const char *order = body == NULL ? NULL : ra_api_get_text (body, "order", 32, error);
  const char *model = "";
  g_autoptr (YySecret) present = NULL;
  g_autoptr (YySecret) next = NULL;
  g_autofree char *label = NULL;

  /* Some tokens have no model. */
  if (order != NULL && !is_empty (json_object_get_member (body, "model")))
    model = ra_api_get_text (body, "model", 64, error);
  if (order == NULL || model == NULL ||
      !ra_preparation_begin (api->site, who, request->variables[0], model, order, &present, &next,
                             &label, error))
    return FALSE;
  ra_api_set_lines (answer, present, next);
  answer->label = g_uri_escape_string (label, NULL, FALSE);
  return TRUE;
}

gboolean
ra_api_prepared (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (JsonObject) body =
      authenticate (api, request, &who, error) ? ra_api_parse (request, error) : NULL;
  const char *order = body == NULL ? NULL : ra_api_get_text (body, "order", 32, error);

  if (order == NULL || !ra_preparation_finish (api->site, who, request->variables[0], order, error))
    return FALSE;
  answer_token (answer, request->variables[0], order, "prepared");
  return TRUE;
}
