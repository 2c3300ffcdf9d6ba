/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "load.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

static SSL_CTX *tls_context;

void
load_die (const char *what)
{
  ERR_print_errors_fp (stderr);
  fprintf (stderr, "%s: %s\n", g_get_prgname (), what);
  exit (1);
}

void
load_check (GError *error)
{
  if (error != NULL)
    load_die (error->message);
}

GBytes *
load_read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  gsize length = 0;

  g_file_get_contents (path, &text, &length, &error);
  load_check (error);
  return g_bytes_new_take (text, length);
}

void
load_trust (X509 *ca)
{
  tls_context = SSL_CTX_new (TLS_client_method ());
  X509_STORE_add_cert (SSL_CTX_get_cert_store (tls_context), ca);
  SSL_CTX_set_verify (tls_context, SSL_VERIFY_PEER, NULL);
}

gint64
load_add_code (RaSite *site, const char *order)
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
    load_die (error->message);
  return code.id;
}

static SSL *
open_connection (const char *port)
{
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = htons ((guint16) atoi (port)),
                            .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = 1;
  SSL *tls = SSL_new (tls_context);

  if (fd < 0 || connect (fd, (struct sockaddr *) &to, sizeof to) != 0 ||
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0 ||
      SSL_set_fd (tls, fd) != 1 || SSL_connect (tls) != 1)
    load_die ("no connection");
  return tls;
}

LoadClients *
load_connect (guint n, const char *port)
{
  LoadClients *clients = g_new0 (LoadClients, 1);

  clients->n = n;
  clients->clients = g_new0 (LoadClient, n);
  for (guint i = 0; i < n; i++)
    {
      clients->clients[i].tls = open_connection (port);
      clients->clients[i].latencies = g_array_new (FALSE, FALSE, sizeof (gint64));
    }
  return clients;
}

static void
send_all (LoadClient *client, const void *data, gsize length)
{
  if (SSL_write (client->tls, data, (int) length) != (int) length)
    load_die ("the connection was cut");
}

/* Reads on behind what is there; the buffer stays a string. */
static int
read_more (LoadClient *client, int have)
{
  int got = SSL_read (client->tls, client->buffer + have, LOAD_BUFFER_SIZE - 1 - have);

  if (got <= 0)
    load_die ("the connection was cut");
  client->buffer[have + got] = '\0';
  return have + got;
}

static long
read_answer (LoadClient *client, const char **answer)
{
  int have = 0;
  char *end = NULL;
  const char *field = NULL;
  long length = 0;

  while (end == NULL)
    {
      have = read_more (client, have);
      end = strstr (client->buffer, "\r\n\r\n");
    }
  field = strcasestr (client->buffer, "\r\nContent-Length:");
  length = field == NULL ? 0 : atol (field + 17);
  *answer = end + 4;
  while (client->buffer + have < *answer + length)
    have = read_more (client, have);
  return strncmp (client->buffer, "HTTP/1.1 200", 12) == 0 ? length : -1;
}

long
load_exchange (LoadClient *client, gsize head, const void *body, gsize length, const char **answer)
{
  gint64 start = g_get_monotonic_time ();
  gint64 taken = 0;
  long size = 0;

  if (head + length > LOAD_BUFFER_SIZE)
    load_die ("a request is too large");
  if (length > 0)
    memcpy (client->buffer + head, body, length);
  send_all (client, client->buffer, head + length);
  size = read_answer (client, answer);
  taken = g_get_monotonic_time () - start;
  g_array_append_val (client->latencies, taken);
  return size;
}

typedef struct
{
  LoadWork work;
  LoadClient *client;
} Task;

static gpointer
run_task (gpointer data)
{
  const Task *task = data;

  task->work (task->client);
  return NULL;
}

double
load_run (LoadClients *clients, LoadWork work)
{
  g_autofree Task *tasks = g_new0 (Task, clients->n);
  g_autofree GThread **threads = g_new0 (GThread *, clients->n);
  gint64 start = 0;

  for (guint i = 0; i < clients->n; i++)
    {
      tasks[i] = (Task){ work, &clients->clients[i] };
      g_array_set_size (clients->clients[i].latencies, 0);
    }
  start = g_get_monotonic_time ();
  for (guint i = 0; i < clients->n; i++)
    threads[i] = g_thread_new ("client", run_task, &tasks[i]);
  for (guint i = 0; i < clients->n; i++)
    g_thread_join (threads[i]);
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

guint
load_count (LoadClients *clients)
{
  guint count = 0;

  for (guint i = 0; i < clients->n; i++)
    count += clients->clients[i].latencies->len;
  return count;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const gint64 *one = a;
  const gint64 *two = b;

  return (*one > *two) - (*one < *two);
}

double
load_quantile (LoadClients *clients, double part)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < clients->n; i++)
    g_array_append_vals (all, clients->clients[i].latencies->data,
                         clients->clients[i].latencies->len);
  if (all->len == 0)
    return 0;
  g_array_sort (all, compare);
  return (double) g_array_index (all, gint64, (guint) (part * (all->len - 1))) / 1000;
}
