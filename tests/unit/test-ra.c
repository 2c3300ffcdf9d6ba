/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-batch.h"
#include "ra/ra-cmp-peek.h"
#include "ra/ra-fault.h"
#include "ra/ra-grant.h"
#include "ra/ra-limiter.h"
#include "ra/ra-rules.h"
#include "ra/ra-store.h"
#include "ra/ra-vault.h"
#include "ra/ra-x509.h"

#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <openssl/cmp.h>
#include <openssl/crmf.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <sqlite3.h>

static void
test_grant (void)
{
  const int conflict = -RA_FAULT_CONFLICT - 1;
  const int not_ready = -RA_FAULT_NOT_READY - 1;
  /* By state, then report (pin-set, rotated, closed): the next state, or the fault. */
  const int same[5][3] = {
    { not_ready, not_ready, not_ready },
    { 2, not_ready, not_ready },
    { 2, 3, not_ready },
    { 3, 3, 4 },
    { 4, 4, 4 },
  };
  const int other[5][3] = {
    { not_ready, conflict, conflict }, { 2, conflict, conflict },        { 2, conflict, conflict },
    { 2, conflict, conflict },         { conflict, conflict, conflict },
  };

  for (int state = 0; state < 5; state++)
    for (int report = 0; report < 3; report++)
      for (int mine = 0; mine < 2; mine++)
        {
          int wanted = mine ? same[state][report] : other[state][report];
          g_autoptr (GError) error = NULL;
          RaGrantState next = RA_GRANT_AUTHORISED;
          gboolean moved =
              ra_grant_next ((RaGrantState) state, mine, (RaGrantState) (report + RA_GRANT_PIN_SET),
                             &next, &error);

          g_test_message ("state %d, report %d, same session %d", state, report, mine);
          g_assert_cmpint (moved ? (int) next : -error->code - 1, ==, wanted);
        }
}

static void
test_grant_nicks (void)
{
  RaGrantState state = RA_GRANT_AUTHORISED;
  g_autoptr (GError) error = NULL;

  g_assert_true (ra_grant_state_from_nick ("pin-set", &state));
  g_assert_cmpint (state, ==, RA_GRANT_PIN_SET);
  g_assert_false (ra_grant_state_from_nick ("PIN-SET", &state));
  g_assert_false (ra_grant_next (RA_GRANT_PIN_SET, TRUE, RA_GRANT_RELEASED, &state, &error));
  g_assert_error (error, RA_FAULT, RA_FAULT_MALFORMED);
}

static RaVault *
new_vault (char fill)
{
  char key[RA_MASTER_KEY_SIZE];
  g_autoptr (YySecret) secret = NULL;
  g_autoptr (GError) error = NULL;
  RaVault *vault = NULL;

  memset (key, fill, sizeof key);
  secret = yy_secret_new (key, sizeof key);
  vault = ra_vault_new (secret, &error);
  g_assert_no_error (error);
  return vault;
}

static void
assert_sealed (RaVault *vault, const char *kind, const char *owner, GBytes *sealed)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ra_vault_decrypt (vault, kind, owner, sealed, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
}

static void
test_vault (void)
{
  g_autoptr (RaVault) vault = new_vault ('a');
  g_autoptr (RaVault) other = new_vault ('b');
  g_autoptr (YySecret) secret = yy_secret_new ("0123456789ABCDEF", 16);
  g_autoptr (GBytes) sealed = ra_vault_encrypt (vault, "so-pin", "T1", secret);
  g_autoptr (GBytes) again = ra_vault_encrypt (vault, "so-pin", "T1", secret);
  g_autoptr (YySecret) opened = ra_vault_decrypt (vault, "so-pin", "T1", sealed, NULL);
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (sealed, &size);

  g_assert_true (yy_secret_equal (secret, opened));
  g_assert_false (g_bytes_equal (sealed, again));
  assert_sealed (vault, "so-pin", "T2", sealed);
  assert_sealed (vault, "code", "T1", sealed);
  assert_sealed (other, "so-pin", "T1", sealed);
  for (gsize i = 0; i < size; i++)
    {
      g_autofree guint8 *changed = g_memdup2 (data, size);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GBytes) cut = g_bytes_new (data, i);

      changed[i] ^= 1;
      bytes = g_bytes_new (changed, size);
      assert_sealed (vault, "so-pin", "T1", bytes);
      assert_sealed (vault, "so-pin", "T1", cut);
    }
}

static void
test_hash (void)
{
  g_autoptr (RaVault) vault = new_vault ('a');
  g_autoptr (YySecret) one = yy_secret_new ("123456", 6);
  g_autoptr (YySecret) two = yy_secret_new ("123457", 6);
  g_autoptr (GBytes) first = ra_vault_hash (vault, "activation", "1", one);
  g_autoptr (GBytes) same = ra_vault_hash (vault, "activation", "1", one);
  g_autoptr (GBytes) second = ra_vault_hash (vault, "activation", "1", two);
  g_autoptr (GBytes) elsewhere = ra_vault_hash (vault, "activation", "2", one);

  g_assert_true (ra_vault_hash_equal (first, same));
  g_assert_false (ra_vault_hash_equal (first, second));
  g_assert_false (ra_vault_hash_equal (first, elsewhere));
}

static void
test_limiter (void)
{
  g_autoptr (RaLimiter) limiter = ra_limiter_new ();

  for (int i = 0; i < 3; i++)
    {
      g_assert_cmpuint (ra_limiter_wait (limiter, "here", 3), ==, 0);
      ra_limiter_count (limiter, "here");
    }
  g_assert_cmpuint (ra_limiter_wait (limiter, "here", 3), >, 3500);
  g_assert_cmpuint (ra_limiter_wait (limiter, "there", 3), ==, 0);
}

static RaRules *
rules_with (const char *lines, GError **error)
{
  g_autofree char *text = g_strdup_printf ("[ca]\nname=A\nproduct=B\nhotline=C\nlanguage=D\n"
                                           "[pin]\nmin-length=6\nmax-length=9\nmin-classes=1\n%s",
                                           lines);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (YyProfile) profile = yy_profile_new (bytes, NULL);

  return ra_rules_new (profile, error);
}

static void
test_rules (void)
{
  static const struct
  {
    const char *lines;
    const char *named;
  } bad[] = {
    { "[code]\nlength=5\n", "[code] length" },
    { "[code]\ntries=many\n", "[code] tries" },
    { "[token]\nso-pin-length=7\n", "[token] so-pin-length" },
    { "[token]\nso-pin-alphabet=A\n", "[token] so-pin-alphabet" },
    { "[token]\nso-pin-alphabet=01234567890\n", "[token] so-pin-alphabet" },
    { "[key]\ntype=DSA\n", "[key] type" },
    { "[key]\nbits=384\n", "[key] bits" },
    { "[key]\ntype=RSA\nbits=1024\n", "[key] bits" },
    { "[issuing]\ncrl-days=0\n", "[issuing] crl-days" },
    { "[sms]\nactivation=no code\n", "[sms] activation" },
    { "[sms]\nverification=no code\n", "[sms] verification" },
    { "[verification]\nlength=5\n", "[verification] length" },
    { "[verification]\nlength=13\n", "[verification] length" },
    { "[verification]\nvalidity-minutes=0\n", "[verification] validity-minutes" },
    { "[verification]\ntries=21\n", "[verification] tries" },
    { "[verification]\nresend-seconds=0\n", "[verification] resend-seconds" },
    { "[verification]\ncodes-per-hour=x\n", "[verification] codes-per-hour" },
    { "[limits]\nmatches-per-address=0\n", "[limits] matches-per-address" },
    { "[limits]\nmatches-per-token=-1\n", "[limits] matches-per-token" },
    { "[fees]\napply=-1\n", "[fees] apply" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (RaRules) standard = rules_with ("", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (standard->code_tries, ==, 5);
  g_assert_cmpuint (standard->so_pin_length, ==, 16);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) problem = NULL;

      g_assert_null (rules_with (bad[i].lines, &problem));
      g_assert_error (problem, YY_ERROR, YY_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (problem->message, bad[i].named));
    }
}

/* A profile written before a key was known is read as if it had the demo's value. */
static void
test_rules_of_demo (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (DEMO_PROFILE);
  g_autoptr (GBytes) bytes = g_file_load_bytes (file, NULL, NULL, &error);
  g_autoptr (YyProfile) profile = bytes == NULL ? NULL : yy_profile_new (bytes, &error);
  g_autoptr (RaRules) demo = profile == NULL ? NULL : ra_rules_new (profile, &error);
  g_autoptr (RaRules) standard = rules_with ("", NULL);

  g_assert_no_error (error);
  g_assert_cmpuint (standard->verification_length, ==, demo->verification_length);
  g_assert_cmpuint (standard->verification_minutes, ==, demo->verification_minutes);
  g_assert_cmpuint (standard->verification_tries, ==, demo->verification_tries);
  g_assert_cmpuint (standard->verification_resend_seconds, ==, demo->verification_resend_seconds);
  g_assert_cmpuint (standard->verification_codes_per_hour, ==, demo->verification_codes_per_hour);
  g_assert_cmpuint (standard->matches_per_address, ==, demo->matches_per_address);
  g_assert_cmpuint (standard->matches_per_token, ==, demo->matches_per_token);
  g_assert_cmpstr (standard->sms_verification, ==, demo->sms_verification);
  g_assert_cmpstr (standard->sms_unlock_approved, ==, demo->sms_unlock_approved);
  g_assert_cmpstr (standard->sms_unlock_rejected, ==, demo->sms_unlock_rejected);
  g_assert_cmpstr (standard->sms_unlocked, ==, demo->sms_unlocked);
}

static OSSL_CMP_MSG *captured;

static OSSL_CMP_MSG *
capture (OSSL_CMP_CTX *context, const OSSL_CMP_MSG *request)
{
  unsigned char *der = NULL;
  int length = i2d_OSSL_CMP_MSG (request, &der);
  const unsigned char *end = der;

  captured = d2i_OSSL_CMP_MSG (NULL, &end, length);
  OPENSSL_free (der);
  return NULL;
}

static int
discard_log (const char *component,
             const char *file,
             int line,
             OSSL_CMP_severity level,
             const char *text)
{
  return 1;
}

/* A real ir, made by OpenSSL. */
static GBytes *
make_ir (EVP_PKEY *key, const char *reference)
{
  OSSL_CMP_CTX *context = OSSL_CMP_CTX_new (NULL, NULL);
  unsigned char *der = NULL;
  int length = 0;
  GBytes *bytes = NULL;

  EVP_PKEY_up_ref (key);
  OSSL_CMP_CTX_set_log_cb (context, discard_log);
  OSSL_CMP_CTX_set_transfer_cb (context, capture);
  OSSL_CMP_CTX_set1_referenceValue (context, (const unsigned char *) reference,
                                    (int) strlen (reference));
  OSSL_CMP_CTX_set1_secretValue (context, (const unsigned char *) "secret", 6);
  OSSL_CMP_CTX_set0_newPkey (context, 1, key);
  OSSL_CMP_exec_IR_ses (context);
  OSSL_CMP_CTX_free (context);
  ERR_clear_error ();
  length = i2d_OSSL_CMP_MSG (captured, &der);
  OSSL_CMP_MSG_free (captured);
  bytes = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  return bytes;
}

static void
test_peek (void)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (GBytes) message = make_ir (key, "a-reference");
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (message, &size);
  RaCmpPeek peek;

  g_assert_true (ra_cmp_peek (message, &peek));
  g_assert_cmpstr (peek.reference, ==, "a-reference");
  g_assert_cmpuint (peek.transaction_length, ==, 16);
  for (gsize length = 0; length < size; length++)
    {
      /* A copy of its own, so that reading beyond the end is seen by the tools. */
      g_autoptr (GBytes) cut = g_bytes_new (data, length);

      g_assert_false (ra_cmp_peek (cut, &peek));
    }
  for (gsize i = 0; i < size; i++)
    for (int bit = 0; bit < 8; bit++)
      {
        g_autofree guint8 *changed = g_memdup2 (data, size);
        g_autoptr (GBytes) bytes = NULL;

        changed[i] ^= (guint8) (1 << bit);
        bytes = g_bytes_new_take (g_steal_pointer (&changed), size);
        if (ra_cmp_peek (bytes, &peek))
          g_assert_cmpuint (strlen (peek.reference), <, sizeof peek.reference);
      }
}

static void
test_peek_long_reference (void)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autofree char *text = g_strnfill (65, 'r');
  g_autoptr (GBytes) message = make_ir (key, text);
  g_autoptr (GBytes) space = make_ir (key, "a b");
  RaCmpPeek peek;

  g_assert_false (ra_cmp_peek (message, &peek));
  g_assert_false (ra_cmp_peek (space, &peek));
}

static void
test_peek_key (void)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  OSSL_CRMF_CERTTEMPLATE *template = OSSL_CRMF_CERTTEMPLATE_new ();
  unsigned char *der = NULL;
  int length = 0;
  g_autoptr (GBytes) spki = ra_x509_spki (key);
  g_autoptr (GBytes) found = NULL;

  OSSL_CRMF_CERTTEMPLATE_fill (template, key, NULL, NULL, NULL);
  length = i2d_OSSL_CRMF_CERTTEMPLATE (template, &der);
  OSSL_CRMF_CERTTEMPLATE_free (template);
  found = ra_cmp_peek_key (der, (gsize) length);
  g_assert_true (g_bytes_equal (spki, found));
  for (int i = 0; i < length; i++)
    {
      g_autofree guint8 *cut = g_memdup2 (der, (gsize) i);

      g_assert_null (ra_cmp_peek_key (cut, (gsize) i));
    }
  OPENSSL_free (der);
}

static void
test_peek_status (void)
{
  OSSL_CMP_PKISI *info = OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_rejection, 1 << 9, "no");
  unsigned char *der = NULL;
  int length = i2d_OSSL_CMP_PKISI (info, &der);

  OSSL_CMP_PKISI_free (info);
  g_assert_cmpint (ra_cmp_peek_status (der, (gsize) length), ==, OSSL_CMP_PKISTATUS_rejection);
  for (int i = 0; i < length; i++)
    g_assert_cmpint (ra_cmp_peek_status (der, (gsize) i), ==, -1);
  OPENSSL_free (der);
}

static gboolean
is_accepted (EVP_PKEY *key)
{
  g_autoptr (EVP_PKEY) owned = key;
  g_autoptr (GBytes) spki = ra_x509_spki (key);
  g_autoptr (GError) error = NULL;
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (spki, &size);
  gboolean accepted = ra_x509_check_key (spki, &error);

  if (!accepted)
    g_assert_error (error, YY_ERROR, YY_ERROR_REFUSED);
  for (gsize i = 0; i < size; i++)
    {
      g_autoptr (GBytes) cut = g_bytes_new (data, i);

      g_assert_false (ra_x509_check_key (cut, NULL));
    }
  return accepted;
}

static void
test_keys (void)
{
  g_assert_true (is_accepted (EVP_EC_gen ("P-256")));
  g_assert_true (is_accepted (EVP_RSA_gen (2048)));
  g_assert_true (is_accepted (EVP_RSA_gen (3072)));
  g_assert_false (is_accepted (EVP_RSA_gen (1024)));
  g_assert_false (is_accepted (EVP_RSA_gen (2047)));
  g_assert_false (is_accepted (EVP_EC_gen ("P-384")));
  g_assert_false (is_accepted (EVP_EC_gen ("secp256k1")));
}

static void
refuse_sql (const char *path, const char *sql)
{
  sqlite3 *handle = NULL;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_CONSTRAINT);
  sqlite3_close (handle);
}

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *handle = NULL;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

static RaStore *
store_with_entries (const char *path)
{
  g_autoptr (GError) error = NULL;
  RaStore *store = ra_store_create (path, &error);

  g_assert_no_error (error);
  g_assert_true (ra_store_begin (store, &error));
  for (int i = 0; i < 3; i++)
    g_assert_true (ra_store_audit (store, "somebody", "something", "1", "because", &error));
  g_assert_true (ra_store_commit (store, &error));
  return store;
}

static void
test_audit (void)
{
  g_autofree char *folder = g_dir_make_tmp ("yinyao-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "db", NULL);
  g_autoptr (RaStore) store = store_with_entries (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = ra_store_list_audit (store, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 3);
  refuse_sql (path, "UPDATE audit SET why = 'another reason' WHERE id = 2");
  refuse_sql (path, "DELETE FROM audit WHERE id = 2");
  /* Who takes the trigger away is found out by the chain. */
  run_sql (path, "DROP TRIGGER audit_no_update;"
                 "UPDATE audit SET why = 'another reason' WHERE id = 2");
  g_assert_null (ra_store_list_audit (store, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
  g_clear_pointer (&store, ra_store_free);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_marks (void)
{
  g_autofree char *folder = g_dir_make_tmp ("yinyao-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "db", NULL);
  g_autoptr (RaStore) store = store_with_entries (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  g_assert_true (ra_store_begin (store, &error));
  g_assert_true (ra_store_mark (store, &error));
  g_assert_true (ra_store_audit (store, "a", "kept", "", "", &error));
  g_assert_true (ra_store_keep_mark (store, &error));
  g_assert_true (ra_store_mark (store, &error));
  g_assert_true (ra_store_audit (store, "b", "undone", "", "", &error));
  g_assert_true (ra_store_undo_mark (store, &error));
  g_assert_true (ra_store_commit (store, &error));
  entries = ra_store_list_audit (store, &error);
  g_assert_cmpuint (entries->len, ==, 4);
  g_clear_pointer (&store, ra_store_free);
  g_unlink (path);
  g_rmdir (folder);
}

static void
note (gboolean committed, gpointer outcome)
{
  *(int *) outcome = committed;
}

/* One part of a batch: an entry in the log, and somebody who waits for it. */
static void
do_part (RaBatch *batch, RaStore *store, int *outcome)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ra_batch_enter (batch, &error));
  g_assert_true (ra_store_audit (store, "a", "part", "", "", &error));
  g_assert_true (ra_batch_leave (batch, TRUE, &error));
  ra_batch_hold (batch, note, outcome);
  *outcome = -1;
}

/* SQLite undoes a whole transaction by itself when the disk is full: whoever waits is told at once,
   and what comes then is a transaction of its own again. */
static void
test_batch_that_is_lost (void)
{
  g_autofree char *folder = g_dir_make_tmp ("yinyao-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "db", NULL);
  g_autoptr (RaStore) store = store_with_entries (path);
  g_autoptr (RaBatch) batch = ra_batch_new (store);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  int before = 0;
  int after = 0;

  do_part (batch, store, &before);
  g_assert_true (ra_batch_enter (batch, &error));
  ra_store_rollback (store);
  g_assert_false (ra_batch_leave (batch, FALSE, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_FAILED);
  g_assert_cmpint (before, ==, FALSE);
  g_assert_false (ra_batch_is_open (batch));
  do_part (batch, store, &after);
  ra_batch_flush (batch);
  g_assert_cmpint (after, ==, TRUE);
  entries = ra_store_list_audit (store, NULL);
  g_assert_cmpuint (entries->len, ==, 4);
  g_clear_pointer (&batch, ra_batch_free);
  g_clear_pointer (&store, ra_store_free);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ra/grant", test_grant);
  g_test_add_func ("/ra/grant-nicks", test_grant_nicks);
  g_test_add_func ("/ra/vault", test_vault);
  g_test_add_func ("/ra/hash", test_hash);
  g_test_add_func ("/ra/limiter", test_limiter);
  g_test_add_func ("/ra/rules", test_rules);
  g_test_add_func ("/ra/rules-of-demo", test_rules_of_demo);
  g_test_add_func ("/ra/peek", test_peek);
  g_test_add_func ("/ra/peek-long-reference", test_peek_long_reference);
  g_test_add_func ("/ra/peek-key", test_peek_key);
  g_test_add_func ("/ra/peek-status", test_peek_status);
  g_test_add_func ("/ra/keys", test_keys);
  g_test_add_func ("/ra/audit", test_audit);
  g_test_add_func ("/ra/marks", test_marks);
  g_test_add_func ("/ra/batch-that-is-lost", test_batch_that_is_lost);
  return g_test_run ();
}
