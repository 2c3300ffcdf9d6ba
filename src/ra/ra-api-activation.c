/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-api-grant.h"

#include "ra/ra-activation.h"
#include "ra/ra-fault.h"
#include "ra/ra-preparation.h"

#include <string.h>

#define LABEL_MAX 60

static void
add_base64 (JsonBuilder *builder, const char *name, const void *data, gsize length)
{
  g_autofree char *base64 = g_base64_encode (data, length);

  ra_api_add_text (builder, name, base64);
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
  ra_api_add_text (builder, "type", site->rules->key_type);
  json_builder_set_member_name (builder, "bits");
  json_builder_add_int_value (builder, site->rules->key_bits);
  ra_api_add_text (builder, "id", hex->str);
  ra_api_add_text (builder, "label", label);
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
answer_activation (RaApi *api, RaCase *activation, RaAnswer *answer, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (YySecret) key = ra_grants_key (api->site, activation->grant, error);

  if (key == NULL)
    return FALSE;
  json_builder_begin_object (builder);
  ra_api_add_order (builder, activation->order);
  ra_api_add_grant (builder, activation->grant, key);
  json_builder_set_member_name (builder, "cmp");
  json_builder_begin_object (builder);
  ra_api_add_text (builder, "reference", activation->grant->id);
  json_builder_end_object (builder);
  add_key (builder, api->site, activation->order);
  if (!add_subject (builder, activation->order, error))
    return FALSE;
  ra_api_add_certificate (builder, activation->certificate);
  json_builder_end_object (builder);
  ra_api_set_json (answer, g_steal_pointer (&builder));
  return TRUE;
}

gboolean
ra_api_activate (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (JsonObject) body = ra_api_parse (request, error);
  const char *token = body == NULL ? NULL : ra_api_get_text (body, "token", 64, error);
  g_autofree char *who = NULL;
  const char *session = NULL;
  g_autoptr (YySecret) code = NULL;
  g_autoptr (RaCase) activation = NULL;
  g_autoptr (GError) local = NULL;

  if (token == NULL)
    return FALSE;
  if (!ra_preparation_check_serial (token))
    return ra_fault_set (error, RA_FAULT_MALFORMED, "“token” is malformed");
  who = ra_api_client_name (request, token);
  if (!ra_api_get_code (api, request, who, token, body, &code, &session, error))
    return FALSE;
  activation = ra_activation_begin (api->site, who, token, code, session, &local);
  if (activation != NULL)
    return answer_activation (api, activation, answer, error);
  ra_api_count_code (api, request, token, local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
ra_api_cmp_secret (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (RaCase) activation = ra_api_open_grant (api, request, error);
  g_autoptr (YySecret) secret = NULL;
  g_autofree char *who = NULL;

  if (activation == NULL)
    return FALSE;
  who = ra_api_client_name (request, activation->grant->token);
  secret = ra_activation_cmp_secret (api->site, who, activation, error);
  if (secret == NULL)
    return FALSE;
  ra_api_set_lines (answer, secret, NULL);
  return TRUE;
}
