/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-codes.h"

#include "ra/ra-sms.h"

#define DAY    (24 * 60 * 60)
#define MINUTE 60

/* What the profile says of one kind of code. */
typedef struct
{
  const char *nick; /* of the kind, in the hash and the audit log */
  guint length;
  guint tries;
  gint64 seconds;
  const char *text;
} Kind;

static const char *
nick_of (YyOrderType type)
{
  return yy_order_type_get_info (type)->issues ? "activation" : "verification";
}

static Kind
kind_of (RaSite *site, const YyOrder *order)
{
  const RaRules *rules = site->rules;

  if (yy_order_type_get_info (order->type)->issues)
    return (Kind){ nick_of (order->type), rules->code_length, rules->code_tries,
                   (gint64) rules->code_days * DAY, rules->sms_activation };
  return (Kind){ nick_of (order->type), rules->verification_length, rules->verification_tries,
                 (gint64) rules->verification_minutes * MINUTE, rules->sms_verification };
}

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

gboolean
ra_codes_refuse (RaSite *site,
                 const char *who,
                 YyOrderType type,
                 const char *subject,
                 RaFault fault,
                 const char *message,
                 GError **error)
{
  g_autofree char *what = g_strconcat (nick_of (type), ".refused", NULL);

  return ra_store_audit (site->store, who, what, subject, message, error) &&
         ra_fault_set (error, fault, message);
}

gboolean
ra_codes_send (RaSite *site, const char *who, const YyOrder *order, gint64 *message, GError **error)
{
  const Kind kind = kind_of (site, order);
  g_autoptr (YySecret) secret = yy_secret_new_random (kind.length, "0123456789");
  g_autoptr (GBytes) hash = ra_vault_hash (site->vault, kind.nick, order->number, secret);
  RaCode code = { .order = order->number,
                  .hash = hash,
                  .state = RA_CODE_VALID,
                  .tries_left = kind.tries,
                  .expires = now () + kind.seconds,
                  .sent = now () };

  if (!ra_sms_post (site, order, kind.text, secret, message, error))
    return FALSE;
  code.message = *message;
  return ra_store_add_code (site->store, &code, error) &&
         ra_store_audit (site->store, who, "code.send", order->number, order->agent_mobile, error);
}

/* A wrong code costs a try, and the last one the code. */
static gboolean
spend_try (RaSite *site, const char *who, const Kind *kind, RaCode *code, GError **error)
{
  g_autofree char *what = g_strconcat (kind->nick, ".refused", NULL);
  g_autofree char *why = NULL;

  code->tries_left--;
  if (code->tries_left == 0)
    code->state = RA_CODE_VOID;
  why = g_strdup_printf ("wrong code, %u tries left", code->tries_left);
  return ra_store_update_code (site->store, code, error) &&
         ra_store_audit (site->store, who, what, code->order, why, error) &&
         ra_fault_set_number (error, RA_FAULT_CODE_INCORRECT, "the code is wrong", "tries_left",
                              code->tries_left);
}

static gboolean
matches (RaSite *site, const Kind *kind, const RaCode *code, const YySecret *typed)
{
  g_autoptr (GBytes) hash = ra_vault_hash (site->vault, kind->nick, code->order, typed);

  return ra_vault_hash_equal (hash, code->hash);
}

static gboolean
matches_older (RaSite *site, const Kind *kind, GPtrArray *codes, const YySecret *typed)
{
  for (guint i = 1; i < codes->len; i++)
    if (matches (site, kind, codes->pdata[i], typed))
      return TRUE;
  return FALSE;
}

/* After success the tries count anew, as with a PIN. */
static gboolean
restore_tries (RaSite *site, const Kind *kind, RaCode *code, GError **error)
{
  if (code->state != RA_CODE_VALID || code->tries_left == kind->tries)
    return TRUE;
  code->tries_left = kind->tries;
  return ra_store_update_code (site->store, code, error);
}

static gboolean
check_usable (RaSite *site,
              const char *who,
              const YyOrder *order,
              const RaCode *code,
              GError **error)
{
  if (code->state == RA_CODE_VOID)
    return ra_codes_refuse (site, who, order->type, order->number, RA_FAULT_CODE_VOID,
                            "the code is void", error);
  if (code->state == RA_CODE_VALID && code->expires < now ())
    return ra_codes_refuse (site, who, order->type, order->number, RA_FAULT_CODE_EXPIRED,
                            "the code is expired", error);
  return TRUE;
}

gboolean
ra_codes_check (RaSite *site,
                const char *who,
                const YyOrder *order,
                const YySecret *typed,
                gint64 *id,
                GError **error)
{
  const Kind kind = kind_of (site, order);
  g_autoptr (GPtrArray) codes = ra_store_list_codes (site->store, order->number, error);
  RaCode *newest = NULL;

  if (codes == NULL)
    return FALSE;
  if (codes->len == 0)
    return ra_codes_refuse (site, who, order->type, order->number, RA_FAULT_CODE_VOID,
                            "no code was sent", error);
  newest = codes->pdata[0];
  *id = newest->id;
  if (!check_usable (site, who, order, newest, error))
    return FALSE;
  if (matches (site, &kind, newest, typed))
    return restore_tries (site, &kind, newest, error);
  if (matches_older (site, &kind, codes, typed))
    return ra_codes_refuse (site, who, order->type, order->number, RA_FAULT_CODE_VOID,
                            "the code was replaced", error);
  if (newest->state == RA_CODE_VALID)
    return spend_try (site, who, &kind, newest, error);
  return ra_codes_refuse (site, who, order->type, order->number, RA_FAULT_CODE_USED,
                          "the order is completed", error);
}

gboolean
ra_codes_check_grant (RaSite *site,
                      const char *who,
                      const YyOrder *order,
                      const RaGrant *grant,
                      GError **error)
{
  g_autoptr (GPtrArray) codes = ra_store_list_codes (site->store, grant->order, error);
  const RaCode *newest = NULL;

  if (codes == NULL)
    return FALSE;
  newest = codes->pdata[0];
  if (newest->id != grant->code)
    return ra_codes_refuse (site, who, order->type, grant->id, RA_FAULT_CODE_VOID,
                            "the code was replaced", error);
  return check_usable (site, who, order, newest, error);
}

gboolean
ra_codes_end (RaSite *site, const YyOrder *order, RaCodeState state, GError **error)
{
  g_autoptr (GPtrArray) codes = ra_store_list_codes (site->store, order->number, error);

  if (codes == NULL)
    return FALSE;
  for (guint i = 0; i < codes->len; i++)
    {
      RaCode *code = codes->pdata[i];

      if (code->state != RA_CODE_VALID)
        continue;
      code->state = state;
      if (!ra_store_update_code (site->store, code, error))
        return FALSE;
    }
  return ra_store_drop_message_codes (site->store, order->number, error);
}
