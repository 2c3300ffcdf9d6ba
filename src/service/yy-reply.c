/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-reply.h"

#include <string.h>

#include <glib/gi18n.h>

#include "service/yy-http-error.h"
#include "service/yy-reply-json.h"

#define MAX_ANCHORS 32
#define MAX_DER     (32 * 1024)

/* Strict RFC 4648: g_base64_decode() skips what it does not know. */
static GBytes *
decode_base64 (const char *text)
{
  g_autofree guchar *data = NULL;
  g_autofree char *again = NULL;
  gsize length = 0;

  if (text == NULL || *text == '\0' || strlen (text) > 2 * MAX_DER)
    return NULL;
  data = g_base64_decode (text, &length);
  again = g_base64_encode (data, length);
  if (length == 0 || length > MAX_DER || strcmp (again, text) != 0)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

static YyCertificate *
decode_certificate (const char *text, const char *name, GError **error)
{
  g_autoptr (GBytes) der = decode_base64 (text);
  YyCertificate *certificate = der == NULL ? NULL : yy_certificate_new (der, NULL);

  if (certificate == NULL)
    yy_json_refuse (error, name);
  return certificate;
}

static gboolean
read_certificate (JsonObject *object, YyCertificate **certificate, GError **error)
{
  if (yy_json_is_null (object, "certificate"))
    return TRUE;
  *certificate =
      decode_certificate (yy_json_peek_text (object, "certificate"), "certificate", error);
  return *certificate != NULL;
}

static gboolean
read_name (JsonObject *object, const char *name, GBytes **der, GError **error)
{
  g_autoptr (GBytes) bytes = decode_base64 (yy_json_peek_text (object, name));
  g_autoptr (X509_NAME) parsed = NULL;
  gsize length = 0;
  const unsigned char *start = bytes == NULL ? NULL : g_bytes_get_data (bytes, &length);
  const unsigned char *end = start;

  if (start != NULL)
    parsed = d2i_X509_NAME (NULL, &end, (long) length);
  if (parsed == NULL || end != start + length)
    return yy_json_refuse (error, name);
  *der = g_steal_pointer (&bytes);
  return TRUE;
}

static gboolean
read_hex (JsonObject *object, const char *name, GBytes **bytes, GError **error)
{
  const char *text = yy_json_peek_text (object, name);
  gsize length = text == NULL ? 0 : strlen (text);
  g_autoptr (GByteArray) array = g_byte_array_new ();

  if (length == 0 || length % 2 != 0 || length > 128)
    return yy_json_refuse (error, name);
  for (gsize i = 0; i < length; i += 2)
    {
      int high = g_ascii_xdigit_value (text[i]);
      int low = g_ascii_xdigit_value (text[i + 1]);
      guint8 byte = (guint8) (16 * high + low);

      if (high < 0 || low < 0)
        return yy_json_refuse (error, name);
      g_byte_array_append (array, &byte, 1);
    }
  *bytes = g_byte_array_free_to_bytes (g_steal_pointer (&array));
  return TRUE;
}

gboolean
yy_reply_check (YyHttpAnswer *answer, const YyHttpHints *hints, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *root = NULL;
  JsonObject *details = NULL;
  YyHttpProblem problem = { .status = answer->status };

  if (answer->status == 200)
    return TRUE;
  root = yy_json_parse (answer, parser, NULL);
  details = root == NULL ? NULL : yy_json_get_object (root, "error", NULL);
  problem.code = yy_json_peek_text (details, "code");
  problem.tries_left = (int) CLAMP (yy_json_peek_number (details, "tries_left", -1), -1, 1000);
  problem.retry_after =
      (int) CLAMP (yy_json_peek_number (details, "retry_after", -1), -1, 7 * 24 * 3600);
  problem.state = yy_json_peek_text (details, "state");
  problem.reason = yy_json_peek_text (details, "reason");
  g_propagate_error (error, yy_http_error_from_answer (&problem, hints));
  return FALSE;
}

GPtrArray *
yy_reply_read_anchors (YyHttpAnswer *answer, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GPtrArray) anchors = g_ptr_array_new_with_free_func (g_object_unref);
  JsonObject *root = yy_json_parse (answer, parser, error);
  JsonNode *node = root == NULL ? NULL : json_object_get_member (root, "anchors");
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL || json_array_get_length (array) == 0 ||
      json_array_get_length (array) > MAX_ANCHORS)
    {
      yy_json_refuse (error, "anchors");
      return NULL;
    }
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      const char *text =
          JSON_NODE_HOLDS_VALUE (item) && json_node_get_value_type (item) == G_TYPE_STRING
              ? json_node_get_string (item)
              : NULL;
      YyCertificate *anchor = decode_certificate (text, "anchors", error);

      if (anchor == NULL)
        return NULL;
      g_ptr_array_add (anchors, anchor);
    }
  return g_steal_pointer (&anchors);
}

static gboolean
read_order (JsonObject *root, YyGrant *grant, GError **error)
{
  JsonObject *order = yy_json_get_object (root, "order", error);

  return order != NULL && yy_json_read_text (order, "number", &grant->order_number, error) &&
         yy_json_read_text (order, "state", &grant->order_state, error) &&
         yy_json_read_text (order, "organization", &grant->organization, error);
}

static gboolean
read_grant_state (JsonObject *root, YyGrant *grant, GError **error)
{
  JsonObject *object = yy_json_get_object (root, "grant", error);

  if (object == NULL)
    return FALSE;
  if (!yy_grant_state_from_nick (yy_json_peek_text (object, "state"), &grant->state))
    return yy_json_refuse (error, "state");
  return yy_json_read_token (object, "id", &grant->id, error) &&
         (yy_json_is_null (object, "session") ||
          yy_json_read_token (object, "session", &grant->session, error));
}

static gboolean
read_key (JsonObject *root, YyGrant *grant, GError **error)
{
  JsonObject *key = yy_json_get_object (root, "key", error);
  gint64 bits = 0;

  if (key == NULL || !yy_json_read_token (key, "type", &grant->key_type, error))
    return FALSE;
  bits = yy_json_peek_number (key, "bits", 0);
  if (!(strcmp (grant->key_type, "EC") == 0 && bits >= 256 && bits <= 521) &&
      !(strcmp (grant->key_type, "RSA") == 0 && bits >= 2048 && bits <= 4096))
    return yy_json_refuse (error, "bits");
  grant->key_bits = (guint) bits;
  return read_hex (key, "id", &grant->key_id, error) &&
         yy_json_read_text (key, "label", &grant->key_label, error);
}

static gboolean
read_common_parts (JsonObject *root, YyGrant *grant, GError **error)
{
  return read_order (root, grant, error) && read_grant_state (root, grant, error) &&
         yy_json_read_bearer (json_object_get_object_member (root, "grant"), "key", &grant->key,
                              error);
}

static gboolean
read_issuing_parts (JsonObject *root, YyGrant *grant, GError **error)
{
  JsonObject *cmp = yy_json_get_object (root, "cmp", error);

  return cmp != NULL && yy_json_read_token (cmp, "reference", &grant->cmp_reference, error) &&
         read_key (root, grant, error) && read_name (root, "subject", &grant->subject, error) &&
         read_certificate (root, &grant->certificate, error);
}

YyGrant *
yy_reply_read_grant (YyHttpAnswer *answer, gboolean issues, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (YyGrant) grant = yy_grant_new ();
  JsonObject *root = yy_json_parse (answer, parser, error);

  if (root == NULL || !read_common_parts (root, grant, error) ||
      (issues && !read_issuing_parts (root, grant, error)))
    return NULL;
  return g_steal_pointer (&grant);
}

static void
swap_text (char **a, char **b)
{
  char *text = *a;

  *a = *b;
  *b = text;
}

gboolean
yy_reply_update_grant (YyHttpAnswer *answer, YyGrant *grant, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (YyGrant) news = yy_grant_new ();
  JsonObject *root = yy_json_parse (answer, parser, error);

  if (root == NULL || !read_grant_state (root, news, error))
    return FALSE;
  if (strcmp (news->id, grant->id) != 0)
    return yy_json_refuse (error, "id");
  grant->state = news->state;
  swap_text (&grant->session, &news->session);
  return TRUE;
}

gboolean
yy_reply_update_order (YyHttpAnswer *answer, YyGrant *grant, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (YyGrant) news = yy_grant_new ();
  JsonObject *root = yy_json_parse (answer, parser, error);

  if (root == NULL || !read_order (root, news, error) ||
      !read_certificate (root, &news->certificate, error))
    return FALSE;
  if (strcmp (news->order_number, grant->order_number) != 0)
    return yy_json_refuse (error, "number");
  swap_text (&grant->order_state, &news->order_state);
  g_set_object (&grant->certificate, news->certificate);
  return TRUE;
}

gboolean
yy_reply_check_prepared (YyHttpAnswer *answer, const char *serial, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *root = yy_json_parse (answer, parser, error);

  if (root == NULL)
    return FALSE;
  if (g_strcmp0 (yy_json_peek_text (root, "serial"), serial) != 0)
    return yy_json_refuse (error, "serial");
  if (g_strcmp0 (yy_json_peek_text (root, "state"), "prepared") != 0)
    return yy_json_refuse (error, "state");
  return TRUE;
}

static gsize
line_length (const char *text, gsize left)
{
  gsize length = 0;

  while (length < left && text[length] > 0x20 && text[length] < 0x7f)
    length++;
  return length;
}

gboolean
yy_reply_read_secrets (YyHttpAnswer *answer, YySecret **first, YySecret **second, GError **error)
{
  YySecret **const targets[] = { first, second };
  const char *at = answer->secret == NULL ? "" : yy_secret_bytes (answer->secret);
  gsize left = answer->secret == NULL ? 0 : yy_secret_length (answer->secret);
  YySecret *lines[G_N_ELEMENTS (targets)] = { NULL, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (targets) && targets[i] != NULL; i++)
    {
      gsize length = line_length (at, left);
      gsize step = length < left && at[length] == '\r' ? length + 1 : length;

      if (length == 0 || (step < left && at[step] != '\n'))
        break;
      lines[i] = yy_secret_new (at, length);
      step = MIN (step + 1, left);
      at += step;
      left -= step;
    }
  if (lines[0] == NULL || (second != NULL && lines[1] == NULL) || left > 0)
    {
      yy_secret_free (lines[0]);
      yy_secret_free (lines[1]);
      return yy_json_refuse (error, "text/plain");
    }
  *first = lines[0];
  if (second != NULL)
    *second = lines[1];
  return TRUE;
}

char *
yy_reply_read_label (YyHttpAnswer *answer, GError **error)
{
  g_autofree char *label =
      answer->label == NULL ? NULL : g_uri_unescape_string (answer->label, NULL);
  gboolean good =
      label != NULL && *label != '\0' && strlen (label) <= 32 && g_utf8_validate (label, -1, NULL);

  for (const char *p = label; good && *p != '\0'; p = g_utf8_next_char (p))
    good = !g_unichar_iscntrl (g_utf8_get_char (p));
  if (good)
    return g_steal_pointer (&label);
  yy_json_refuse (error, "Yinyao-Label");
  return NULL;
}
