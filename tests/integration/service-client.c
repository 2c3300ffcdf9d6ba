/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls the service of YINYAO_CONFIG and prints what came of each call, one line a call:
 * "ok …" or "org.yinyao.Error.… MESSAGE". Arguments: anchors, cmp, activate, release, cmp-secret,
 * report, look, prepare, prepared, and those of service-client-orders.c. Also "cancel", which
 * cancels the next call once it is under way, "quiet", which keeps results to itself, and
 * "scan:HEX", which looks for a text in this process's memory, the text in hexadecimal with one bit
 * of each byte turned (so that it is not there itself).
 */
#include <stdio.h>
#include <string.h>

#include "base/yy-process.h"
#include "service-client.h"

void
client_ready (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Client *) data)->result = g_object_ref (result);
}

GAsyncResult *
client_await (Client *client)
{
  while (client->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return client->result;
}

static gboolean
on_cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static char *
call_anchors (Client *client, GError **error)
{
  g_autoptr (GPtrArray) anchors = NULL;

  yy_service_get_anchors_async (client->service, client->cancellable, client_ready, client);
  anchors = yy_service_get_anchors_finish (client->service, client_await (client), error);
  return anchors == NULL ? NULL : g_strdup_printf ("%u", anchors->len);
}

static char *
call_cmp (Client *client, GError **error)
{
  g_autoptr (GBytes) request = g_bytes_new_static ("ping", 4);
  g_autoptr (GBytes) answer = NULL;

  yy_service_cmp_async (client->service, request, client->cancellable, client_ready, client);
  answer = yy_service_cmp_finish (client->service, client_await (client), error);
  return answer == NULL ? NULL : g_strdup_printf ("%" G_GSIZE_FORMAT, g_bytes_get_size (answer));
}

static char *
call_activate (Client *client, GError **error)
{
  const char *text = g_getenv ("CODE") == NULL ? "12\"34" : g_getenv ("CODE");
  g_autoptr (YySecret) code = yy_secret_new (text, strlen (text));

  yy_service_activate_async (client->service, "S\\1", code, "00112233445566778899aabbccddeeff",
                             client->cancellable, client_ready, client);
  client->grant = yy_service_activate_finish (client->service, client_await (client), error);
  if (client->grant == NULL)
    return NULL;
  return g_strdup_printf ("%s %s %u %s", client->grant->order_number, client->grant->key_type,
                          client->grant->key_bits, client->grant->key_label);
}

static char *
call_release (Client *client, GError **error)
{
  g_autoptr (YySecret) current = NULL;
  g_autoptr (YySecret) pending = NULL;

  yy_service_release_async (client->service, client->grant, client->cancellable, client_ready,
                            client);
  if (!yy_service_release_finish (client->service, client_await (client), &current, &pending,
                                  error))
    return NULL;
  return g_strdup_printf ("%s %s", yy_secret_bytes (current), yy_secret_bytes (pending));
}

static char *
call_cmp_secret (Client *client, GError **error)
{
  g_autoptr (YySecret) secret = NULL;

  yy_service_get_cmp_secret_async (client->service, client->grant, client->cancellable,
                                   client_ready, client);
  secret = yy_service_get_cmp_secret_finish (client->service, client_await (client), error);
  return secret == NULL ? NULL : g_strdup (yy_secret_bytes (secret));
}

static char *
call_report (Client *client, GError **error)
{
  yy_service_report_async (client->service, client->grant, "00112233445566778899aabbccddeeff",
                           YY_GRANT_PIN_SET, client->cancellable, client_ready, client);
  if (!yy_service_report_finish (client->service, client_await (client), error))
    return NULL;
  return g_strdup_printf ("%d", client->grant->state);
}

static char *
call_look (Client *client, GError **error)
{
  yy_service_look_async (client->service, client->grant, client->cancellable, client_ready, client);
  if (!yy_service_look_finish (client->service, client_await (client), error))
    return NULL;
  return g_strdup (client->grant->order_state);
}

static char *
call_prepare (Client *client, GError **error)
{
  g_autoptr (YySecret) present = NULL;
  g_autoptr (YySecret) next = NULL;
  g_autofree char *label = NULL;

  yy_service_prepare_async (client->service, "A/1", "a \"model\"", "2026-1", client->cancellable,
                            client_ready, client);
  if (!yy_service_prepare_finish (client->service, client_await (client), &present, &next, &label,
                                  error))
    return NULL;
  return g_strdup_printf ("%s %s %s", yy_secret_bytes (present), yy_secret_bytes (next), label);
}

static char *
call_prepared (Client *client, GError **error)
{
  yy_service_prepared_async (client->service, "A/1", "2026-1", client->cancellable, client_ready,
                             client);
  if (!yy_service_prepared_finish (client->service, client_await (client), error))
    return NULL;
  return g_strdup ("prepared");
}

static const struct
{
  const char *name;
  ClientCall call;
} calls[] = {
  { "anchors", call_anchors },
  { "cmp", call_cmp },
  { "activate", call_activate },
  { "release", call_release },
  { "cmp-secret", call_cmp_secret },
  { "report", call_report },
  { "look", call_look },
  { "prepare", call_prepare },
  { "prepared", call_prepared },
};

static void
run_call (Client *client, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *code = NULL;

  ClientCall call = client_find_order_call (name);

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    if (g_str_equal (name, calls[i].name))
      call = calls[i].call;
  g_assert_nonnull (call);
  text = call (client, &error);
  g_clear_object (&client->result);
  if (text != NULL)
    {
      g_print ("ok %s\n", client->quiet ? "" : text);
      memset (text, 0, strlen (text));
      return;
    }
  g_assert_nonnull (error);
  code = g_dbus_error_encode_gerror (error);
  g_print ("%s %s\n", code, error->message);
}

static guint
count_in (const char *start, const char *end, const guint8 *turned, gsize length)
{
  guint count = 0;

  for (const char *p = start; p + length <= end; p++)
    {
      gsize n = 0;

      while (n < length && ((guint8) p[n] ^ 1) == turned[n])
        n++;
      count += n == length ? 1 : 0;
    }
  return count;
}

/* Everything that can be written to: heap, stacks, data. */
static guint
scan_memory (const guint8 *turned, gsize length)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  guint count = 0;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      gulong start = 0;
      gulong end = 0;
      char rights[8] = "";

      if (sscanf (lines[i], "%lx-%lx %7s", &start, &end, rights) == 3 &&
          g_str_has_prefix (rights, "rw"))
        count += count_in ((const char *) start, (const char *) end, turned, length);
    }
  return count;
}

static void
scan (const char *hex)
{
  guint8 turned[64];
  gsize length = MIN (strlen (hex) / 2, sizeof turned);

  for (gsize i = 0; i < length; i++)
    turned[i] =
        (guint8) (16 * g_ascii_xdigit_value (hex[2 * i]) + g_ascii_xdigit_value (hex[2 * i + 1]));
  g_print ("found %u\n", scan_memory (turned, length));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (YySettings) settings = NULL;
  g_autofree char *warning = NULL;
  Client client = { 0 };

  yy_process_init ();
  yy_process_overwrite_freed ();
  settings = yy_settings_load (&error);
  client.service = settings == NULL ? NULL : yy_service_new (settings, &error);
  if (client.service == NULL)
    {
      g_print ("no service: %s\n", error->message);
      return 1;
    }
  for (int i = 1; i < argc; i++)
    if (g_str_equal (argv[i], "cancel"))
      {
        client.cancellable = g_cancellable_new ();
        g_timeout_add (200, on_cancel, client.cancellable);
      }
    else if (g_str_equal (argv[i], "quiet"))
      client.quiet = TRUE;
    else if (g_str_has_prefix (argv[i], "scan:"))
      scan (argv[i] + strlen ("scan:"));
    else
      run_call (&client, argv[i]);
  warning = yy_service_dup_clock_warning (client.service);
  if (warning != NULL)
    g_print ("warning %s\n", warning);
  g_clear_pointer (&client.grant, yy_grant_unref);
  g_clear_pointer (&client.ticket, yy_ticket_unref);
  g_clear_object (&client.cancellable);
  g_object_unref (client.service);
  return 0;
}
