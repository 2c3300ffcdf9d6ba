/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-api-grant.h"

#include "ra/ra-activation.h"
#include "ra/ra-fault.h"
#include "ra/ra-grant.h"
#include "ra/ra-unlocking.h"

#include <string.h>

void
ra_api_add_order (JsonBuilder *builder, const YyOrder *order)
{
  json_builder_set_member_name (builder, "order");
  json_builder_begin_object (builder);
  ra_api_add_text (builder, "number", order->number);
  ra_api_add_text (builder, "type", yy_order_type_get_info (order->type)->nick);
  ra_api_add_text (builder, "state", yy_order_state_get_nick (order->state));
  ra_api_add_text (builder, "organization", order->organization);
  if (yy_order_type_get_info (order->type)->issues)
    {
      json_builder_set_member_name (builder, "years");
      json_builder_add_int_value (builder, order->years);
    }
  json_builder_end_object (builder);
}

void
ra_api_add_certificate (JsonBuilder *builder, const RaCertificate *certificate)
{
  g_autofree char *base64 = NULL;

  if (certificate == NULL)
    {
      json_builder_set_member_name (builder, "certificate");
      json_builder_add_null_value (builder);
      return;
    }
  base64 = g_base64_encode (g_bytes_get_data (certificate->der, NULL),
                            g_bytes_get_size (certificate->der));
  ra_api_add_text (builder, "certificate", base64);
}

/* The bearer key is a secret only until it is sent, and its buffer is the answer's own. */
void
ra_api_add_grant (JsonBuilder *builder, const RaGrant *grant, const YySecret *key)
{
  json_builder_set_member_name (builder, "grant");
  json_builder_begin_object (builder);
  ra_api_add_text (builder, "id", grant->id);
  ra_api_add_text (builder, "state", ra_grant_state_get_nick (grant->state));
  ra_api_add_text (builder, "session", grant->session);
  if (key != NULL)
    ra_api_add_text (builder, "key", yy_secret_bytes (key));
  json_builder_end_object (builder);
}

static gboolean
is_session (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isxdigit (*c))
      return FALSE;
  return strlen (text) == 32;
}

static RaRate
rate_of (RaApi *api, const char *token)
{
  const RaRules *rules = api->site->rules;

  return (RaRate){ "code", token, rules->wrong_codes_per_address, rules->wrong_codes_per_token };
}

gboolean
ra_api_get_code (RaApi *api,
                 const RaRequest *request,
                 const char *who,
                 const char *token,
                 JsonObject *body,
                 YySecret **code,
                 const char **session,
                 GError **error)
{
  const RaRate rate = rate_of (api, token);
  const char *typed = ra_api_get_text (body, "code", 16, error);

  *session = typed == NULL ? NULL : ra_api_get_text (body, "session", 32, error);
  if (*session == NULL)
    return FALSE;
  if (!is_session (*session))
    return ra_fault_set (error, RA_FAULT_MALFORMED, "“session” is malformed");
  if (!ra_api_check_rate (api, request, who, &rate, error))
    return FALSE;
  *code = yy_secret_new (typed, strlen (typed));
  return TRUE;
}

/* Every answer to a code but the good one may be that to a guess. */
void
ra_api_count_code (RaApi *api, const RaRequest *request, const char *token, const GError *error)
{
  static const RaFault counted[] = { RA_FAULT_CODE_INCORRECT, RA_FAULT_CODE_VOID,
                                     RA_FAULT_CODE_EXPIRED, RA_FAULT_CODE_USED,
                                     RA_FAULT_NOT_FOUND };
  const RaRate rate = rate_of (api, token);

  for (guint i = 0; i < G_N_ELEMENTS (counted); i++)
    if (g_error_matches (error, RA_FAULT, (int) counted[i]))
      ra_api_count (api, request, &rate);
}

RaCase *
ra_api_open_grant (RaApi *api, const RaRequest *request, GError **error)
{
  g_autoptr (GError) local = NULL;
  RaCase *one = ra_grants_open (api->site, request->variables[0], request->bearer, &local);

  if (one != NULL)
    return one;
  if (!g_error_matches (local, RA_FAULT, RA_FAULT_UNAUTHORIZED) ||
      ra_api_tell_wrong_key (api, request, "grant", error))
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

gboolean
ra_api_release (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (RaCase) one = ra_api_open_grant (api, request, error);
  g_autoptr (YySecret) current = NULL;
  g_autoptr (YySecret) pending = NULL;
  g_autofree char *who = NULL;

  if (one == NULL)
    return FALSE;
  who = ra_api_client_name (request, one->grant->token);
  if (!ra_grants_release (api->site, who, one, &current, &pending, error))
    return FALSE;
  ra_api_set_lines (answer, current, pending);
  return TRUE;
}

static void
answer_grant (const RaGrant *grant, RaAnswer *answer)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  ra_api_add_grant (builder, grant, NULL);
  json_builder_end_object (builder);
  ra_api_set_json (answer, builder);
}

static gboolean
complete_if_done (RaApi *api, const char *who, RaCase *one, GError **error)
{
  RaNotices notices = { 0 };

  if (yy_order_type_get_info (one->order->type)->issues)
    return ra_activation_complete_if_done (api->site, who, one, error);
  if (!ra_unlocking_complete_if_done (api->site, who, one, &notices, error))
    return FALSE;
  ra_api_deliver (api, notices.former);
  ra_api_deliver (api, notices.agent);
  return TRUE;
}

gboolean
ra_api_report (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (RaCase) one = ra_api_open_grant (api, request, error);
  g_autoptr (JsonObject) body = one == NULL ? NULL : ra_api_parse (request, error);
  const char *session = body == NULL ? NULL : ra_api_get_text (body, "session", 32, error);
  const char *nick = session == NULL ? NULL : ra_api_get_text (body, "state", 16, error);
  RaGrantState state = RA_GRANT_AUTHORISED;
  g_autofree char *who = NULL;

  if (nick == NULL)
    return FALSE;
  if (!is_session (session) || !ra_grant_state_from_nick (nick, &state))
    return ra_fault_set (error, RA_FAULT_MALFORMED, "“session” or “state” is malformed");
  who = ra_api_client_name (request, one->grant->token);
  if (!ra_grants_report (api->site, who, one, session, state, error) ||
      !complete_if_done (api, who, one, error))
    return FALSE;
  answer_grant (one->grant, answer);
  return TRUE;
}

gboolean
ra_api_lose_so_pin (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (RaCase) one = ra_api_open_grant (api, request, error);
  g_autofree char *who = NULL;

  if (one == NULL)
    return FALSE;
  who = ra_api_client_name (request, one->grant->token);
  if (!ra_grants_lose_so_pin (api->site, who, one, error))
    return FALSE;
  answer_grant (one->grant, answer);
  return TRUE;
}

gboolean
ra_api_look (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (RaCase) one = ra_api_open_grant (api, request, error);
  JsonBuilder *builder = NULL;

  if (one == NULL)
    return FALSE;
  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  ra_api_add_order (builder, one->order);
  ra_api_add_certificate (builder, one->certificate);
  json_builder_end_object (builder);
  ra_api_set_json (answer, builder);
  return TRUE;
}
