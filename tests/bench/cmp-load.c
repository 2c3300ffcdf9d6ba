/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Enrols many certificates at a running service, by many clients at a time, each with its own TLS
 * connection kept open, and prints how many a second. Every enrolment is a whole one: an ir with
 * a new EC key, and certConf. Orders, grants and keys are made before the clock starts.
 */
#include "ra/ra-office.h"
#include "ra/ra-site.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/cmp.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#define BUFFER_SIZE (64 * 1024)

typedef struct
{
  char *reference;
  YySecret *secret;
  EVP_PKEY *key;
} Job;

typedef struct
{
  SSL *tls;
  char buffer[BUFFER_SIZE];
} Client;

static char *directory;
static char *address;
static char *details;
static int n_enrolments = 1000;
static int n_clients = 32;

static Job *jobs;
static int next_job;
static int n_failed;
static SSL_CTX *tls_context;
static X509 *ca;

static const GOptionEntry options[] = {
  { "dir", 0, 0, G_OPTION_ARG_FILENAME, &directory, "Directory of the CA", "DIR" },
  { "details", 0, 0, G_OPTION_ARG_FILENAME, &details, "Details of the orders", "FILE" },
  { "connect", 0, 0, G_OPTION_ARG_STRING, &address, "The service's port on 127.0.0.1", "PORT" },
  { "enrolments", 0, 0, G_OPTION_ARG_INT, &n_enrolments, "How many", "N" },
  { "clients", 0, 0, G_OPTION_ARG_INT, &n_clients, "How many at a time", "N" },
  G_OPTION_ENTRY_NULL
};

static void
die (const char *what)
{
  ERR_print_errors_fp (stderr);
  fprintf (stderr, "cmp-load: %s\n", what);
  exit (1);
}

static void
check (GError *error)
{
  if (error != NULL)
    die (error->message);
}

/* A grant lives and ends with the code it was authorised with. */
static gint64
make_code (RaSite *site, const char *order)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (YySecret) secret = yy_secret_new_random (6, "0123456789");
  g_autoptr (GBytes) hash = ra_vault_hash (site->vault, "activation", order, secret);
  RaCode code = { .order = (char *) order,
                  .hash = hash,
                  .state = RA_CODE_VALID,
                  .tries_left = 5,
                  .expires = g_get_real_time () / G_USEC_PER_SEC + 24 * 60 * 60 };

  if (!ra_store_add_code (site->store, &code, &error))
    die (error->message);
  return code.id;
}

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

  check (error);
  order->state = YY_ORDER_READY;
  if (!ra_store_add_order (site->store, order, &error))
    die (error->message);
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
    die (error->message);
  grant->code = make_code (site, order->number);
  if (!ra_store_add_grant (site->store, grant, &error))
    die (error->message);
}

static void
make_jobs (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RaSite) site = ra_site_open (directory, &error);
  char *text = NULL;
  gsize length = 0;
  g_autoptr (GBytes) file = NULL;

  check (error);
  g_file_get_contents (details, &text, &length, &error);
  check (error);
  file = g_bytes_new_take (text, length);
  jobs = g_new0 (Job, n_enrolments);
  ra_store_begin (site->store, &error);
  check (error);
  for (int i = 0; i < n_enrolments; i++)
    make_job (site, file, i, &jobs[i]);
  ra_store_commit (site->store, &error);
  check (error);
  ca = X509_dup (ra_authority_get_certificate (site->authority));
}

static SSL *
open_connection (void)
{
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = htons ((guint16) atoi (address)),
                            .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = 1;
  SSL *tls = SSL_new (tls_context);

  if (fd < 0 || connect (fd, (struct sockaddr *) &to, sizeof to) != 0 ||
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0 ||
      SSL_set_fd (tls, fd) != 1 || SSL_connect (tls) != 1)
    die ("no connection");
  return tls;
}

/* Reads one answer and returns its body within the client's buffer. */
static const unsigned char *
read_answer (Client *client, long *length)
{
  int have = 0;
  char *end = NULL;
  char *field = NULL;

  while (end == NULL)
    {
      int got = SSL_read (client->tls, client->buffer + have, BUFFER_SIZE - 1 - have);

      if (got <= 0)
        die ("the connection was cut");
      have += got;
      client->buffer[have] = '\0';
      end = strstr (client->buffer, "\r\n\r\n");
    }
  field = strcasestr (client->buffer, "\r\nContent-Length:");
  if (field == NULL || strncmp (client->buffer, "HTTP/1.1 200", 12) != 0)
    return NULL;
  *length = atol (field + 17);
  end += 4;
  while (client->buffer + have < end + *length)
    {
      int got = SSL_read (client->tls, client->buffer + have, BUFFER_SIZE - 1 - have);

      if (got <= 0)
        die ("the connection was cut");
      have += got;
    }
  return (const unsigned char *) end;
}

static OSSL_CMP_MSG *
transfer (OSSL_CMP_CTX *context, const OSSL_CMP_MSG *request)
{
  Client *client = OSSL_CMP_CTX_get_transfer_cb_arg (context);
  unsigned char *der = NULL;
  int size = i2d_OSSL_CMP_MSG (request, &der);
  int head = snprintf (client->buffer, BUFFER_SIZE,
                       "POST /.well-known/cmp HTTP/1.1\r\nHost: localhost\r\n"
                       "Content-Type: application/pkixcmp\r\nContent-Length: %d\r\n\r\n",
                       size);
  const unsigned char *body = NULL;
  long length = 0;

  memcpy (client->buffer + head, der, (size_t) size);
  OPENSSL_free (der);
  if (SSL_write (client->tls, client->buffer, head + size) != head + size)
    die ("the connection was cut");
  body = read_answer (client, &length);
  return body == NULL ? NULL : d2i_OSSL_CMP_MSG (NULL, &body, length);
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
enrol (Client *client, const Job *job)
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
    die ("CMP cannot be used");
  done = OSSL_CMP_exec_IR_ses (context) != NULL;
  OSSL_CMP_CTX_free (context);
  return done;
}

static gpointer
work (gpointer data)
{
  Client *client = data;

  for (int i = g_atomic_int_add (&next_job, 1); i < n_enrolments;
       i = g_atomic_int_add (&next_job, 1))
    if (!enrol (client, &jobs[i]))
      {
        ERR_clear_error ();
        g_atomic_int_inc (&n_failed);
      }
  return NULL;
}

static double
run (void)
{
  g_autofree Client *clients = g_new0 (Client, n_clients);
  g_autofree GThread **threads = g_new0 (GThread *, n_clients);
  gint64 start = 0;

  for (int i = 0; i < n_clients; i++)
    clients[i].tls = open_connection ();
  start = g_get_monotonic_time ();
  for (int i = 0; i < n_clients; i++)
    threads[i] = g_thread_new ("client", work, &clients[i]);
  for (int i = 0; i < n_clients; i++)
    g_thread_join (threads[i]);
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  double seconds = 0;

  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_parse (context, &argc, &argv, &error);
  check (error);
  if (directory == NULL || address == NULL || details == NULL || n_clients < 1)
    die ("--dir, --details and --connect are needed");
  make_jobs ();
  tls_context = SSL_CTX_new (TLS_client_method ());
  X509_STORE_add_cert (SSL_CTX_get_cert_store (tls_context), ca);
  SSL_CTX_set_verify (tls_context, SSL_VERIFY_PEER, NULL);
  seconds = run ();
  printf ("%d enrolments, %d failed, %.2f s, %.1f enrolments/s\n", n_enrolments, n_failed, seconds,
          (n_enrolments - n_failed) / seconds);
  return n_failed == 0 ? 0 : 1;
}
