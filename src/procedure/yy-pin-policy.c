/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-pin-policy.h"

#include <string.h>

#include <glib/gi18n.h>

#include "procedure/yy-pin-pattern.h"

typedef struct
{
  guint min;
  guint max;
} Limits;

static Limits
strictest (const YyPinPolicy *policy, guint min_length, guint max_length)
{
  return (Limits){
    .min = MAX (policy->min_length, min_length),
    .max = max_length == 0           ? policy->max_length
           : policy->max_length == 0 ? max_length
                                     : MIN (policy->max_length, max_length),
  };
}

static gboolean
is_printable_ascii (const YySecret *pin)
{
  const char *bytes = yy_secret_bytes (pin);

  for (gsize i = 0; i < yy_secret_length (pin); i++)
    if (bytes[i] < 0x20 || bytes[i] > 0x7e)
      return FALSE;
  return TRUE;
}

static guint
count_classes (const YySecret *pin)
{
  const char *bytes = yy_secret_bytes (pin);
  gboolean upper = FALSE;
  gboolean lower = FALSE;
  gboolean digit = FALSE;
  gboolean other = FALSE;

  for (gsize i = 0; i < yy_secret_length (pin); i++)
    if (g_ascii_isupper (bytes[i]))
      upper = TRUE;
    else if (g_ascii_islower (bytes[i]))
      lower = TRUE;
    else if (g_ascii_isdigit (bytes[i]))
      digit = TRUE;
    else
      other = TRUE;
  return (guint) (upper + lower + digit + other);
}

/* A run or a word counts as one piece: it is what a guesser tries as a whole. */
static guint
judge_strength (guint pieces, guint classes, guint unmet)
{
  static const guint thresholds[] = { 6, 9, 11, 14 };
  guint points = pieces + 2 * MAX (classes, 1) - 2;
  guint strength = 0;

  if (pieces == 0 || (unmet & (YY_PIN_RULE_SIMPLE | YY_PIN_RULE_ASCII)) != 0)
    return 0;
  while (strength < G_N_ELEMENTS (thresholds) && points >= thresholds[strength])
    strength++;
  return unmet != 0 ? MIN (strength, 1) : MAX (strength, 1);
}

YyPinVerdict
yy_pin_policy_check (const YyPinPolicy *policy,
                     guint min_length,
                     guint max_length,
                     const YySecret *pin)
{
  Limits limits = strictest (policy, min_length, max_length);
  gsize length = yy_secret_length (pin);
  guint classes = count_classes (pin);
  guint pieces = yy_pin_pattern_count_pieces (pin);
  YyPinVerdict verdict = { 0 };

  if (length == 0 || length < limits.min || (limits.max > 0 && length > limits.max))
    verdict.unmet |= YY_PIN_RULE_LENGTH;
  if (length == 0 || !is_printable_ascii (pin))
    verdict.unmet |= YY_PIN_RULE_ASCII;
  if (classes < policy->min_classes)
    verdict.unmet |= YY_PIN_RULE_CLASSES;
  if (yy_pin_pattern_is_simple (pin))
    verdict.unmet |= YY_PIN_RULE_SIMPLE;
  verdict.strength = judge_strength (pieces, classes, verdict.unmet);
  return verdict;
}

static char *
length_text (Limits limits)
{
  if (limits.max == 0)
    return g_strdup_printf (ngettext ("At least %u character", "At least %u characters",
                                      limits.min),
                            limits.min);
  return g_strdup_printf (_ ("%u to %u characters"), limits.min, limits.max);
}

char *
yy_pin_policy_dup_rule_text (const YyPinPolicy *policy,
                             guint min_length,
                             guint max_length,
                             YyPinRule rule)
{
  switch (rule)
    {
    case YY_PIN_RULE_LENGTH:
      return length_text (strictest (policy, min_length, max_length));
    case YY_PIN_RULE_ASCII:
      return g_strdup (_ ("Only letters A–Z and a–z, digits and signs of an English keyboard"));
    case YY_PIN_RULE_CLASSES:
      if (policy->min_classes >= 4)
        return g_strdup (_ ("Upper case letters, lower case letters, digits and signs"));
      return g_strdup_printf (ngettext ("At least %u of: upper case letters, lower case letters, "
                                        "digits, signs",
                                        "At least %u of: upper case letters, lower case letters, "
                                        "digits, signs",
                                        policy->min_classes),
                              policy->min_classes);
    case YY_PIN_RULE_SIMPLE:
      return g_strdup (_ ("No simple sequence, repetition or common password"));
    default:
      g_return_val_if_reached (g_strdup (""));
    }
}

gboolean
yy_pin_policy_require (const YyPinPolicy *policy,
                       guint min_length,
                       guint max_length,
                       const YySecret *pin,
                       GError **error)
{
  YyPinVerdict verdict = yy_pin_policy_check (policy, min_length, max_length, pin);
  g_autoptr (GString) rules = g_string_new (NULL);

  if (verdict.unmet == 0)
    return TRUE;
  for (guint i = 0; i < YY_PIN_N_RULES; i++)
    {
      g_autofree char *text = NULL;

      if ((verdict.unmet & (1U << i)) == 0)
        continue;
      text = yy_pin_policy_dup_rule_text (policy, min_length, max_length, (YyPinRule) (1 << i));
      g_string_append_printf (rules, "%s%s", rules->len > 0 ? _ ("; ") : "", text);
    }
  g_set_error (error, YY_ERROR, YY_ERROR_PIN_POLICY, _ ("The new PIN does not meet the rules: %s"),
               rules->str);
  return FALSE;
}
