/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Enrols many certificates at a running service, by many clients at a time, each with its own TLS
 * connection kept open, and prints how many a second. Every enrolment is a whole one: an ir with
 * a new EC key, and certConf. Orders, grants and keys are made before the clock starts.
 */
#include "load.h"

#include <stdio.h>
#include <string.h>

#include <openssl/cmp.h>
#include <openssl/ec.h>
#include <openssl/err.h>

typedef struct
{
  char *reference;
  YySecret *secret;
  EVP_PKEY *key;
} Job;

static char *directory;
static char *address;
static char *details;
static int n_enrolments = 1000;
static int n_clients = 32;

static Job *jobs;
static int next_job;
static int n_failed;
static X509 *ca;

static const GOptionEntry options[] = {
  { "dir", 0, 0, G_OPTION_ARG_FILENAME, &directory, "Directory of the CA", "DIR" },
  { "details", 0, 0, G_OPTION_ARG_FILENAME, &details, "Details of the orders", "FILE" },
  { "connect", 0, 0, G_OPTION_ARG_STRING, &address, "The service's port on 127.0.0.1", "PORT" },
  { "enrolments", 0, 0, G_OPTION_ARG_INT, &n_enrolments, "How many", "N" },
  { "clients", 0, 0, G_OPTION_ARG_INT, &n_clients, "How many at a time", "N" },
  G_OPTION_ENTRY_NULL
};

/* An order that is ready, with a grant, written straight into the store. */
static void
make_job (RaSite *site, GBytes *file, int index, Job *job)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (YyOrder) order = yy_order_new_from_key_file (file, &error);
  g_autofree char *serial = NULL;
  g_autoptr (RaToken) token = NULL;
  g_autoptr (RaGrant) grant = g_new0 (RaGrant, 1);
  g_autoptr (YySecret) id = yy_secret_new_random (32, "0123456789abcdef");

  load_check (error);
  order->state = YY_ORDER_READY;
  if (!ra_store_add_order (site->store, order, &error))
    load_die (error->message);
  serial = g_strdup_printf ("LOAD%s-%d", order->number, index);
  token = ra_token_new (serial);
  token->state = g_strdup ("prepared");
  token->order = g_strdup (order->number);
  order->token = g_strdup (serial);
  job->reference = g_strdup (yy_secret_bytes (id));
  job->secret = yy_secret_new_random (64, "0123456789abcdef");
  job->key = EVP_EC_gen ("P-256");
  grant->id = g_strdup (job->reference);
  grant->order = g_strdup (order->number);
  grant->token = g_strdup (serial);
  grant->state = RA_GRANT_CLOSED;
  grant->session = g_strdup (job->reference);
  grant->key = ra_vault_encrypt (site->vault, "bearer", grant->id, job->secret);
  grant->cmp_secret = ra_vault_encrypt (site->vault, "cmp-secret", grant->id, job->secret);
  if (!ra_store_save_token (site->store, token, &error) ||
      !ra_store_update_order (site->store, order, &error))
    load_die (error->message);
  /* A grant lives and ends with the code it was authorised with. */
  grant->code = load_add_code (site, order->number);
  if (!ra_store_add_grant (site->store, grant, &error))
    load_die (error->message);
}

static void
make_jobs (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RaSite) site = ra_site_open (directory, &error);
  g_autoptr (GBytes) file = load_read_file (details);

  load_check (error);
  jobs = g_new0 (Job, n_enrolments);
  ra_store_begin (site->store, &error);
  load_check (error);
  for (int i = 0; i < n_enrolments; i++)
    make_job (site, file, i, &jobs[i]);
  ra_store_commit (site->store, &error);
  load_check (error);
  ca = X509_dup (ra_authority_get_certificate (site->authority));
}

static OSSL_CMP_MSG *
transfer (OSSL_CMP_CTX *context, const OSSL_CMP_MSG *request)
{
  LoadClient *client = OSSL_CMP_CTX_get_transfer_cb_arg (context);
  unsigned char *der = NULL;
  int size = i2d_OSSL_CMP_MSG (request, &der);
  int head = snprintf (client->buffer, LOAD_BUFFER_SIZE,
                       "POST /.well-known/cmp HTTP/1.1\r\nHost: localhost\r\n"
                       "Content-Type: application/pkixcmp\r\nContent-Length: %d\r\n\r\n",
                       size);
  const char *answer = NULL;
  long length = load_exchange (client, (gsize) head, der, (gsize) size, &answer);
  const unsigned char *body = (const unsigned char *) answer;

  OPENSSL_free (der);
  return length < 0 ? NULL : d2i_OSSL_CMP_MSG (NULL, &body, length);
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

static gboolean
enrol (LoadClient *client, const Job *job)
{
  OSSL_CMP_CTX *context = OSSL_CMP_CTX_new (NULL, NULL);
  gboolean done = FALSE;

  EVP_PKEY_up_ref (job->key);
  if (OSSL_CMP_CTX_set_log_cb (context, discard_log) != 1 ||
      OSSL_CMP_CTX_set_transfer_cb (context, transfer) != 1 ||
      OSSL_CMP_CTX_set_transfer_cb_arg (context, client) != 1 ||
      OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_OWF_ALGNID, NID_sha256) != 1 ||
      OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_MAC_ALGNID, NID_hmacWithSHA256) != 1 ||
      OSSL_CMP_CTX_set1_referenceValue (context, (const unsigned char *) job->reference,
                                        (int) strlen (job->reference)) != 1 ||
      OSSL_CMP_CTX_set1_secretValue (context, (const unsigned char *) yy_secret_bytes (job->secret),
                                     (int) yy_secret_length (job->secret)) != 1 ||
      OSSL_CMP_CTX_set1_subjectName (context, X509_get_subject_name (ca)) != 1 ||
      OSSL_CMP_CTX_set0_newPkey (context, 1, job->key) != 1)
    load_die ("CMP cannot be used");
  done = OSSL_CMP_exec_IR_ses (context) != NULL;
  OSSL_CMP_CTX_free (context);
  return done;
}

static void
work (LoadClient *client)
{
  for (int i = g_atomic_int_add (&next_job, 1); i < n_enrolments;
       i = g_atomic_int_add (&next_job, 1))
    if (!enrol (client, &jobs[i]))
      {
        ERR_clear_error ();
        g_atomic_int_inc (&n_failed);
      }
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  double seconds = 0;

  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_parse (context, &argc, &argv, &error);
  load_check (error);
  if (directory == NULL || address == NULL || details == NULL || n_clients < 1)
    load_die ("--dir, --details and --connect are needed");
  make_jobs ();
  load_trust (ca);
  seconds = load_run (load_connect ((guint) n_clients, address), work);
  printf ("%d enrolments, %d failed, %.2f s, %.1f enrolments/s\n", n_enrolments, n_failed, seconds,
          (n_enrolments - n_failed) / seconds);
  return n_failed == 0 ? 0 : 1;
}
