/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"
#include "order/yy-profile.h"

G_BEGIN_DECLS

/**
 * YyPinRule:
 *
 * The rules for a new PIN, in the order they are shown. The last one that fails decides nothing:
 * all failing ones are told.
 */
typedef enum
{
  YY_PIN_RULE_LENGTH = 1 << 0,
  YY_PIN_RULE_ASCII = 1 << 1,
  YY_PIN_RULE_CLASSES = 1 << 2,
  YY_PIN_RULE_SIMPLE = 1 << 3, /* not a repetition, sequence or one of the commonest passwords */
} YyPinRule;
#define YY_PIN_N_RULES 4

/**
 * YyPinVerdict:
 * @unmet: the rules (#YyPinRule) that @pin does not meet; 0: acceptable
 * @strength: 0 (none) to 4 (strong), for a level bar
 */
typedef struct
{
  guint unmet;
  guint strength;
} YyPinVerdict;

/**
 * yy_pin_policy_check:
 * @policy: the CA's rules
 * @min_length: the token's own minimum; the stricter one counts
 * @max_length: the token's own maximum
 * @pin: what was typed
 */
YyPinVerdict yy_pin_policy_check (const YyPinPolicy *policy,
                                  guint min_length,
                                  guint max_length,
                                  const YySecret *pin);

/** yy_pin_policy_dup_rule_text: Returns: (transfer full): the rule as a translated sentence */
char *yy_pin_policy_dup_rule_text (const YyPinPolicy *policy,
                                   guint min_length,
                                   guint max_length,
                                   YyPinRule rule);

/** yy_pin_policy_require: Returns: %FALSE with %YY_ERROR_PIN_POLICY that names every unmet rule */
gboolean yy_pin_policy_require (const YyPinPolicy *policy,
                                guint min_length,
                                guint max_length,
                                const YySecret *pin,
                                GError **error);

G_END_DECLS
