/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-sms.h"

#include "order/yy-agent-match.h"
#include "ra/ra-delivery.h"

#include <string.h>

#include <openssl/crypto.h>

#define CODE_MARK   "{code}"
#define REASON_MARK "{reason}"
#define ELLIPSIS    "…"

/* What somebody typed is no place for another value, least of all for the code: its braces become
   others that look alike. */
static void
replace (GString *text, const char *mark, const char *value)
{
  g_autoptr (GString) plain = g_string_new (value);

  g_string_replace (plain, "{", "｛", 0);
  g_string_replace (text, mark, plain->str, 0);
}

static guint
count_marks (const char *text, const char *mark)
{
  guint count = 0;

  for (const char *p = text; (p = strstr (p, mark)) != NULL; p += strlen (mark))
    count++;
  return count;
}

/* What somebody wrote at length makes room for the rest of the message, which names the hotline. */
static void
replace_reason (GString *text, const char *reason)
{
  gsize count = count_marks (text->str, REASON_MARK);
  gsize frame = text->len - count * strlen (REASON_MARK);
  gsize room = count == 0 || frame > YY_SECRET_MAX ? 0 : (YY_SECRET_MAX - frame) / count;
  g_autoptr (GString) plain = g_string_new (reason);

  g_string_replace (plain, "{", "｛", 0);
  if (plain->len > room)
    {
      gsize kept = room < strlen (ELLIPSIS) ? 0 : room - strlen (ELLIPSIS);
      const char *end = NULL;

      g_utf8_validate_len (plain->str, kept, &end);
      g_string_truncate (plain, (gsize) (end - plain->str));
      g_string_append (plain, ELLIPSIS);
    }
  g_string_replace (text, REASON_MARK, plain->str, 0);
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
  replace_reason (text, order->reason);
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

/* One whose number is in the order, too, learns of it there. */
static gboolean
is_passed_over (const YyOrder *order, const YyOrder *last)
{
  return last != NULL && !yy_agent_match (last, order) &&
         g_strcmp0 (last->agent_mobile, order->agent_mobile) != 0;
}

static gboolean
warn_former (RaSite *site, const YyOrder *order, const YyOrder *last, gint64 *id, GError **error)
{
  YyOrder about = *last; /* what it says is what they know; only the number is the new order's */

  about.number = order->number;
  return ra_sms_post (site, &about, site->rules->sms_unlock_noticed, NULL, id, error);
}

gboolean
ra_sms_post_notices (RaSite *site,
                     const YyOrder *order,
                     const YyOrder *last,
                     const char *pattern,
                     RaNotices *notices,
                     GError **error)
{
  *notices = (RaNotices){ 0 };
  return (!is_passed_over (order, last) ||
          warn_former (site, order, last, &notices->former, error)) &&
         ra_sms_post (site, order, pattern, NULL, &notices->agent, error);
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
  char text[YY_SECRET_MAX + 1];
  const char *end = NULL;
  YySecret *secret = NULL;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (mark == NULL)
    g_strlcpy (text, message->text, sizeof text);
  else
    g_snprintf (text, sizeof text, "%.*s%s%s", (int) (mark - message->text), message->text,
                code == NULL ? "······" : yy_secret_bytes (code), mark + strlen (CODE_MARK));
  /* What is too long ends between two characters. */
  g_utf8_validate (text, -1, &end);
  secret = yy_secret_new (text, (gsize) (end - text));
  OPENSSL_cleanse (text, sizeof text);
  return secret;
}

gboolean
ra_sms_has_code (const RaMessage *message)
{
  return strstr (message->text, CODE_MARK) != NULL;
}

void
ra_sms_deliver (RaSite *site, gint64 id)
{
  g_autoptr (RaBatch) batch = NULL;
  g_autoptr (RaDelivery) delivery = NULL;

  if (id == 0)
    return;
  batch = ra_batch_new (site->store);
  delivery = ra_delivery_new (site, batch);
  ra_delivery_add (delivery, id);
  while (!ra_delivery_is_idle (delivery))
    g_main_context_iteration (NULL, TRUE);
}
