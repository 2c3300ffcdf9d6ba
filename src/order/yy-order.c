/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-order.h"

#include "order/yy-order-fields.h"

#include <glib/gi18n.h>

#define DETAILS_MAX_SIZE (64 * 1024)

YyOrder *
yy_order_new (YyOrderType type)
{
  YyOrder *order = g_new0 (YyOrder, 1);

  order->type = type;
  order->state = YY_ORDER_DRAFT;
  order->years = yy_order_has_term (type) ? 1 : 0;
  return order;
}

void
yy_order_free (YyOrder *order)
{
  guint count = 0;
  const YyOrderField *fields = yy_order_fields (&count);

  if (order == NULL)
    return;
  for (guint i = 0; i < count; i++)
    g_free (*yy_order_field_value (order, &fields[i]));
  g_free (order->number);
  g_free (order->token);
  g_free (order->reason);
  g_free (order);
}

guint
yy_order_get_documents (const YyOrder *order)
{
  return yy_order_type_get_documents (order->type, order->seal,
                                      order->agent_matches && !order->rejected);
}

static gboolean
read_type (YyOrder *order, GKeyFile *file, GError **error)
{
  g_autofree char *nick = g_key_file_get_string (file, "order", "type", NULL);

  if (nick == NULL || yy_order_type_from_nick (nick, &order->type))
    return TRUE;
  return yy_order_field_refuse (error, "order", "type", _ ("there is no such business type"));
}

static gboolean
read_years (YyOrder *order, GKeyFile *file, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, "order", "years", NULL);
  guint64 years = 0;

  if (!yy_order_has_term (order->type))
    order->years = 0;
  else if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, 5, &years, NULL))
    return yy_order_field_refuse (error, "order", "years",
                                  _ ("a number from 1 to 5 is needed here"));
  else
    order->years = (guint) years;
  return TRUE;
}

static gboolean
read_seal (YyOrder *order, GKeyFile *file, GError **error)
{
  g_autoptr (GError) local = NULL;

  order->seal = g_key_file_get_boolean (file, "order", "seal", &local);
  if (local == NULL || g_error_matches (local, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND))
    return TRUE;
  return yy_order_field_refuse (error, "order", "seal", _ ("“true” or “false” is needed here"));
}

static void
read_texts (YyOrder *order, GKeyFile *file)
{
  guint count = 0;
  const YyOrderField *fields = yy_order_fields (&count);

  for (guint i = 0; i < count; i++)
    {
      char *text = g_key_file_get_string (file, fields[i].group, fields[i].key, NULL);

      /* An empty value is a field that was not filled in. */
      if (text != NULL && *text == '\0')
        g_clear_pointer (&text, g_free);
      *yy_order_field_value (order, &fields[i]) = text;
    }
}

static gboolean
is_known (YyOrderType type, const char *group, const char *key)
{
  guint count = 0;
  const YyOrderField *fields = yy_order_fields (&count);

  for (guint i = 0; i < count; i++)
    if (g_str_equal (fields[i].group, group) && g_str_equal (fields[i].key, key))
      return yy_order_field_belongs (&fields[i], type);
  if (!g_str_equal (group, "order"))
    return FALSE;
  return g_str_equal (key, "type") ||
         (yy_order_has_term (type) && (g_str_equal (key, "years") || g_str_equal (key, "seal")));
}

/* A misspelt key would otherwise be ignored without a word. */
static gboolean
refuse_unknown_keys (YyOrderType type, GKeyFile *file, GError **error)
{
  static const char *const groups[] = { "organization", "agent", "order" };

  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[g], NULL, NULL);

      for (guint k = 0; keys != NULL && keys[k] != NULL; k++)
        if (!is_known (type, groups[g], keys[k]))
          return yy_order_field_refuse (error, groups[g], keys[k], _ ("there is no such field"));
    }
  return TRUE;
}

YyOrder *
yy_order_new_from_key_file (GBytes *bytes, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (YyOrder) order = yy_order_new (YY_ORDER_APPLY);
  g_autoptr (GError) local = NULL;
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  if (data == NULL || size > DETAILS_MAX_SIZE || !g_utf8_validate (data, (gssize) size, NULL) ||
      !g_key_file_load_from_data (file, data, size, G_KEY_FILE_NONE, &local))
    {
      g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                   _ ("The order's details cannot be read: %s"),
                   local == NULL ? _ ("the file is empty, too large or not UTF-8")
                                 : local->message);
      return NULL;
    }
  read_texts (order, file);
  yy_order_tidy (order);
  if (read_type (order, file, error) && refuse_unknown_keys (order->type, file, error) &&
      read_years (order, file, error) && read_seal (order, file, error) &&
      yy_order_check (order, error))
    return g_steal_pointer (&order);
  return NULL;
}
