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
  g_free (order->token);
  g_free (order->reason);
  order->number = ra_rows_dup_text (rows, 0);
  yy_order_state_from_nick (state, &order->state);
  order->paid = ra_rows_get_int (rows, 3) != 0;
  order->token = ra_rows_dup_text (rows, 4);
  order->reason = ra_rows_dup_text (rows, 5);
  order->created = ra_rows_get_int (rows, 6);
  order->updated = ra_rows_get_int (rows, 7);
  order->agent_matches = ra_rows_get_int (rows, 8) != 0;
  order->rejected = ra_rows_get_int (rows, 9) != 0;
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
                          "reason, created, updated, agent_matches, rejected) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          "issssissiiii", id, order->number, details,
                          yy_order_type_get_info (order->type)->nick,
                          yy_order_state_get_nick (order->state), (gint64) order->paid,
                          order->token, order->reason, order->created, order->updated,
                          (gint64) order->agent_matches, (gint64) order->rejected);
}

#define ORDER_COLUMNS                                                                              \
  "SELECT number, details, state, paid, token, reason, created, updated, agent_matches, rejected " \
  "FROM "                                                                                          \
  "orders "

static gboolean
read_one (RaStore *store, RaRows rows, YyOrder **order, GError **error)
{
  g_autoptr (GError) local = NULL;

  *order = NULL;
  if (rows == NULL)
    return FALSE;
  if (ra_database_next (store->database, rows, &local))
    *order = read_order (rows, &local);
  return ra_store_finish (g_steal_pointer (&local), error);
}

static GPtrArray *
read_all (RaStore *store, RaRows rows, GError **error)
{
  g_autoptr (GPtrArray) orders = g_ptr_array_new_with_free_func ((GDestroyNotify) yy_order_free);
  g_autoptr (GError) local = NULL;

  if (rows == NULL)
    return NULL;
  while (local == NULL && ra_database_next (store->database, rows, &local))
    {
      YyOrder *order = read_order (rows, &local);

      if (order != NULL)
        g_ptr_array_add (orders, order);
    }
  return ra_store_finish (g_steal_pointer (&local), error) ? g_steal_pointer (&orders) : NULL;
}

gboolean
ra_store_get_order (RaStore *store, const char *number, YyOrder **order, GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error, ORDER_COLUMNS "WHERE number = ?", "s", number);

  return read_one (store, rows, order, error);
}

gboolean
ra_store_get_last_order (RaStore *store, const char *token, YyOrder **order, GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error,
                         ORDER_COLUMNS
                         "WHERE token = ? AND state = 'completed' ORDER BY id DESC LIMIT 1",
                         "s", token);

  return read_one (store, rows, order, error);
}

GPtrArray *
ra_store_list_orders (RaStore *store, GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error, ORDER_COLUMNS "ORDER BY id", "");

  return read_all (store, rows, error);
}

GPtrArray *
ra_store_list_open_orders (RaStore *store, const char *token, YyOrderType type, GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error,
                         ORDER_COLUMNS "WHERE token = ? AND type = ? AND "
                                       "state NOT IN ('completed', 'withdrawn', 'refunded') "
                                       "ORDER BY updated DESC, id DESC",
                         "ss", token, yy_order_type_get_info (type)->nick);

  return read_all (store, rows, error);
}

GPtrArray *
ra_store_list_rejected_orders (RaStore *store, const char *token, YyOrderType type, GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error,
                         ORDER_COLUMNS "WHERE token = ? AND type = ? AND rejected = 1 AND id > "
                                       "coalesce ((SELECT max (id) FROM orders WHERE token = ? AND "
                                       "state = 'completed'), 0)",
                         "sss", token, yy_order_type_get_info (type)->nick, token);

  return read_all (store, rows, error);
}

gboolean
ra_store_update_order (RaStore *store, YyOrder *order, GError **error)
{
  order->updated = g_get_real_time () / G_USEC_PER_SEC;
  return ra_database_run (store->database, error,
                          "UPDATE orders SET state = ?, paid = ?, token = ?, reason = ?, "
                          "agent_matches = ?, rejected = ?, updated = ? WHERE number = ?",
                          "sissiiis", yy_order_state_get_nick (order->state), (gint64) order->paid,
                          order->token, order->reason, (gint64) order->agent_matches,
                          (gint64) order->rejected, order->updated, order->number);
}

gboolean
ra_store_update_details (RaStore *store, YyOrder *order, GError **error)
{
  g_autoptr (JsonNode) node = yy_order_to_json (order);
  g_autofree char *details = json_to_string (node, FALSE);

  return ra_database_run (store->database, error, "UPDATE orders SET details = ? WHERE number = ?",
                          "ss", details, order->number) &&
         ra_store_update_order (store, order, error);
}

gboolean
ra_store_set_access (RaStore *store, const char *number, GBytes *access, GError **error)
{
  return ra_database_run (store->database, error, "UPDATE orders SET access = ? WHERE number = ?",
                          "bs", access, number);
}

gboolean
ra_store_get_access (RaStore *store, const char *number, GBytes **access, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, "SELECT access FROM orders WHERE number = ?", "s",
                         number);

  *access = NULL;
  if (rows != NULL && ra_database_next (store->database, rows, &local))
    *access = ra_rows_dup_bytes (rows, 0);
  return ra_store_finish (g_steal_pointer (&local), error);
}
