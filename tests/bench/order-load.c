/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Takes many orders begun in the client through a running service, by many clients at a time, each
 * with its own TLS connection kept open. Every second order is one whose agent is known: begun,
 * looked at, code sent, token unlocked, completed. The others hand in three documents and are
 * withdrawn while they are being reviewed. Tokens and their last orders are made before the clock
 * starts. The same number of requests for a file that never changes is what it is compared with.
 */
#include "load.h"

#include "ra/ra-sms.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#define HEX       "0123456789abcdef"
#define PIECE     (64 * 1024)
#define JSON      "application/json"
#define OCTETS    "application/octet-stream"
#define BMP_HEAD  54
#define BMP_WIDTH 180
#define BMP_LINES 180
#define BMP_SIZE  (BMP_HEAD + BMP_WIDTH * BMP_LINES * 3)

/* An order as its client sees it. */
typedef struct
{
  LoadClient *client;
  char *number;
  char *key;
} Order;

static char *directory;
static char *address;
static char *details;
static int n_orders = 1000;
static int n_clients = 64;

static char **tokens;
static int next_order;
static int next_request;
static int n_requests;
static int n_failed;
static RaSite *site; /* under the lock while the clients run */
static GMutex lock;
static YyOrder *last;

static const GOptionEntry options[] = {
  { "dir", 0, 0, G_OPTION_ARG_FILENAME, &directory, "Directory of the CA", "DIR" },
  { "details", 0, 0, G_OPTION_ARG_FILENAME, &details, "Details of the last orders", "FILE" },
  { "connect", 0, 0, G_OPTION_ARG_STRING, &address, "The service's port on 127.0.0.1", "PORT" },
  { "orders", 0, 0, G_OPTION_ARG_INT, &n_orders, "How many", "N" },
  { "clients", 0, 0, G_OPTION_ARG_INT, &n_clients, "How many at a time", "N" },
  G_OPTION_ENTRY_NULL
};

/* A token that was activated, written straight into the store. */
static char *
make_token (GBytes *file, int index)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (YyOrder) order = yy_order_new_from_key_file (file, &error);
  g_autoptr (YySecret) so_pin = yy_secret_new_random (16, "0123456789ABCDEF");
  g_autoptr (RaToken) token = NULL;

  load_check (error);
  if (!ra_store_add_order (site->store, order, &error))
    load_die (error->message);
  order->token = g_strdup_printf ("LOAD%s-%d", order->number, index);
  order->state = YY_ORDER_COMPLETED;
  token = ra_token_new (order->token);
  token->state = g_strdup ("issued");
  token->order = g_strdup (order->number);
  token->so_pin = ra_vault_encrypt (site->vault, "so-pin", order->token, so_pin);
  if (!ra_store_save_token (site->store, token, &error) ||
      !ra_store_update_order (site->store, order, &error))
    load_die (error->message);
  return g_strdup (order->token);
}

static void
make_tokens (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) file = load_read_file (details);

  site = ra_site_open (directory, &error);
  load_check (error);
  last = yy_order_new_from_key_file (file, &error);
  load_check (error);
  tokens = g_new0 (char *, n_orders);
  ra_store_begin (site->store, &error);
  load_check (error);
  for (int i = 0; i < n_orders; i++)
    tokens[i] = make_token (file, i);
  ra_store_commit (site->store, &error);
  load_check (error);
  load_trust (ra_authority_get_certificate (site->authority));
}

/* Returns: the answer's body, or NULL; what is not there is empty. */
static const char *
ask (LoadClient *client,
     const char *method,
     const char *path,
     const char *key,
     const char *type,
     const void *body,
     gsize length)
{
  const char *answer = NULL;
  int head = snprintf (client->buffer, LOAD_BUFFER_SIZE,
                       "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                       "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                       method, path, key, type, length);

  return load_exchange (client, (gsize) head, body, length, &answer) < 0 ? NULL : answer;
}

static gboolean
post (const Order *order, const char *step, const char *body)
{
  g_autofree char *path = g_strconcat ("/api/v1/orders/", order->number, step, NULL);

  return ask (order->client, "POST", path, order->key, JSON, body, strlen (body)) != NULL;
}

static gboolean
look (const Order *order, guint times)
{
  g_autofree char *path = g_strconcat ("/api/v1/orders/", order->number, NULL);

  for (guint i = 0; i < times; i++)
    if (ask (order->client, "GET", path, order->key, JSON, NULL, 0) == NULL)
      return FALSE;
  return TRUE;
}

static JsonObject *
parse (const char *text)
{
  g_autoptr (JsonNode) node = text == NULL ? NULL : json_from_string (text, NULL);

  return node == NULL ? NULL : json_object_ref (json_node_get_object (node));
}

static gboolean
begin (LoadClient *client, const char *token, const char *agent, Order *order)
{
  g_autofree char *body =
      g_strdup_printf ("{\"type\":\"unlock\",\"token\":\"%s\",\"organization\":{\"name\":\"%s\"},"
                       "\"agent\":{\"name\":\"%s\",\"document_type\":\"%s\","
                       "\"document_number\":\"%s\",\"mobile\":\"%s\"}}",
                       token, last->organization, agent, last->agent_document_type,
                       last->agent_document_number, last->agent_mobile);
  g_autoptr (JsonObject) answer =
      parse (ask (client, "POST", "/api/v1/orders", "none", JSON, body, strlen (body)));

  if (answer == NULL)
    return FALSE;
  order->client = client;
  order->key = g_strdup (json_object_get_string_member (answer, "key"));
  order->number = g_strdup (
      json_object_get_string_member (json_object_get_object_member (answer, "order"), "number"));
  return TRUE;
}

/* What the agent reads on the phone. */
static YySecret *
read_code (const Order *order)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) codes = ra_store_list_codes (site->store, order->number, &error);
  g_autoptr (RaMessage) message = NULL;

  load_check (error);
  if (codes->len == 0)
    return NULL;
  if (!ra_store_get_message (site->store, ((RaCode *) codes->pdata[0])->message, &message, &error))
    load_die (error->message);
  return ra_sms_dup_code (site, message, NULL);
}

/* Takes the grant to its end, as a client does that holds the token. */
static gboolean
use_grant (const Order *order, const char *session, JsonObject *grant)
{
  static const char *const states[] = { "pin-set", "rotated", "closed" };
  const char *id = json_object_get_string_member (grant, "id");
  const char *key = json_object_get_string_member (grant, "key");
  g_autofree char *release = g_strdup_printf ("/api/v1/grants/%s/release", id);
  g_autofree char *report = g_strdup_printf ("/api/v1/grants/%s/state", id);

  if (ask (order->client, "POST", release, key, JSON, NULL, 0) == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autofree char *body =
          g_strdup_printf ("{\"session\":\"%s\",\"state\":\"%s\"}", session, states[i]);

      if (ask (order->client, "POST", report, key, JSON, body, strlen (body)) == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
authorise (const Order *order)
{
  g_autoptr (YySecret) code = read_code (order);
  g_autoptr (YySecret) session = yy_secret_new_random (32, HEX);
  g_autofree char *path = g_strconcat ("/api/v1/orders/", order->number, "/grant", NULL);
  g_autofree char *body = NULL;
  g_autoptr (JsonObject) answer = NULL;

  if (code == NULL)
    return FALSE;
  body = g_strdup_printf ("{\"code\":\"%s\",\"session\":\"%s\"}", yy_secret_bytes (code),
                          yy_secret_bytes (session));
  answer = parse (ask (order->client, "POST", path, order->key, JSON, body, strlen (body)));
  return answer != NULL && use_grant (order, yy_secret_bytes (session),
                                      json_object_get_object_member (answer, "grant"));
}

static gboolean
unlock (const Order *order)
{
  return look (order, 2) && post (order, "/code", "") && look (order, 1) && authorise (order) &&
         look (order, 1);
}

static void
put_number (guint8 *at, guint32 number)
{
  for (guint i = 0; i < 4; i++)
    at[i] = (guint8) (number >> 8 * i);
}

/* A picture of noise, which is a different one each time. */
static guint8 *
make_picture (void)
{
  guint8 *data = g_malloc0 (BMP_SIZE);

  memcpy (data, "BM", 2);
  put_number (data + 2, BMP_SIZE);
  put_number (data + 10, BMP_HEAD);
  put_number (data + 14, BMP_HEAD - 14);
  put_number (data + 18, BMP_WIDTH);
  put_number (data + 22, BMP_LINES);
  data[26] = 1;
  data[28] = 24;
  for (gsize i = BMP_HEAD; i + 4 <= BMP_SIZE; i += 4)
    put_number (data + i, g_random_int ());
  return data;
}

static gboolean
upload (const Order *order, const char *name)
{
  g_autofree guint8 *data = make_picture ();
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, BMP_SIZE);
  g_autofree char *step = g_strconcat ("/documents/", name, NULL);
  g_autofree char *body =
      g_strdup_printf ("{\"size\":%d,\"sha256\":\"%s\",\"file_name\":\"%s.bmp\"}", BMP_SIZE, sum,
                       name);

  if (!post (order, step, body))
    return FALSE;
  for (gsize offset = 0; offset < BMP_SIZE; offset += PIECE)
    {
      g_autofree char *path =
          g_strdup_printf ("/api/v1/orders/%s%s/%zu", order->number, step, offset);

      if (ask (order->client, "POST", path, order->key, OCTETS, data + offset,
               MIN (PIECE, BMP_SIZE - offset)) == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
hand_in (const Order *order)
{
  return look (order, 1) && upload (order, "certificate-form") && upload (order, "licence") &&
         upload (order, "agent-identity") && post (order, "/submit", "") && look (order, 3) &&
         post (order, "/withdraw", "");
}

static void
work (LoadClient *client)
{
  for (int i = g_atomic_int_add (&next_order, 1); i < n_orders;
       i = g_atomic_int_add (&next_order, 1))
    {
      gboolean known = i % 2 == 0;
      Order order = { 0 };

      if (!begin (client, tokens[i], known ? last->agent_name : "李四", &order) ||
          !(known ? unlock (&order) : hand_in (&order)))
        g_atomic_int_inc (&n_failed);
      g_free (order.number);
      g_free (order.key);
    }
}

static void
fetch (LoadClient *client)
{
  while (g_atomic_int_add (&next_request, 1) < n_requests)
    if (ask (client, "GET", "/ca.pem", "none", JSON, NULL, 0) == NULL)
      g_atomic_int_inc (&n_failed);
}

static void
print_run (const char *name, LoadClients *clients, double seconds)
{
  guint count = load_count (clients);

  printf ("%s: %u requests, %.2f s, %.1f requests/s, p50 %.2f ms, p99 %.2f ms\n", name, count,
          seconds, count / seconds, load_quantile (clients, 0.5), load_quantile (clients, 0.99));
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  LoadClients *clients = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_parse (context, &argc, &argv, &error);
  load_check (error);
  if (directory == NULL || address == NULL || details == NULL || n_clients < 1)
    load_die ("--dir, --details and --connect are needed");
  make_tokens ();
  clients = load_connect ((guint) n_clients, address);
  print_run ("orders", clients, load_run (clients, work));
  n_requests = (int) load_count (clients);
  print_run ("static", clients, load_run (clients, fetch));
  printf ("%d orders, %d failed\n", n_orders, n_failed);
  return n_failed == 0 ? 0 : 1;
}
