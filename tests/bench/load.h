/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

#include <openssl/ssl.h>

G_BEGIN_DECLS

#define LOAD_BUFFER_SIZE (96 * 1024)

/**
 * LoadClient:
 * @buffer: the request, then its answer
 * @latencies: (element-type gint64): microseconds of every exchange
 *
 * One client of a running service, with a TLS connection that is kept open. It has a thread of its
 * own in load_run(). Whatever goes wrong with the connection ends the program.
 */
typedef struct
{
  SSL *tls;
  char buffer[LOAD_BUFFER_SIZE];
  GArray *latencies;
} LoadClient;

/** LoadWork: what each client does until all is done */
typedef void (*LoadWork) (LoadClient *client);

/** load_die: prints @what and what OpenSSL has to say, and ends the program */
G_NORETURN void load_die (const char *what);
/** load_check: load_die() when there is an error */
void load_check (GError *error);

/** load_read_file: Returns: (transfer full): the contents */
GBytes *load_read_file (const char *path);
/** load_trust: @ca: the one authority of the connections to come */
void load_trust (X509 *ca);
/** load_add_code: Returns: the id of a code that is valid for a day, as if it had been sent */
gint64 load_add_code (RaSite *site, const char *order);

/**
 * load_exchange:
 * @head: length of the request's head, which is in the buffer
 * @body: (nullable): what follows it
 * @answer: (out) (transfer none): the answer's body, within the buffer
 *
 * Returns: length of the answer's body, -1 when its status is not 200
 */
long
load_exchange (LoadClient *client, gsize head, const void *body, gsize length, const char **answer);

/** LoadClients: @n of them, connected */
typedef struct
{
  guint n;
  LoadClient *clients;
} LoadClients;

LoadClients *load_connect (guint n, const char *port);
/** load_run: Returns: seconds until all were done; the latencies are those of this run */
double load_run (LoadClients *clients, LoadWork work);
/** load_count: Returns: exchanges of the last run */
guint load_count (LoadClients *clients);
/** load_quantile: Returns: milliseconds that this part (0 to 1) of the exchanges did not exceed */
double load_quantile (LoadClients *clients, double part);

G_END_DECLS
