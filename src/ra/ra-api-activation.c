/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-api.h"

#include "ra/ra-activation.h"
#include "ra/ra-fault.h"
#include "ra/ra-grant.h"
#include "ra/ra-preparation.h"

#include <string.h>

#define LABEL_MAX 60

static char *
client_name (const char *token, const RaRequest *request)
{
  return g_strdup_printf ("token:%s %s", token, request->address);
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_base64 (JsonBuilder *builder, const char *name, const void *data, gsize length)
{
  g_autofree char *base64 = g_base64_encode (data, length);

  add_text (builder, name, base64);
}

static void
add_order (JsonBuilder *builder, const YyOrder *order)
{
  json_builder_set_member_name (builder, "order");
  json_builder_begin_object (builder);
  add_text (builder, "number", order->number);
  add_text (builder, "type", yy_order_type_get_info (order->type)->nick);
  add_text (builder, "state", yy_order_state_get_nick (order->state));
  add_text (builder, "organization", order->organization);
  json_builder_set_member_name (builder, "years");
  json_builder_add_int_value (builder, order->years);
  json_builder_end_object (builder);
}

static void
add_certificate (JsonBuilder *builder, const RaCertificate *certificate)
{
  if (certificate != NULL)
    {
      add_base64 (builder, "certificate", g_bytes_get_data (certificate->der, NULL),
                  g_bytes_get_size (certificate->der));
      return;
    }
  json_builder_set_member_name (builder, "certificate");
  json_builder_add_null_value (builder);
}

/* The bearer key is a secret only until it is sent, and its buffer is the answer's own. */
static void
add_grant (JsonBuilder *builder, const RaGrant *grant, const YySecret *key)
{
  json_builder_set_member_name (builder, "grant");
  json_builder_begin_object (builder);
  add_text (builder, "id", grant->id);
  add_text (builder, "state", ra_grant_state_get_nick (grant->state));
  add_text (builder, "session", grant->session);
  if (key != NULL)
    add_text (builder, "key", yy_secret_bytes (key));
  json_builder_end_object (builder);
}

static void
add_key (JsonBuilder *builder, RaSite *site, const YyOrder *order)
{
  g_autoptr (GBytes) id = ra_authority_key_id (site->authority, order->number);
  GString *hex = g_string_new (NULL);
  const guint8 *bytes = g_bytes_get_data (id, NULL);
  const char *end = NULL;
  g_autofree char *label = NULL;

  for (gsize i = 0; i < g_bytes_get_size (id); i++)
    g_string_append_printf (hex, "%02x", bytes[i]);
  g_utf8_validate (order->organization, (gssize) MIN (strlen (order->organization), LABEL_MAX),
                   &end);
  label = g_strndup (order->organization, (gsize) (end - order->organization));
  json_builder_set_member_name (builder, "key");
  json_builder_begin_object (builder);
  add_text (builder, "type", site->rules->key_type);
  json_builder_set_member_name (builder, "bits");
  json_builder_add_int_value (builder, site->rules->key_bits);
  add_text (builder, "id", hex->str);
  add_text (builder, "label", label);
  json_builder_end_object (builder);
  g_string_free (hex, TRUE);
}

static gboolean
add_subject (JsonBuilder *builder, const YyOrder *order, GError **error)
{
  g_autoptr (X509_NAME) name = ra_x509_subject (order, error);
  unsigned char *der = NULL;
  int length = name == NULL ? -1 : i2d_X509_NAME (name, &der);

  if (length <= 0)
    return FALSE;
  add_base64 (builder, "subject", der, (gsize) length);
  OPENSSL_free (der);
  return TRUE;
}

static gboolean
answer_activation (RaApi *api, RaActivation *activation, RaAnswer *answer, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (YySecret) key = ra_activation_key (api->site, activation, error);

  if (key == NULL)
    return FALSE;
  json_builder_begin_object (builder);
  add_order (builder, activation->order);
  add_grant (builder, activation->grant, key);
  json_builder_set_member_name (builder, "cmp");
  json_builder_begin_object (builder);
  add_text (builder, "reference", activation->grant->id);
  json_builder_end_object (builder);
  add_key (builder, api->site, activation->order);
  if (!add_subject (builder, activation->order, error))
    return FALSE;
  add_certificate (builder, activation->certificate);
  json_builder_end_object (builder);
  ra_api_set_json (answer, g_steal_pointer (&builder));
  return TRUE;
}

static gboolean
is_session (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isxdigit (*c))
      return FALSE;
  return strlen (text) == 32;
}

static gboolean
check_rate (RaApi *api,
            const RaRequest *request,
            const char *token,
            const char *who,
            GError **error)
{
  guint wait = MAX (ra_limiter_wait (api->limiter, request->address,
                                     api->site->rules->wrong_codes_per_address),
                    ra_limiter_wait (api->limiter, token, api->site->rules->wrong_codes_per_token));

  if (wait == 0)
    return TRUE;
  return ra_fault_set_number (error, RA_FAULT_RATE_LIMITED, "too many tries", "retry_after", wait);
}

/* What may have been a guess counts; what a client does by itself does not. */
static void
count_failure (RaApi *api, const RaRequest *request, const char *token, const GError *error)
{
  if (!g_error_matches (error, RA_FAULT, RA_FAULT_CODE_INCORRECT) &&
      !g_error_matches (error, RA_FAULT, RA_FAULT_NOT_FOUND) &&
      !g_error_matches (error, RA_FAULT, RA_FAULT_CODE_VOID))
    return;
  ra_limiter_count (api->limiter, request->address);
  ra_limiter_count (api->limiter, token);
}

gboolean
ra_api_activate (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (JsonObject) body = ra_api_parse (request, error);
  const char *token = body == NULL ? NULL : ra_api_get_text (body, "token", 64, error);
  const char *typed = token == NULL ? NULL : ra_api_get_text (body, "code", 16, error);
  const char *session = typed == NULL ? NULL : ra_api_get_text (body, "session", 32, error);
  g_autoptr (YySecret) code = NULL;
  g_autoptr (RaActivation) activation = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *who = NULL;

  if (session == NULL)
    return FALSE;
  if (!is_session (session) || !ra_preparation_check_serial (token))
    return ra_fault_set (error, RA_FAULT_MALFORMED, "“session” or “token” is malformed");
  who = client_name (token, request);
  if (!check_rate (api, request, token, who, error))
    return FALSE;
  code = yy_secret_new (typed, strlen (typed));
  activation = ra_activation_begin (api->site, who, token, code, session, &local);
  if (activation != NULL)
    return answer_activation (api, activation, answer, error);
  count_failure (api, request, token, local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static RaActivation *
open_grant (RaApi *api, const RaRequest *request, GError **error)
{
  return ra_activation_open (api->site, request->address, request->variables[0], request->bearer,
                             error);
}

gboolean
ra_api_release (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (RaActivation) activation = open_grant (api, request, error);
  g_autoptr (YySecret) current = NULL;
  g_autoptr (YySecret) pending = NULL;
  g_autofree char *who = NULL;

  if (activation == NULL)
    return FALSE;
  who = client_name (activation->grant->token, request);
  if (!ra_activation_release (api->site, who, activation, &current, &pending, error))
    return FALSE;
  ra_api_set_lines (answer, current, pending);
  return TRUE;
}

gboolean
ra_api_cmp_secret (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (RaActivation) activation = open_grant (api, request, error);
  g_autoptr (YySecret) secret = NULL;
  g_autofree char *who = NULL;

  if (activation == NULL)
    return FALSE;
  who = client_name (activation->grant->token, request);
  secret = ra_activation_cmp_secret (api->site, who, activation, error);
  if (secret == NULL)
    return FALSE;
  ra_api_set_lines (answer, secret, NULL);
  return TRUE;
}

gboolean
ra_api_report (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (RaActivation) activation = open_grant (api, request, error);
  g_autoptr (JsonObject) body = activation == NULL ? NULL : ra_api_parse (request, error);
  const char *session = body == NULL ? NULL : ra_api_get_text (body, "session", 32, error);
  const char *nick = session == NULL ? NULL : ra_api_get_text (body, "state", 16, error);
  RaGrantState state = RA_GRANT_AUTHORISED;
  JsonBuilder *builder = NULL;
  g_autofree char *who = NULL;

  if (nick == NULL)
    return FALSE;
  if (!is_session (session) || !ra_grant_state_from_nick (nick, &state))
    return ra_fault_set (error, RA_FAULT_MALFORMED, "“session” or “state” is malformed");
  who = client_name (activation->grant->token, request);
  if (!ra_activation_report (api->site, who, activation, session, state, error))
    return FALSE;
  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  add_grant (builder, activation->grant, NULL);
  json_builder_end_object (builder);
  ra_api_set_json (answer, builder);
  return TRUE;
}

gboolean
ra_api_look (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (RaActivation) activation = open_grant (api, request, error);
  JsonBuilder *builder = NULL;

  if (activation == NULL)
    return FALSE;
  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  add_order (builder, activation->order);
  add_certificate (builder, activation->certificate);
  json_builder_end_object (builder);
  ra_api_set_json (answer, builder);
  return TRUE;
}
