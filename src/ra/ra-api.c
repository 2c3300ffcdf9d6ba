/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-api.h"

#include "base/yy-json.h"
#include "ra/ra-fault.h"

#include <string.h>

#include <openssl/crypto.h>

#define MAX_DEPTH 4
#define JSON_TYPE "application/json"

static const RaRoute routes[] = {
  { "GET", "/api/v1/profile", ra_api_profile, FALSE },
  { "GET", "/ca.pem", ra_api_ca_pem, FALSE },
  { "GET", "/ca.crt", ra_api_ca_der, FALSE },
  { "GET", "/crl", ra_api_crl, FALSE },
  { "POST", "/.well-known/cmp", ra_api_cmp, TRUE },
  { "POST", "/.well-known/cmp/p/yinyao", ra_api_cmp, TRUE },
  { "POST", "/api/v1/activations", ra_api_activate, TRUE },
  { "POST", "/api/v1/grants/*/release", ra_api_release, TRUE },
  { "POST", "/api/v1/grants/*/cmp-secret", ra_api_cmp_secret, TRUE },
  { "POST", "/api/v1/grants/*/state", ra_api_report, TRUE },
  { "POST", "/api/v1/grants/*/so-pin-incorrect", ra_api_lose_so_pin, TRUE },
  { "GET", "/api/v1/grants/*/order", ra_api_look, TRUE },
  { "POST", "/api/v1/orders", ra_api_begin_order, TRUE },
  { "GET", "/api/v1/orders/*", ra_api_show_order, TRUE },
  { "POST", "/api/v1/orders/*/details", ra_api_correct_order, TRUE },
  { "POST", "/api/v1/orders/*/documents/*", ra_api_announce_document, TRUE },
  { "POST", "/api/v1/orders/*/documents/*/*", ra_api_append_document, TRUE },
  { "POST", "/api/v1/orders/*/submit", ra_api_submit_order, TRUE },
  { "POST", "/api/v1/orders/*/withdraw", ra_api_withdraw_order, TRUE },
  { "POST", "/api/v1/orders/*/code", ra_api_send_code, TRUE },
  { "POST", "/api/v1/orders/*/grant", ra_api_authorise, TRUE },
  { "GET", "/api/v1/office/tokens/*", ra_api_show_token, TRUE },
  { "POST", "/api/v1/office/tokens/*/prepare", ra_api_prepare, TRUE },
  { "POST", "/api/v1/office/tokens/*/prepared", ra_api_prepared, TRUE },
};

RaApi *
ra_api_new (RaSite *site, RaDelivery *delivery)
{
  RaApi *api = g_new0 (RaApi, 1);

  api->site = site;
  api->cmp = ra_cmp_new (site);
  api->limiter = ra_limiter_new ();
  api->delivery = delivery;
  return api;
}

void
ra_api_free (RaApi *api)
{
  g_clear_pointer (&api->cmp, ra_cmp_free);
  g_clear_pointer (&api->limiter, ra_limiter_free);
  g_free (api);
}

void
ra_answer_clear (RaAnswer *answer)
{
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_clear_pointer (&answer->label, g_free);
}

static gboolean
match (const char *pattern, char **parts, RaRequest *request)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", -1);
  guint count = 0;
  guint i = 0;

  for (i = 0; wanted[i] != NULL && parts[i] != NULL; i++)
    if (g_str_equal (wanted[i], "*") && count < G_N_ELEMENTS (request->variables))
      request->variables[count++] = parts[i];
    else if (!g_str_equal (wanted[i], parts[i]))
      return FALSE;
  return wanted[i] == NULL && parts[i] == NULL;
}

const RaRoute *
ra_api_find_route (RaRequest *request, char ***parts)
{
  *parts = g_strsplit (request->path, "/", 10);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (g_str_equal (routes[i].method, request->method) &&
        match (routes[i].pattern, *parts, request))
      return &routes[i];
  return NULL;
}

void
ra_api_set_json (RaAnswer *answer, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  char *text = json_to_string (root, FALSE);

  g_object_unref (builder);
  g_clear_pointer (&answer->body, g_bytes_unref);
  answer->status = answer->status == 0 ? 200 : answer->status;
  answer->content_type = JSON_TYPE;
  answer->body = g_bytes_new_take (text, strlen (text));
}

void
ra_api_deliver (RaApi *api, gint64 message)
{
  if (message != 0)
    ra_delivery_add (api->delivery, message);
}

void
ra_api_add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

char *
ra_api_client_name (const RaRequest *request, const char *token)
{
  return g_strdup_printf ("token:%s %s", token, request->address);
}

typedef struct
{
  gsize length;
  char text[];
} Lines;

static void
wipe_lines (gpointer data)
{
  Lines *lines = data;

  OPENSSL_cleanse (lines->text, lines->length);
  g_free (lines);
}

void
ra_api_set_lines (RaAnswer *answer, const YySecret *first, const YySecret *second)
{
  gsize one = yy_secret_length (first) + 1;
  gsize two = second == NULL ? 0 : yy_secret_length (second) + 1;
  Lines *lines = g_malloc (sizeof *lines + one + two);

  lines->length = one + two;
  memcpy (lines->text, yy_secret_bytes (first), one - 1);
  lines->text[one - 1] = '\n';
  if (second != NULL)
    {
      memcpy (lines->text + one, yy_secret_bytes (second), two - 1);
      lines->text[one + two - 1] = '\n';
    }
  answer->status = 200;
  answer->content_type = "text/plain";
  answer->body = g_bytes_new_with_free_func (lines->text, lines->length, wipe_lines, lines);
}

void
ra_api_set_error (RaAnswer *answer, const GError *fault)
{
  RaFault code = fault->domain == RA_FAULT ? (RaFault) fault->code : RA_FAULT_INTERNAL;
  JsonBuilder *builder = json_builder_new_immutable ();
  const char *name = NULL;
  const char *text = NULL;
  guint number = 0;

  ra_fault_get_detail (fault, &name, &text, &number);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "code");
  json_builder_add_string_value (builder, ra_fault_get_nick (code));
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, code == RA_FAULT_INTERNAL ? "a fault of the service"
                                                                    : fault->message);
  if (name != NULL)
    {
      json_builder_set_member_name (builder, name);
      if (text != NULL)
        json_builder_add_string_value (builder, text);
      else
        json_builder_add_int_value (builder, number);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  ra_answer_clear (answer);
  answer->status = ra_fault_get_status (code);
  answer->retry_after = code == RA_FAULT_RATE_LIMITED ? number : 0;
  ra_api_set_json (answer, builder);
}

JsonObject *
ra_api_parse (const RaRequest *request, GError **error)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (request->body, &length);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root = NULL;

  if (text != NULL && g_utf8_validate (text, (gssize) length, NULL) &&
      yy_json_is_harmless (text, length, MAX_DEPTH) &&
      json_parser_load_from_data (parser, text, (gssize) length, NULL))
    root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return json_object_ref (json_node_get_object (root));
  ra_fault_set (error, RA_FAULT_MALFORMED, "the body is not a JSON object");
  return NULL;
}

const char *
ra_api_get_text (JsonObject *object, const char *name, gsize max, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text = node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                             json_node_get_value_type (node) == G_TYPE_STRING
                         ? json_node_get_string (node)
                         : NULL;
  g_autofree char *message = NULL;

  if (text != NULL && *text != '\0' && strlen (text) <= max)
    return text;
  message = g_strdup_printf ("“%s” must be a text of 1 to %" G_GSIZE_FORMAT " bytes", name, max);
  ra_fault_set (error, RA_FAULT_MALFORMED, message);
  return NULL;
}
