/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store-private.h"

/* Columns that change stand beside the details and win over what the details said at first. */
static YyOrder *
read_order (RaRows rows, GError **error)
{
  g_autofree char *details = ra_rows_dup_text (rows, 1);
  g_autofree char *state = ra_rows_dup_text (rows, 2);
  g_autoptr (JsonNode) node = json_from_string (details, error);
  g_autoptr (YyOrder) order = node == NULL ? NULL : yy_order_new_from_json (node, error);

  if (order == NULL)
    return NULL;
  g_free (order->number);
  order->number = ra_rows_dup_text (rows, 0);
  yy_order_state_from_nick (state, &order->state);
  order->paid = ra_rows_get_int (rows, 3) != 0;
  order->token = ra_rows_dup_text (rows, 4);
  order->reason = ra_rows_dup_text (rows, 5);
  order->created = ra_rows_get_int (rows, 6);
  order->updated = ra_rows_get_int (rows, 7);
  return g_steal_pointer (&order);
}

static gboolean
next_order_id (RaStore *store, gint64 *id, GError **error)
{
  g_auto (RaRows) rows = ra_database_query (store->database, error,
                                            "SELECT coalesce (max (id), 0) + 1 FROM orders", "");

  if (rows == NULL || !ra_database_next (store->database, rows, error))
    return FALSE;
  *id = ra_rows_get_int (rows, 0);
  return TRUE;
}

gboolean
ra_store_add_order (RaStore *store, YyOrder *order, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (JsonNode) node = yy_order_to_json (order);
  g_autofree char *details = json_to_string (node, FALSE);
  gint64 id = 0;

  if (!next_order_id (store, &id, error))
    return FALSE;
  g_free (order->number);
  order->number = g_strdup_printf ("%04d%06" G_GINT64_FORMAT, g_date_time_get_year (now), id);
  order->created = order->updated = g_date_time_to_unix (now);
  return ra_database_run (store->database, error,
                          "INSERT INTO orders (id, number, details, type, state, paid, token, "
                          "reason, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          "issssissii", id, order->number, details,
                          yy_order_type_get_info (order->type)->nick,
                          yy_order_state_get_nick (order->state), (gint64) order->paid,
                          order->token, order->reason, order->created, order->updated);
}

#define ORDER_COLUMNS                                                                              \
  "SELECT number, details, state, paid, token, reason, created, updated FROM orders "

gboolean
ra_store_get_order (RaStore *store, const char *number, YyOrder **order, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, ORDER_COLUMNS "WHERE number = ?", "s", number);

  *order = NULL;
  if (rows != NULL && ra_database_next (store->database, rows, &local))
    *order = read_order (rows, &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

GPtrArray *
ra_store_list_orders (RaStore *store, GError **error)
{
  g_autoptr (GPtrArray) orders = g_ptr_array_new_with_free_func ((GDestroyNotify) yy_order_free);
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, ORDER_COLUMNS "ORDER BY id", "");

  while (rows != NULL && local == NULL && ra_database_next (store->database, rows, &local))
    {
      YyOrder *order = read_order (rows, &local);

      if (order != NULL)
        g_ptr_array_add (orders, order);
    }
  if (local == NULL)
    return g_steal_pointer (&orders);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

gboolean
ra_store_update_order (RaStore *store, YyOrder *order, GError **error)
{
  order->updated = g_get_real_time () / G_USEC_PER_SEC;
  return ra_database_run (store->database, error,
                          "UPDATE orders SET state = ?, paid = ?, token = ?, reason = ?, "
                          "updated = ? WHERE number = ?",
                          "sissis", yy_order_state_get_nick (order->state), (gint64) order->paid,
                          order->token, order->reason, order->updated, order->number);
}

void
ra_code_free (RaCode *code)
{
  g_free (code->order);
  g_clear_pointer (&code->hash, g_bytes_unref);
  g_free (code);
}

gboolean
ra_store_add_code (RaStore *store, RaCode *code, GError **error)
{
  if (!ra_database_run (store->database, error,
                        "UPDATE codes SET state = ? WHERE order_number = ? AND state = ?", "isi",
                        (gint64) RA_CODE_REPLACED, code->order, (gint64) RA_CODE_VALID) ||
      !ra_database_run (store->database, error,
                        "INSERT INTO codes (order_number, hash, state, tries_left, expires) "
                        "VALUES (?, ?, ?, ?, ?)",
                        "sbiii", code->order, code->hash, (gint64) code->state,
                        (gint64) code->tries_left, code->expires))
    return FALSE;
  code->id = ra_database_last_id (store->database);
  return TRUE;
}

GPtrArray *
ra_store_list_codes (RaStore *store, const char *order, GError **error)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func ((GDestroyNotify) ra_code_free);
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local,
                         "SELECT id, order_number, hash, state, tries_left, expires FROM codes "
                         "WHERE order_number = ? ORDER BY id DESC LIMIT 10",
                         "s", order);

  while (rows != NULL && ra_database_next (store->database, rows, &local))
    {
      RaCode *code = g_new0 (RaCode, 1);

      code->id = ra_rows_get_int (rows, 0);
      code->order = ra_rows_dup_text (rows, 1);
      code->hash = ra_rows_dup_bytes (rows, 2);
      code->state = (RaCodeState) ra_rows_get_int (rows, 3);
      code->tries_left = (guint) ra_rows_get_int (rows, 4);
      code->expires = ra_rows_get_int (rows, 5);
      g_ptr_array_add (codes, code);
    }
  if (local == NULL)
    return g_steal_pointer (&codes);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

gboolean
ra_store_update_code (RaStore *store, RaCode *code, GError **error)
{
  return ra_database_run (store->database, error,
                          "UPDATE codes SET state = ?, tries_left = ? WHERE id = ?", "iii",
                          (gint64) code->state, (gint64) code->tries_left, code->id);
}

void
ra_message_free (RaMessage *message)
{
  g_free (message->order);
  g_free (message->to);
  g_free (message->text);
  g_clear_pointer (&message->code, g_bytes_unref);
  g_free (message->delivery);
  g_free (message);
}

gboolean
ra_store_add_message (RaStore *store, RaMessage *message, GError **error)
{
  if (!ra_database_run (store->database, error,
                        "INSERT INTO outbox (order_number, recipient, text, code, time, delivery) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        "sssbis", message->order, message->to, message->text, message->code,
                        message->time, message->delivery))
    return FALSE;
  message->id = ra_database_last_id (store->database);
  return TRUE;
}

GPtrArray *
ra_store_list_messages (RaStore *store, GError **error)
{
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) ra_message_free);
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows = ra_database_query (
      store->database, &local,
      "SELECT id, order_number, recipient, text, code, time, delivery FROM outbox ORDER BY id", "");

  while (rows != NULL && ra_database_next (store->database, rows, &local))
    {
      RaMessage *message = g_new0 (RaMessage, 1);

      message->id = ra_rows_get_int (rows, 0);
      message->order = ra_rows_dup_text (rows, 1);
      message->to = ra_rows_dup_text (rows, 2);
      message->text = ra_rows_dup_text (rows, 3);
      message->code = ra_rows_dup_bytes (rows, 4);
      message->time = ra_rows_get_int (rows, 5);
      message->delivery = ra_rows_dup_text (rows, 6);
      g_ptr_array_add (messages, message);
    }
  if (local == NULL)
    return g_steal_pointer (&messages);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

gboolean
ra_store_set_delivery (RaStore *store, gint64 message, const char *delivery, GError **error)
{
  return ra_database_run (store->database, error, "UPDATE outbox SET delivery = ? WHERE id = ?",
                          "si", delivery, message);
}

gboolean
ra_store_drop_message_codes (RaStore *store, const char *order, GError **error)
{
  return ra_database_run (store->database, error,
                          "UPDATE outbox SET code = NULL WHERE order_number = ? AND code NOTNULL",
                          "s", order);
}
