/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-ticket-reply.h"

#include <string.h>

#include <glib/gi18n.h>

#include "service/yy-reply-json.h"
#include "service/yy-reply.h"

#define MAX_DOCUMENTS 4
#define MAX_REASON    4096
#define MAX_SECONDS   (7 * 24 * 3600)

static gboolean
read_boolean (JsonObject *object, const char *name, gboolean *value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return yy_json_refuse (error, name);
  *value = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
read_size (JsonObject *object, const char *name, guint64 max, guint64 *value, GError **error)
{
  gint64 number = yy_json_peek_number (object, name, -1);

  if (number < 0 || (guint64) number > max)
    return yy_json_refuse (error, name);
  *value = (guint64) number;
  return TRUE;
}

static gboolean
read_optional_text (JsonObject *object, const char *name, char **text, GError **error)
{
  return yy_json_is_null (object, name) || yy_json_read_text (object, name, text, error);
}

static gboolean
read_digest (JsonObject *object, char **digest, GError **error)
{
  const char *text = yy_json_peek_text (object, "sha256");

  if (yy_json_is_null (object, "sha256"))
    return TRUE;
  if (text == NULL || strlen (text) != 64 ||
      strspn (text, "0123456789abcdefABCDEF") != strlen (text))
    return yy_json_refuse (error, "sha256");
  *digest = g_ascii_strdown (text, -1);
  return TRUE;
}

static gboolean
is_listed (YyTicket *ticket, YyDocuments name)
{
  for (guint i = 0; i < ticket->documents->len; i++)
    {
      YyTicketDocument *document = ticket->documents->pdata[i];

      if (document->document == name)
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_document (JsonNode *node, YyTicket *ticket, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *nick = yy_json_peek_text (object, "name");
  YyDocuments name = YY_DOCUMENT_CERTIFICATE_FORM;
  YyTicketDocument *document = NULL;

  if (nick == NULL || !yy_document_from_nick (nick, &name) || is_listed (ticket, name))
    return yy_json_refuse (error, "documents");
  document = yy_ticket_add_document (ticket);
  document->document = name;
  return yy_json_read_text (object, "title", &document->title, error) &&
         read_size (object, "size", YY_DOCUMENT_MAX_SIZE, &document->size, error) &&
         read_size (object, "received", document->size, &document->received, error) &&
         read_digest (object, &document->sha256, error) &&
         read_optional_text (object, "file_name", &document->file_name, error) &&
         read_boolean (object, "complete", &document->complete, error);
}

static gboolean
read_documents (JsonObject *view, YyTicket *ticket, GError **error)
{
  JsonNode *node = json_object_get_member (view, "documents");
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL || json_array_get_length (array) > MAX_DOCUMENTS)
    return yy_json_refuse (error, "documents");
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!read_document (json_array_get_element (array, i), ticket, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_delivery (JsonObject *code, YyDelivery *delivery, GError **error)
{
  static const struct
  {
    const char *nick;
    YyDelivery delivery;
  } table[] = {
    { "pending", YY_DELIVERY_PENDING },
    { "sent", YY_DELIVERY_SENT },
    { "failed", YY_DELIVERY_FAILED },
  };
  const char *nick = yy_json_peek_text (code, "delivery");

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (nick, table[i].nick) == 0)
      {
        *delivery = table[i].delivery;
        return TRUE;
      }
  return yy_json_refuse (error, "delivery");
}

/* A span from now on, as a moment of the monotonic clock. */
static gboolean
read_moment (JsonObject *code, const char *name, gint64 *moment, GError **error)
{
  guint64 seconds = 0;

  if (!read_size (code, name, MAX_SECONDS, &seconds, error))
    return FALSE;
  *moment = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  return TRUE;
}

static gboolean
read_code (JsonObject *view, YyTicket *ticket, GError **error)
{
  JsonObject *code = NULL;
  guint64 tries = 0;

  if (yy_json_is_null (view, "code"))
    return TRUE;
  code = yy_json_get_object (view, "code", error);
  if (code == NULL || !read_delivery (code, &ticket->delivery, error) ||
      !yy_json_read_text (code, "to", &ticket->code_to, error) ||
      !read_moment (code, "resend_after", &ticket->code_resend, error) ||
      !read_moment (code, "expires_in", &ticket->code_expires, error) ||
      !read_size (code, "tries_left", 1000, &tries, error))
    return FALSE;
  ticket->code_tries_left = (guint) tries;
  return TRUE;
}

/* What the office wrote: on one line, and nothing of it steers a terminal. */
static gboolean
clean_reason (YyOrder *order, GError **error)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  if (order->reason == NULL)
    return TRUE;
  if (strlen (order->reason) > MAX_REASON)
    return yy_json_refuse (error, "reason");
  for (const char *p = order->reason; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (clean, g_unichar_iscntrl (c) ? ' ' : c);
    }
  g_free (order->reason);
  order->reason = g_string_free (g_steal_pointer (&clean), FALSE);
  return TRUE;
}

static gboolean
read_details (JsonObject *root, YyTicket *ticket, GError **error)
{
  g_autoptr (GError) local = NULL;

  ticket->order = yy_order_new_from_json (json_object_get_member (root, "order"), &local);
  if (ticket->order != NULL)
    return clean_reason (ticket->order, error);
  g_set_error (error, YY_ERROR, YY_ERROR_SERVICE_FAILED,
               _ ("The answer of the CA's service cannot be used: %s"), local->message);
  return FALSE;
}

static gboolean
read_view (JsonObject *root, const char *token, YyTicket *ticket, GError **error)
{
  JsonObject *view = yy_json_get_object (root, "order", error);

  if (view == NULL || !yy_json_read_token (view, "number", &ticket->number, error) ||
      !read_details (root, ticket, error) ||
      !read_boolean (view, "agent_matches", &ticket->order->agent_matches, error))
    return FALSE;
  if (ticket->order->type != YY_ORDER_UNLOCK)
    return yy_json_refuse (error, "type");
  if (g_strcmp0 (ticket->order->token, token) != 0)
    return yy_json_refuse (error, "token");
  ticket->token = g_strdup (token);
  return read_documents (view, ticket, error) && read_code (view, ticket, error);
}

YyTicket *
yy_reply_read_new_ticket (YyHttpAnswer *answer, const char *token, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (YyTicket) ticket = yy_ticket_new ();
  JsonObject *root = yy_json_parse (answer, parser, error);

  if (root == NULL || !read_view (root, token, ticket, error) ||
      !yy_json_read_bearer (root, "key", &ticket->key, error))
    return NULL;
  return g_steal_pointer (&ticket);
}

YyTicket *
yy_reply_read_ticket (YyHttpAnswer *answer, YyTicket *before, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (YyTicket) ticket = yy_ticket_new ();
  JsonObject *root = yy_json_parse (answer, parser, error);

  if (root == NULL || !read_view (root, before->token, ticket, error))
    return NULL;
  if (strcmp (ticket->number, before->number) != 0)
    {
      yy_json_refuse (error, "number");
      return NULL;
    }
  ticket->key = yy_secret_dup (before->key);
  return g_steal_pointer (&ticket);
}

gboolean
yy_reply_is_astray (YyHttpAnswer *answer)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *root = yy_json_parse (answer, parser, NULL);
  JsonObject *details = root == NULL ? NULL : yy_json_get_object (root, "error", NULL);
  const char *code = yy_json_peek_text (details, "code");

  /* Another client may have completed the upload meanwhile. */
  return (answer->status == 404 && g_strcmp0 (code, "not-found") == 0) ||
         (answer->status == 409 && g_strcmp0 (code, "conflict") == 0 &&
          yy_json_peek_number (details, "received", -1) >= 0);
}

YyUploaded *
yy_reply_read_uploaded (YyHttpAnswer *answer, guint64 size, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autofree YyUploaded *uploaded = g_new0 (YyUploaded, 1);
  JsonObject *root = yy_json_parse (answer, parser, error);

  if (root == NULL)
    return NULL;
  uploaded->elsewhere = answer->status != 200;
  if (uploaded->elsewhere)
    return g_steal_pointer (&uploaded);
  if (!read_size (root, "received", size, &uploaded->received, error) ||
      !read_boolean (root, "complete", &uploaded->complete, error))
    return NULL;
  return g_steal_pointer (&uploaded);
}
