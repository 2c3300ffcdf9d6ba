/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-order.h"

#include "order/yy-order-fields.h"

#include <string.h>

#include <glib/gi18n.h>

static char *
member_name (const char *key)
{
  return g_strdelimit (g_strdup (key), "-", '_');
}

static void
add_text (JsonObject *object, const char *name, const char *text)
{
  if (text == NULL)
    json_object_set_null_member (object, name);
  else
    json_object_set_string_member (object, name, text);
}

static void
add_time (JsonObject *object, const char *name, gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (time);
  g_autofree char *text = date == NULL ? NULL : g_date_time_format_iso8601 (date);

  add_text (object, name, time == 0 ? NULL : text);
}

static void
add_fields (const YyOrder *order, const char *group, JsonObject *object)
{
  guint count = 0;
  const YyOrderField *fields = yy_order_fields (&count);

  for (guint i = 0; i < count; i++)
    if (g_str_equal (fields[i].group, group) && yy_order_field_belongs (&fields[i], order->type))
      {
        g_autofree char *name = member_name (fields[i].key);

        add_text (object, name, *yy_order_field_value (order, &fields[i]));
      }
}

static void
add_group (const YyOrder *order, const char *group, JsonObject *object)
{
  JsonObject *child = json_object_new ();

  add_fields (order, group, child);
  json_object_set_object_member (object, group, child);
}

/* Only there does anything depend on it. */
static gboolean
is_matched (YyOrderType type)
{
  return yy_order_type_get_info (type)->review == YY_REVIEW_MATCHED;
}

JsonNode *
yy_order_to_json (const YyOrder *order)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  add_text (object, "number", order->number);
  add_text (object, "type", yy_order_type_get_info (order->type)->nick);
  add_text (object, "state", yy_order_state_get_nick (order->state));
  json_object_set_boolean_member (object, "paid", order->paid);
  add_group (order, "organization", object);
  add_group (order, "agent", object);
  if (yy_order_has_term (order->type))
    {
      json_object_set_int_member (object, "years", order->years);
      json_object_set_boolean_member (object, "seal", order->seal);
    }
  if (is_matched (order->type))
    json_object_set_boolean_member (object, "agent_matches", order->agent_matches);
  add_fields (order, "order", object);
  add_text (object, "token", order->token);
  add_text (object, "reason", order->reason);
  add_time (object, "created", order->created);
  add_time (object, "updated", order->updated);
  json_node_take_object (node, object);
  return node;
}

/* The member if it has the type wanted; NULL when it is not there, null, or of another type. */
static JsonNode *
get_member (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type
             ? node
             : NULL;
}

static char *
dup_text (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name, G_TYPE_STRING);

  return node == NULL ? NULL : json_node_dup_string (node);
}

static gint64
get_time (JsonObject *object, const char *name)
{
  g_autofree char *text = dup_text (object, name);
  g_autoptr (GDateTime) date = text == NULL ? NULL : g_date_time_new_from_iso8601 (text, NULL);

  return date == NULL ? 0 : g_date_time_to_unix (date);
}

static gboolean
get_boolean (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

static void
read_texts (YyOrder *order, JsonObject *root)
{
  guint count = 0;
  const YyOrderField *fields = yy_order_fields (&count);

  for (guint i = 0; i < count; i++)
    {
      g_autofree char *name = member_name (fields[i].key);
      JsonNode *node = json_object_get_member (root, fields[i].group);
      JsonObject *object = root;

      if (!g_str_equal (fields[i].group, "order"))
        object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      if (object != NULL)
        *yy_order_field_value (order, &fields[i]) = dup_text (object, name);
    }
}

static gboolean
read_rest (YyOrder *order, JsonObject *object, GError **error)
{
  g_autofree char *type = dup_text (object, "type");
  g_autofree char *state = dup_text (object, "state");
  JsonNode *years = get_member (object, "years", G_TYPE_INT64);

  if (!yy_order_type_from_nick (type, &order->type))
    return yy_order_field_refuse (error, "order", "type", _ ("there is no such business type"));
  if (!yy_order_state_from_nick (state, &order->state))
    return yy_order_field_refuse (error, "order", "state", _ ("there is no such state"));
  order->years = years == NULL ? 0 : (guint) CLAMP (json_node_get_int (years), 0, G_MAXINT);
  order->number = dup_text (object, "number");
  order->paid = get_boolean (object, "paid");
  order->seal = get_boolean (object, "seal");
  order->agent_matches = is_matched (order->type) && get_boolean (object, "agent_matches");
  order->token = dup_text (object, "token");
  order->reason = dup_text (object, "reason");
  order->created = get_time (object, "created");
  order->updated = get_time (object, "updated");
  return TRUE;
}

YyOrder *
yy_order_new_from_json (JsonNode *node, GError **error)
{
  g_autoptr (YyOrder) order = yy_order_new (YY_ORDER_APPLY);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                           _ ("An order must be a JSON object"));
      return NULL;
    }
  read_texts (order, json_node_get_object (node));
  if (read_rest (order, json_node_get_object (node), error) && yy_order_check (order, error))
    return g_steal_pointer (&order);
  return NULL;
}
