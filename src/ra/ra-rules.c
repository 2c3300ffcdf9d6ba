/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-rules.h"

#include <string.h>

#include <glib/gi18n.h>

typedef struct
{
  const char *group;
  const char *key;
  gsize offset;
  guint low;
  guint high;
  guint fallback;
} Number;

static const Number numbers[] = {
  { "code", "length", G_STRUCT_OFFSET (RaRules, code_length), 6, 12, 6 },
  { "code", "activation-validity-days", G_STRUCT_OFFSET (RaRules, code_days), 1, 3650, 30 },
  { "code", "tries", G_STRUCT_OFFSET (RaRules, code_tries), 1, 20, 5 },
  { "verification", "length", G_STRUCT_OFFSET (RaRules, verification_length), 6, 12, 6 },
  { "verification", "validity-minutes", G_STRUCT_OFFSET (RaRules, verification_minutes), 1, 1440,
    10 },
  { "verification", "tries", G_STRUCT_OFFSET (RaRules, verification_tries), 1, 20, 5 },
  { "verification", "resend-seconds", G_STRUCT_OFFSET (RaRules, verification_resend_seconds), 1,
    3600, 60 },
  { "verification", "codes-per-hour", G_STRUCT_OFFSET (RaRules, verification_codes_per_hour), 1,
    100, 5 },
  { "token", "so-pin-length", G_STRUCT_OFFSET (RaRules, so_pin_length), 8, 64, 16 },
  { "key", "bits", G_STRUCT_OFFSET (RaRules, key_bits), 256, 4096, 256 },
  { "issuing", "validity-days", G_STRUCT_OFFSET (RaRules, validity_days), 0, 36500, 0 },
  { "issuing", "crl-days", G_STRUCT_OFFSET (RaRules, crl_days), 1, 365, 7 },
  { "limits", "matches-per-address", G_STRUCT_OFFSET (RaRules, matches_per_address), 1, 1000000,
    20 },
  { "limits", "matches-per-token", G_STRUCT_OFFSET (RaRules, matches_per_token), 1, 1000000, 10 },
  { "limits", "wrong-codes-per-address", G_STRUCT_OFFSET (RaRules, wrong_codes_per_address), 1,
    1000000, 30 },
  { "limits", "wrong-codes-per-token", G_STRUCT_OFFSET (RaRules, wrong_codes_per_token), 1, 1000000,
    15 },
};

typedef struct
{
  const char *group;
  const char *key;
  gsize offset;
  const char *fallback;
} Text;

static const Text texts[] = {
  { "token", "so-pin-alphabet", G_STRUCT_OFFSET (RaRules, so_pin_alphabet), "0123456789ABCDEF" },
  { "token", "factory-so-pin", G_STRUCT_OFFSET (RaRules, factory_so_pin), "3537363231383830" },
  { "token", "label", G_STRUCT_OFFSET (RaRules, token_label), "{order}" },
  { "key", "type", G_STRUCT_OFFSET (RaRules, key_type), "EC" },
  { "sms", "activation", G_STRUCT_OFFSET (RaRules, sms_activation), "{ca}: {order}: {code}" },
  { "sms", "rejected", G_STRUCT_OFFSET (RaRules, sms_rejected), "{ca}: {order}: {reason}" },
  { "sms", "verification", G_STRUCT_OFFSET (RaRules, sms_verification),
    "【{ca}】{organization}正在解锁CA,验证码{code},{minutes}分钟内有效。如非本人操作,请勿告诉他人,"
    "并联系客服:{hotline}" },
  { "sms", "unlock-approved", G_STRUCT_OFFSET (RaRules, sms_unlock_approved),
    "【{ca}】{organization}的CA解锁申请已通过审核。请插上CA,打开{product},"
    "点击“忘记密码”获取验证码。"
    "客服:{hotline}" },
  { "sms", "unlock-rejected", G_STRUCT_OFFSET (RaRules, sms_unlock_rejected),
    "【{ca}】{organization}的CA解锁申请未通过审核:{reason}。请打开{product},"
    "点击“忘记密码”修改后重新提交。客服:{hotline}" },
  { "sms", "unlocked", G_STRUCT_OFFSET (RaRules, sms_unlocked),
    "【{ca}】{organization}的CA已解锁并设置了新密码。如非本人操作,请立即联系客服:{hotline}" },
  { "sms", "unlock-noticed", G_STRUCT_OFFSET (RaRules, sms_unlock_noticed),
    "【{ca}】另一位经办人已获准解锁{organization}的CA。如非贵单位办理,请立即联系客服:{hotline}" },
  { "sms", "command", G_STRUCT_OFFSET (RaRules, sms_command), NULL },
};

static gboolean
refuse (GError **error, const char *group, const char *key, const char *problem)
{
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA, _ ("CA profile, [%s] %s: %s"), group, key,
               problem);
  return FALSE;
}

static gboolean
read_number (GKeyFile *file, const Number *number, guint *value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, number->group, number->key, NULL);
  g_autofree char *problem = NULL;
  guint64 parsed = number->fallback;

  if (text == NULL ||
      g_ascii_string_to_unsigned (text, 10, number->low, number->high, &parsed, NULL))
    {
      *value = (guint) parsed;
      return TRUE;
    }
  problem =
      g_strdup_printf (_ ("a number from %u to %u is needed here"), number->low, number->high);
  return refuse (error, number->group, number->key, problem);
}

static gboolean
read_fees (GKeyFile *file, RaRules *rules, GError **error)
{
  for (guint i = 0; i < YY_ORDER_N_TYPES; i++)
    {
      const Number fee = { .group = "fees",
                           .key = yy_order_type_get_info ((YyOrderType) i)->nick,
                           .high = 1000000 };

      if (!read_number (file, &fee, &rules->fees[i], error))
        return FALSE;
    }
  return TRUE;
}

static void
read_texts (GKeyFile *file, RaRules *rules)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      char *text = g_key_file_get_string (file, texts[i].group, texts[i].key, NULL);

      if (text == NULL || *text == '\0')
        {
          g_free (text);
          text = g_strdup (texts[i].fallback);
        }
      G_STRUCT_MEMBER (char *, rules, texts[i].offset) = text;
    }
}

static gboolean
is_alphabet (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c) || strchr (c + 1, *c) != NULL)
      return FALSE;
  return strlen (text) >= 10;
}

static gboolean
check_message (GError **error, const char *key, const char *text)
{
  return strstr (text, "{code}") != NULL ||
         refuse (error, "sms", key, _ ("“{code}” must be in the text"));
}

static gboolean
check (const RaRules *rules, GError **error)
{
  gboolean rsa = g_str_equal (rules->key_type, "RSA");

  if (!is_alphabet (rules->so_pin_alphabet))
    return refuse (error, "token", "so-pin-alphabet",
                   _ ("at least ten different ASCII characters are needed here"));
  if (strlen (rules->factory_so_pin) > 64)
    return refuse (error, "token", "factory-so-pin", _ ("this is too long"));
  if (!rsa && !g_str_equal (rules->key_type, "EC"))
    return refuse (error, "key", "type", _ ("“EC” or “RSA” is needed here"));
  if (rsa ? rules->key_bits < 2048 : rules->key_bits != 256)
    return refuse (error, "key", "bits", _ ("EC keys have 256 bits, RSA keys 2048 or more"));
  return check_message (error, "activation", rules->sms_activation) &&
         check_message (error, "verification", rules->sms_verification);
}

RaRules *
ra_rules_new (YyProfile *profile, GError **error)
{
  g_autoptr (RaRules) rules = g_new0 (RaRules, 1);
  GKeyFile *file = yy_profile_get_key_file (profile);

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!read_number (file, &numbers[i], &G_STRUCT_MEMBER (guint, rules, numbers[i].offset), error))
      return NULL;
  read_texts (file, rules);
  if (read_fees (file, rules, error) && check (rules, error))
    return g_steal_pointer (&rules);
  return NULL;
}

void
ra_rules_free (RaRules *rules)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (G_STRUCT_MEMBER (char *, rules, texts[i].offset));
  g_free (rules);
}
