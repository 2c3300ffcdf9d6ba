/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-api-grant.h"

#include "ra/ra-fault.h"
#include "ra/ra-unlocking.h"
#include "ra/ra-verification.h"

gboolean
ra_api_send_code (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (YyOrder) order = ra_api_open_order (api, request, &who, error);
  g_autoptr (GError) local = NULL;
  gint64 message = 0;

  if (order == NULL)
    return FALSE;
  if (ra_verification_send (api->site, who, order, &message, &local))
    {
      ra_api_deliver (api, message);
      return ra_api_answer_order (api, order, NULL, answer, error);
    }
  if (!g_error_matches (local, RA_FAULT, RA_FAULT_RATE_LIMITED) ||
      ra_api_tell_limited (api, who, "send-code", order->token, error))
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
answer_grant (RaApi *api, const RaCase *one, RaAnswer *answer, GError **error)
{
  g_autoptr (YySecret) key = ra_grants_key (api->site, one->grant, error);
  JsonBuilder *builder = NULL;

  if (key == NULL)
    return FALSE;
  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  ra_api_add_order (builder, one->order);
  ra_api_add_grant (builder, one->grant, key);
  json_builder_end_object (builder);
  ra_api_set_json (answer, builder);
  return TRUE;
}

gboolean
ra_api_authorise (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (YyOrder) order = ra_api_open_order (api, request, &who, error);
  g_autoptr (JsonObject) body = order == NULL ? NULL : ra_api_parse (request, error);
  g_autofree char *token = order == NULL ? NULL : g_strdup (order->token);
  const char *session = NULL;
  g_autoptr (YySecret) code = NULL;
  g_autoptr (RaCase) one = NULL;
  g_autoptr (GError) local = NULL;

  if (body == NULL)
    return FALSE;
  if (!ra_api_get_code (api, request, who, token, body, &code, &session, error))
    return FALSE;
  one = ra_unlocking_begin (api->site, who, g_steal_pointer (&order), code, session, &local);
  if (one != NULL)
    return answer_grant (api, one, answer, error);
  ra_api_count_code (api, request, token, local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
