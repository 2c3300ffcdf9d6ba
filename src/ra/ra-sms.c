/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-sms.h"

#include <string.h>

#include <gio/gio.h>
#include <openssl/crypto.h>

#define DELIVERY_SECONDS 20
#define CODE_MARK        "{code}"

static void
replace (GString *text, const char *mark, const char *value)
{
  g_string_replace (text, mark, value == NULL ? "" : value, 0);
}

static char *
compose (RaSite *site, const YyOrder *order, const char *pattern)
{
  g_autofree char *days = g_strdup_printf ("%u", site->rules->code_days);
  g_autofree char *minutes = g_strdup_printf ("%u", site->rules->verification_minutes);
  GString *text = g_string_new (pattern);

  replace (text, "{ca}", yy_profile_get_name (site->profile));
  replace (text, "{product}", yy_profile_get_product (site->profile));
  replace (text, "{hotline}", yy_profile_get_hotline (site->profile));
  replace (text, "{days}", days);
  replace (text, "{minutes}", minutes);
  replace (text, "{order}", order->number);
  replace (text, "{organization}", order->organization);
  replace (text, "{reason}", order->reason);
  return g_string_free (text, FALSE);
}

gboolean
ra_sms_post (RaSite *site,
             const YyOrder *order,
             const char *pattern,
             const YySecret *code,
             gint64 *id,
             GError **error)
{
  g_autofree char *text = compose (site, order, pattern);
  g_autoptr (GBytes) sealed =
      code == NULL ? NULL : ra_vault_encrypt (site->vault, "code", order->number, code);
  RaMessage message = { .order = order->number,
                        .to = order->agent_mobile,
                        .text = text,
                        .code = sealed,
                        .time = g_get_real_time () / G_USEC_PER_SEC,
                        .delivery =
                            (char *) (site->rules->sms_command == NULL ? "outbox" : "pending") };

  if (!ra_store_drop_message_codes (site->store, order->number, error) ||
      !ra_store_add_message (site->store, &message, error))
    return FALSE;
  *id = message.id;
  return TRUE;
}

YySecret *
ra_sms_dup_code (RaSite *site, const RaMessage *message, GError **error)
{
  return message->code == NULL
             ? NULL
             : ra_vault_decrypt (site->vault, "code", message->order, message->code, error);
}

YySecret *
ra_sms_dup_text (RaSite *site, const RaMessage *message, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (YySecret) code = ra_sms_dup_code (site, message, &local);
  const char *mark = strstr (message->text, CODE_MARK);
  char text[YY_SECRET_MAX];
  YySecret *secret = NULL;
  int length = 0;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (mark == NULL)
    return yy_secret_new (message->text, MIN (strlen (message->text), (gsize) YY_SECRET_MAX));
  length = g_snprintf (text, sizeof text, "%.*s%s%s", (int) (mark - message->text), message->text,
                       code == NULL ? "······" : yy_secret_bytes (code), mark + strlen (CODE_MARK));
  secret = yy_secret_new (text, MIN ((gsize) length, sizeof text - 1));
  OPENSSL_cleanse (text, sizeof text);
  return secret;
}

typedef struct
{
  GError *error;
  gboolean done;
} Delivery;

static void
delivered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Delivery *delivery = user_data;

  g_subprocess_communicate_finish (G_SUBPROCESS (source), result, NULL, NULL, &delivery->error);
  delivery->done = TRUE;
}

static gboolean
too_late (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* The code is in the text, so the text travels on standard input, not in an argument list. */
static gboolean
run_command (const char *command, const char *to, const YySecret *text, GError **error)
{
  g_autoptr (GSubprocess) process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, error, command, to, NULL);
  g_autoptr (GBytes) input = g_bytes_new_static (yy_secret_bytes (text), yy_secret_length (text));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Delivery delivery = { NULL, FALSE };
  guint timer = 0;

  if (process == NULL)
    return FALSE;
  timer = g_timeout_add_seconds (DELIVERY_SECONDS, too_late, cancellable);
  g_subprocess_communicate_async (process, input, cancellable, delivered, &delivery);
  while (!delivery.done)
    g_main_context_iteration (NULL, TRUE);
  if (!g_cancellable_is_cancelled (cancellable))
    g_source_remove (timer);
  if (delivery.error != NULL)
    {
      g_subprocess_force_exit (process);
      g_propagate_error (error, delivery.error);
      return FALSE;
    }
  if (g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == 0)
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_FAILED, "the command failed");
  return FALSE;
}

static gboolean
record (RaSite *site, gint64 id, const char *delivery, GError **error)
{
  if (!ra_store_begin (site->store, error))
    return FALSE;
  if (ra_store_set_delivery (site->store, id, delivery, error))
    return ra_store_commit (site->store, error);
  ra_store_rollback (site->store);
  return FALSE;
}

void
ra_sms_deliver (RaSite *site, gint64 id)
{
  const char *command = site->rules->sms_command;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unrecorded = NULL;
  g_autoptr (RaMessage) message = NULL;
  g_autoptr (YySecret) text = NULL;
  gboolean sent = FALSE;

  if (command == NULL || id == 0)
    return;
  if (ra_store_get_message (site->store, id, &message, &error) && message != NULL)
    text = ra_sms_dup_text (site, message, &error);
  sent = text != NULL && run_command (command, message->to, text, &error);
  if (!sent)
    g_warning ("A text message was not sent: %s", error == NULL ? "it is gone" : error->message);
  if (!record (site, id, sent || error == NULL ? "sent" : error->message, &unrecorded))
    g_warning ("%s", unrecorded->message);
}
