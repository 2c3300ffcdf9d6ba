/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-reply-json.h"

#include <string.h>

#include <glib/gi18n.h>
#include <openssl/crypto.h>

#include "base/yy-json.h"

#define MAX_DEPTH 8
#define MAX_TEXT  512

gboolean
yy_json_refuse (GError **error, const char *name)
{
  if (error != NULL && *error == NULL)
    g_set_error (error, YY_ERROR, YY_ERROR_SERVICE_FAILED,
                 _ ("The answer of the CA's service cannot be used: “%s” is missing or wrong"),
                 name);
  return FALSE;
}

JsonObject *
yy_json_parse (YyHttpAnswer *answer, JsonParser *parser, GError **error)
{
  gsize length = 0;
  const char *text = answer->body == NULL ? NULL : g_bytes_get_data (answer->body, &length);
  JsonNode *root = NULL;

  if (text != NULL && answer->json && g_utf8_validate_len (text, length, NULL) &&
      yy_json_is_harmless (text, length, MAX_DEPTH) &&
      json_parser_load_from_data (parser, text, (gssize) length, NULL))
    root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return json_node_get_object (root);
  g_set_error_literal (error, YY_ERROR, YY_ERROR_SERVICE_FAILED,
                       _ ("The answer of the CA's service is not valid JSON"));
  return NULL;
}

JsonObject *
yy_json_get_object (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  yy_json_refuse (error, name);
  return NULL;
}

const char *
yy_json_peek_text (JsonObject *object, const char *name)
{
  JsonNode *node = object == NULL ? NULL : json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

gint64
yy_json_peek_number (JsonObject *object, const char *name, gint64 missing)
{
  JsonNode *node = object == NULL ? NULL : json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_INT64
             ? json_node_get_int (node)
             : missing;
}

gboolean
yy_json_is_null (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node);
}

gboolean
yy_json_read_text (JsonObject *object, const char *name, char **text, GError **error)
{
  const char *value = yy_json_peek_text (object, name);

  if (value == NULL || strlen (value) > MAX_TEXT)
    return yy_json_refuse (error, name);
  for (const char *p = value; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return yy_json_refuse (error, name);
  *text = g_strdup (value);
  return TRUE;
}

gboolean
yy_json_is_token (const char *text, gsize max)
{
  gsize length = text == NULL ? 0 : strlen (text);

  if (length == 0 || length > max)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("-_.~+/=", text[i]) == NULL)
      return FALSE;
  return TRUE;
}

gboolean
yy_json_read_token (JsonObject *object, const char *name, char **text, GError **error)
{
  const char *value = yy_json_peek_text (object, name);

  if (!yy_json_is_token (value, 128) || strstr (value, "..") != NULL || strchr (value, '/') != NULL)
    return yy_json_refuse (error, name);
  *text = g_strdup (value);
  return TRUE;
}

gboolean
yy_json_read_bearer (JsonObject *object, const char *name, YySecret **secret, GError **error)
{
  const char *value = yy_json_peek_text (object, name);

  if (!yy_json_is_token (value, 256))
    return yy_json_refuse (error, name);
  *secret = yy_secret_new (value, strlen (value));
  /* The parser's copy lives until the answer is freed, and is not wiped by it. */
  OPENSSL_cleanse ((char *) value, strlen (value));
  return TRUE;
}
