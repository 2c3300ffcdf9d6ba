/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-verification.h"

#include "ra/ra-codes.h"

#include <string.h>

#define HOUR         (60 * 60)
#define MASK         "****"
#define SHOWN_BEFORE 3
#define SHOWN_AFTER  4
#define ATTEMPT      "code"

void
ra_verification_clear (RaVerification *verification)
{
  g_clear_pointer (&verification->to, g_free);
}

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* Enough to recognise one's own number by, not enough to learn it. */
static char *
mask (const char *number)
{
  gsize length = strlen (number);
  const char *end = number + length - MIN (length, SHOWN_AFTER);

  if (length < SHOWN_BEFORE + SHOWN_AFTER + strlen (MASK))
    return g_strdup (MASK);
  return g_strdup_printf ("%.*s" MASK "%s", SHOWN_BEFORE, number, end);
}

static gboolean
get_delivery (RaSite *site, const RaCode *code, const char **delivery, GError **error)
{
  g_autoptr (RaMessage) message = NULL;

  if (!ra_store_get_message (site->store, code->message, &message, error))
    return FALSE;
  if (message == NULL)
    *delivery = "failed";
  else if (g_str_equal (message->delivery, "pending"))
    *delivery = "pending";
  /* Without a command that sends messages, the office tells people what is in the outbox. */
  else if (g_str_equal (message->delivery, "sent") || g_str_equal (message->delivery, "outbox"))
    *delivery = "sent";
  else
    *delivery = "failed";
  return TRUE;
}

/* Seconds until @time, whatever happens to the clock. */
static guint
seconds_until (gint64 time, gint64 most)
{
  return (guint) CLAMP (time - now (), 0, most);
}

/* Seconds until the limit for an hour lets this token have another code. */
static gboolean
get_pause (RaSite *site, const YyOrder *order, guint *seconds, GError **error)
{
  guint count = 0;
  gint64 first = 0;

  *seconds = 0;
  if (!ra_store_count_attempts (site->store, order->token, ATTEMPT, now () - HOUR, &count, &first,
                                error))
    return FALSE;
  if (count >= site->rules->verification_codes_per_hour)
    *seconds = MAX (1, seconds_until (first + HOUR, HOUR));
  return TRUE;
}

static gboolean
describe (RaSite *site, const YyOrder *order, RaVerification *out, GError **error)
{
  const gint64 resend = site->rules->verification_resend_seconds;
  const gint64 validity = (gint64) site->rules->verification_minutes * 60;
  g_autoptr (GPtrArray) codes = ra_store_list_codes (site->store, order->number, error);
  const RaCode *newest = NULL;

  if (codes == NULL || !get_pause (site, order, &out->resend_after, error))
    return FALSE;
  if (codes->len == 0)
    return TRUE;
  newest = codes->pdata[0];
  if (!get_delivery (site, newest, &out->delivery, error))
    return FALSE;
  out->to = mask (order->agent_mobile);
  if (!g_str_equal (out->delivery, "failed"))
    out->resend_after = MAX (out->resend_after, seconds_until (newest->sent + resend, resend));
  if (newest->state == RA_CODE_VALID)
    out->expires_in = seconds_until (newest->expires, validity);
  out->tries_left = newest->tries_left;
  return TRUE;
}

gboolean
ra_verification_describe (RaSite *site, const YyOrder *order, RaVerification *out, GError **error)
{
  *out = (RaVerification){ 0 };
  return order->state != YY_ORDER_READY || describe (site, order, out, error);
}

gboolean
ra_verification_send (RaSite *site,
                      const char *who,
                      const YyOrder *order,
                      gint64 *message,
                      GError **error)
{
  g_auto (RaVerification) last = { 0 };

  *message = 0;
  if (order->state != YY_ORDER_READY)
    return ra_fault_set_state (error, "the order is not ready",
                               yy_order_state_get_nick (order->state));
  if (!describe (site, order, &last, error))
    return FALSE;
  if (last.resend_after > 0)
    return ra_fault_set_number (error, RA_FAULT_RATE_LIMITED, "a code was sent a moment ago",
                                "retry_after", last.resend_after);
  return ra_codes_send (site, who, order, message, error) &&
         ra_store_add_attempt (site->store, order->token, ATTEMPT, error);
}
