/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-store.h"

#include <string.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

typedef struct
{
  char *folder;
  char *path;
  RaStore *store;
} Fixture;

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *database = NULL;
  char *problem = NULL;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  sqlite3_exec (database, sql, NULL, NULL, &problem);
  g_assert_cmpstr (problem, ==, NULL);
  sqlite3_close (database);
}

static void
make_old (const char *path)
{
  g_autofree char *sql = NULL;

  g_assert_true (g_file_get_contents (FIXTURES "/ra-version-1.sql", &sql, NULL, NULL));
  run_sql (path, sql);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("yinyao-test-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "yinyao.db", NULL);
  make_old (fixture->path);
  fixture->store = ra_store_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_true (ra_store_begin (fixture->store, &error));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ra_store_rollback (fixture->store);
  ra_store_free (fixture->store);
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
check_old_token (RaStore *store)
{
  g_autoptr (RaToken) token = NULL;
  g_autoptr (RaGrant) grant = NULL;
  g_autoptr (RaGrant) same = NULL;

  g_assert_true (ra_store_get_token (store, "YY0001", &token, NULL));
  g_assert_cmpstr (token->state, ==, "issued");
  g_assert_cmpuint (g_bytes_get_size (token->previous), ==, 3);
  g_assert_false (token->so_lost);
  g_assert_true (ra_store_get_newest_grant (store, token->order, &grant, NULL));
  g_assert_cmpint (grant->state, ==, RA_GRANT_CLOSED);
  g_assert_true (ra_store_get_newest_grant_of_token (store, "YY0001", &same, NULL));
  g_assert_cmpstr (same->id, ==, grant->id);
}

static void
test_migration (Fixture *fixture, gconstpointer data)
{
  RaStore *store = fixture->store;
  g_autoptr (GPtrArray) orders = ra_store_list_orders (store, NULL);
  g_autoptr (GPtrArray) codes = ra_store_list_codes (store, "2026000001", NULL);
  g_autoptr (GPtrArray) messages = ra_store_list_messages (store, NULL);
  g_autoptr (GPtrArray) audit = ra_store_list_audit (store, NULL);
  g_autoptr (GBytes) access = NULL;
  const RaCode *code = NULL;

  g_assert_cmpuint (orders->len, ==, 2);
  g_assert_false (((YyOrder *) orders->pdata[0])->agent_matches);
  g_assert_cmpuint (audit->len, ==, 10);
  g_assert_cmpuint (messages->len, ==, 1);
  g_assert_cmpuint (codes->len, ==, 1);
  code = codes->pdata[0];
  g_assert_cmpint (code->state, ==, RA_CODE_USED);
  g_assert_cmpint (code->message, ==, 0);
  g_assert_cmpint (code->sent, ==, 0);
  check_old_token (store);
  g_assert_true (ra_store_get_access (store, "2026000001", &access, NULL));
  g_assert_null (access);
}

/* A second opening finds nothing to do; a database of a later program is left alone. */
static void
test_versions (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *other = g_build_filename (fixture->folder, "other.db", NULL);
  g_autoptr (RaStore) again = ra_store_open (fixture->path, &error);

  g_assert_no_error (error);
  run_sql (other, "PRAGMA user_version = 99");
  g_assert_null (ra_store_open (other, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
  g_clear_error (&error);
  run_sql (other, "PRAGMA user_version = 0");
  g_assert_null (ra_store_open (other, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
  g_unlink (other);
}

static void
test_last_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (YyOrder) order = NULL;
  g_autoptr (YyOrder) none = NULL;

  g_assert_true (ra_store_get_last_order (fixture->store, "YY0001", &order, NULL));
  g_assert_cmpstr (order->number, ==, "2026000001");
  g_assert_cmpstr (order->agent_name, ==, "张三");
  g_assert_true (ra_store_get_last_order (fixture->store, "YY0002", &none, NULL));
  g_assert_null (none);
}

static YyOrder *
add_unlock_order (RaStore *store)
{
  g_autoptr (YyOrder) order = yy_order_new (YY_ORDER_UNLOCK);
  g_autoptr (GError) error = NULL;

  order->organization = g_strdup ("甲");
  order->agent_name = g_strdup ("张三");
  order->agent_document_type = g_strdup ("passport");
  order->agent_document_number = g_strdup ("E1");
  order->agent_mobile = g_strdup ("13800000000");
  order->token = g_strdup ("YY0001");
  g_assert_true (ra_store_add_order (store, order, &error));
  g_assert_no_error (error);
  return g_steal_pointer (&order);
}

/* What stands in columns of its own wins over what the details said when they were saved. */
static void
test_details (Fixture *fixture, gconstpointer data)
{
  RaStore *store = fixture->store;
  g_autoptr (YyOrder) order = add_unlock_order (store);
  g_autoptr (YyOrder) read = NULL;

  g_free (order->agent_name);
  order->agent_name = g_strdup ("李四");
  order->reason = g_strdup ("before");
  g_assert_true (ra_store_update_details (store, order, NULL));
  g_free (order->reason);
  order->reason = g_strdup ("after");
  order->agent_matches = TRUE;
  order->state = YY_ORDER_REJECTED;
  g_assert_true (ra_store_update_order (store, order, NULL));
  g_assert_true (ra_store_get_order (store, order->number, &read, NULL));
  g_assert_cmpstr (read->agent_name, ==, "李四");
  g_assert_cmpstr (read->reason, ==, "after");
  g_assert_cmpstr (read->token, ==, "YY0001");
  g_assert_cmpint (read->state, ==, YY_ORDER_REJECTED);
  g_assert_true (read->agent_matches);
}

static void
test_open_orders (Fixture *fixture, gconstpointer data)
{
  RaStore *store = fixture->store;
  g_autoptr (GBytes) key = g_bytes_new_static ("key", 3);
  g_autoptr (GBytes) found = NULL;

  for (int state = 0; state < YY_ORDER_N_STATES; state++)
    {
      g_autoptr (YyOrder) order = add_unlock_order (store);
      g_autoptr (GPtrArray) open = NULL;

      order->state = (YyOrderState) state;
      g_assert_true (ra_store_update_order (store, order, NULL));
      open = ra_store_list_open_orders (store, "YY0001", YY_ORDER_UNLOCK, NULL);
      g_assert_cmpuint (open->len, ==,
                        state != YY_ORDER_COMPLETED && state != YY_ORDER_WITHDRAWN &&
                            state != YY_ORDER_REFUNDED);
      order->state = YY_ORDER_WITHDRAWN;
      g_assert_true (ra_store_update_order (store, order, NULL));
      g_assert_true (ra_store_set_access (store, order->number, key, NULL));
      g_clear_pointer (&found, g_bytes_unref);
      g_assert_true (ra_store_get_access (store, order->number, &found, NULL));
      g_assert_true (g_bytes_equal (found, key));
    }
}

static void
test_attempts (Fixture *fixture, gconstpointer data)
{
  RaStore *store = fixture->store;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  guint count = 0;
  gint64 first = 0;

  for (int i = 0; i < 3; i++)
    g_assert_true (ra_store_add_attempt (store, "YY0001", "match", NULL));
  g_assert_true (ra_store_add_attempt (store, "YY0001", "code", NULL));
  g_assert_true (
      ra_store_count_attempts (store, "YY0001", "match", now - 60, &count, &first, NULL));
  g_assert_cmpuint (count, ==, 3);
  g_assert_cmpint (first, >=, now);
  g_assert_true (
      ra_store_count_attempts (store, "YY0002", "match", now - 60, &count, &first, NULL));
  g_assert_cmpuint (count, ==, 0);
  g_assert_cmpint (first, ==, 0);
  g_assert_true (ra_store_prune_attempts (store, now + 60, NULL));
  g_assert_true (ra_store_count_attempts (store, "YY0001", "code", 0, &count, &first, NULL));
  g_assert_cmpuint (count, ==, 0);
}

static void
test_documents (Fixture *fixture, gconstpointer data)
{
  RaStore *store = fixture->store;
  g_autoptr (RaDocument) document = ra_document_new ("2026000001", "licence");
  g_autoptr (RaDocument) found = NULL;
  g_autoptr (GHashTable) contents = NULL;
  g_autoptr (GPtrArray) documents = NULL;

  document->sha256 = g_strdup ("ab12");
  document->size = 5;
  document->format = g_strdup ("pdf");
  document->file_name = g_strdup ("../../营业执照.pdf");
  g_assert_true (ra_store_save_document (store, document, NULL));
  document->size = 6;
  g_assert_true (ra_store_save_document (store, document, NULL));
  g_assert_true (ra_store_get_document (store, "2026000001", "licence", &found, NULL));
  g_assert_cmpint (found->size, ==, 6);
  g_assert_cmpstr (found->file_name, ==, document->file_name);
  contents = ra_store_list_contents (store, NULL);
  g_assert_cmpuint (g_hash_table_size (contents), ==, 1);
  g_assert_true (g_hash_table_contains (contents, "ab12"));
  g_assert_true (ra_store_drop_document (store, "2026000001", "licence", NULL));
  documents = ra_store_list_documents (store, "2026000001", NULL);
  g_assert_cmpuint (documents->len, ==, 0);
}

static void
test_empty_secret (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
  g_autoptr (GBytes) key = g_bytes_new_static ("key", 3);
  g_autoptr (RaGrant) found = NULL;
  g_autoptr (GError) error = NULL;
  RaGrant grant = { .id = (char *) "g2",
                    .order = (char *) "2026000001",
                    .token = (char *) "YY0001",
                    .code = 1,
                    .session = (char *) "s",
                    .key = key,
                    .cmp_secret = none };

  g_assert_true (ra_store_add_grant (fixture->store, &grant, &error));
  g_assert_no_error (error);
  g_assert_true (ra_store_get_newest_grant_of_token (fixture->store, "YY0001", &found, NULL));
  g_assert_cmpstr (found->id, ==, "g2");
  g_assert_cmpuint (g_bytes_get_size (found->cmp_secret), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/ra-order/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("migration", test_migration);
  ADD ("versions", test_versions);
  ADD ("last-order", test_last_order);
  ADD ("details", test_details);
  ADD ("open-orders", test_open_orders);
  ADD ("attempts", test_attempts);
  ADD ("documents", test_documents);
  ADD ("empty-secret", test_empty_secret);
#undef ADD
  return g_test_run ();
}
