/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store-private.h"

RaToken *
ra_token_new (const char *serial)
{
  RaToken *token = g_new0 (RaToken, 1);

  token->serial = g_strdup (serial);
  return token;
}

void
ra_token_free (RaToken *token)
{
  g_free (token->serial);
  g_free (token->model);
  g_free (token->state);
  g_free (token->order);
  g_clear_pointer (&token->so_pin, g_bytes_unref);
  g_clear_pointer (&token->pending, g_bytes_unref);
  g_clear_pointer (&token->previous, g_bytes_unref);
  g_free (token);
}

#define TOKEN_COLUMNS                                                                              \
  "SELECT serial, model, state, order_number, so_pin, pending, previous, so_lost FROM tokens "

static RaToken *
read_token (RaRows rows)
{
  RaToken *token = g_new0 (RaToken, 1);

  token->serial = ra_rows_dup_text (rows, 0);
  token->model = ra_rows_dup_text (rows, 1);
  token->state = ra_rows_dup_text (rows, 2);
  token->order = ra_rows_dup_text (rows, 3);
  token->so_pin = ra_rows_dup_bytes (rows, 4);
  token->pending = ra_rows_dup_bytes (rows, 5);
  token->previous = ra_rows_dup_bytes (rows, 6);
  token->so_lost = ra_rows_get_int (rows, 7) != 0;
  return token;
}

gboolean
ra_store_get_token (RaStore *store, const char *serial, RaToken **token, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, TOKEN_COLUMNS "WHERE serial = ?", "s", serial);

  *token = NULL;
  if (rows != NULL && ra_database_next (store->database, rows, &local))
    *token = read_token (rows);
  return ra_store_finish (g_steal_pointer (&local), error);
}

GPtrArray *
ra_store_list_tokens (RaStore *store, GError **error)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) ra_token_free);
  g_autoptr (GError) local = NULL;
  g_auto (RaRows) rows =
      ra_database_query (store->database, &local, TOKEN_COLUMNS "ORDER BY serial", "");

  while (rows != NULL && ra_database_next (store->database, rows, &local))
    g_ptr_array_add (tokens, read_token (rows));
  return ra_store_finish (g_steal_pointer (&local), error) ? g_steal_pointer (&tokens) : NULL;
}

gboolean
ra_store_save_token (RaStore *store, RaToken *token, GError **error)
{
  return ra_database_run (
      store->database, error,
      "INSERT INTO tokens (serial, model, state, order_number, so_pin, pending, previous, so_lost) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (serial) DO UPDATE SET model = excluded.model, "
      "state = excluded.state, order_number = excluded.order_number, so_pin = excluded.so_pin, "
      "pending = excluded.pending, previous = excluded.previous, so_lost = excluded.so_lost",
      "ssssbbbi", token->serial, token->model, token->state, token->order, token->so_pin,
      token->pending, token->previous, (gint64) token->so_lost);
}

void
ra_grant_free (RaGrant *grant)
{
  g_free (grant->id);
  g_free (grant->order);
  g_free (grant->token);
  g_free (grant->session);
  g_clear_pointer (&grant->key, g_bytes_unref);
  g_clear_pointer (&grant->cmp_secret, g_bytes_unref);
  g_free (grant);
}

gboolean
ra_store_add_grant (RaStore *store, RaGrant *grant, GError **error)
{
  return ra_database_run (
      store->database, error,
      "INSERT INTO grants (id, order_number, token, code, state, session, bearer, cmp_secret) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      "sssiisbb", grant->id, grant->order, grant->token, grant->code, (gint64) grant->state,
      grant->session, grant->key, grant->cmp_secret);
}

#define GRANT_COLUMNS                                                                              \
  "SELECT id, order_number, token, code, state, session, bearer, cmp_secret FROM grants "

static gboolean
read_grant (RaStore *store, RaRows rows, RaGrant **grant, GError **error)
{
  g_autoptr (GError) local = NULL;

  *grant = NULL;
  if (rows == NULL)
    return FALSE;
  if (ra_database_next (store->database, rows, &local))
    {
      *grant = g_new0 (RaGrant, 1);
      (*grant)->id = ra_rows_dup_text (rows, 0);
      (*grant)->order = ra_rows_dup_text (rows, 1);
      (*grant)->token = ra_rows_dup_text (rows, 2);
      (*grant)->code = ra_rows_get_int (rows, 3);
      (*grant)->state = (RaGrantState) ra_rows_get_int (rows, 4);
      (*grant)->session = ra_rows_dup_text (rows, 5);
      (*grant)->key = ra_rows_dup_bytes (rows, 6);
      (*grant)->cmp_secret = ra_rows_dup_bytes (rows, 7);
    }
  return ra_store_finish (g_steal_pointer (&local), error);
}

gboolean
ra_store_get_grant (RaStore *store, const char *id, RaGrant **grant, GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error, GRANT_COLUMNS "WHERE id = ?", "s", id);

  return read_grant (store, rows, grant, error);
}

gboolean
ra_store_get_newest_grant (RaStore *store, const char *order, RaGrant **grant, GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error,
                         GRANT_COLUMNS "WHERE order_number = ? ORDER BY sequence DESC LIMIT 1", "s",
                         order);

  return read_grant (store, rows, grant, error);
}

gboolean
ra_store_get_newest_grant_of_token (RaStore *store,
                                    const char *token,
                                    RaGrant **grant,
                                    GError **error)
{
  g_auto (RaRows) rows =
      ra_database_query (store->database, error,
                         GRANT_COLUMNS "WHERE token = ? ORDER BY sequence DESC LIMIT 1", "s",
                         token);

  return read_grant (store, rows, grant, error);
}

gboolean
ra_store_update_grant (RaStore *store, RaGrant *grant, GError **error)
{
  return ra_database_run (store->database, error,
                          "UPDATE grants SET state = ?, session = ? WHERE id = ?", "iss",
                          (gint64) grant->state, grant->session, grant->id);
}
