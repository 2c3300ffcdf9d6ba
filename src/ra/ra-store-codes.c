/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store-private.h"

void
ra_code_free (RaCode *code)
{
  g_free (code->order);
  g_clear_pointer (&code->hash, g_bytes_unref);
  g_free (code);
}

static gboolean
set_message (RaStore *store, const RaCode *code, GError **error)
{
  return ra_database_run (store->database, error, "UPDATE codes SET message = ? WHERE id = ?", "ii",
                          code->message, code->id);
}

gboolean
ra_store_add_code (RaStore *store, RaCode *code, GError **error)
{
  if (!ra_database_run (store->database, error,
                        "UPDATE codes SET state = ? WHERE order_number = ? AND state = ?", "isi",
                        (gint64) RA_CODE_REPLACED, code->order, (gint64) RA_CODE_VALID) ||
      !ra_database_run (store->database, error,
                        "INSERT INTO codes (order_number, hash, state, tries_left, expires, sent) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        "sbiiii", code->order, code->hash, (gint64) code->state,
                        (gint64) code->tries_left, code->expires, code->sent))
    return FALSE;
  code->id = ra_database_last_id (store->database);
  return code->message == 0 || set_message (store, code, error);
}

GPtrArray *
ra_store_list_codes (RaStore *store, const char *order, GError **error)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func ((GDestroyNotify) ra_code_free);
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local,
                         "SELECT id, order_number, hash, state, tries_left, expires, sent, message "
                         "FROM codes WHERE order_number = ? ORDER BY id DESC LIMIT 10",
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
      code->sent = ra_rows_get_int (rows, 6);
      code->message = ra_rows_get_int (rows, 7);
      g_ptr_array_add (codes, code);
    }
  return ra_store_finish (g_steal_pointer (&local), error) ? g_steal_pointer (&codes) : NULL;
}

gboolean
ra_store_update_code (RaStore *store, RaCode *code, GError **error)
{
  return ra_database_run (store->database, error,
                          "UPDATE codes SET state = ?, tries_left = ? WHERE id = ?", "iii",
                          (gint64) code->state, (gint64) code->tries_left, code->id) &&
         (code->message == 0 || set_message (store, code, error));
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

#define MESSAGE_COLUMNS                                                                            \
  "SELECT id, order_number, recipient, text, code, time, delivery FROM outbox "

static RaMessage *
read_message (RaRows rows)
{
  RaMessage *message = g_new0 (RaMessage, 1);

  message->id = ra_rows_get_int (rows, 0);
  message->order = ra_rows_dup_text (rows, 1);
  message->to = ra_rows_dup_text (rows, 2);
  message->text = ra_rows_dup_text (rows, 3);
  message->code = ra_rows_dup_bytes (rows, 4);
  message->time = ra_rows_get_int (rows, 5);
  message->delivery = ra_rows_dup_text (rows, 6);
  return message;
}

static GPtrArray *
read_messages (RaStore *store, RaRows rows, GError **error)
{
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) ra_message_free);
  g_autoptr (GError) local = NULL;

  if (rows == NULL)
    return NULL;
  while (ra_database_next (store->database, rows, &local))
    g_ptr_array_add (messages, read_message (rows));
  return ra_store_finish (g_steal_pointer (&local), error) ? g_steal_pointer (&messages) : NULL;
}

gboolean
ra_store_get_message (RaStore *store, gint64 id, RaMessage **message, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, MESSAGE_COLUMNS "WHERE id = ?", "i", id);

  *message = NULL;
  if (rows != NULL && ra_database_next (store->database, rows, &local))
    *message = read_message (rows);
  return ra_store_finish (g_steal_pointer (&local), error);
}

GPtrArray *
ra_store_list_messages (RaStore *store, GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error, MESSAGE_COLUMNS "ORDER BY id", "");

  return read_messages (store, rows, error);
}

GPtrArray *
ra_store_list_pending_messages (RaStore *store, GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error,
                         MESSAGE_COLUMNS "WHERE delivery = 'pending' ORDER BY id", "");

  return read_messages (store, rows, error);
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
