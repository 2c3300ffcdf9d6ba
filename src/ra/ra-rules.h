/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-order-type.h"
#include "order/yy-profile.h"

G_BEGIN_DECLS

/**
 * RaRules:
 * @validity_days: of certificates; 0: the years of the order
 * @sms_command: (nullable): what sends a text message for real
 * @fees: by business type
 *
 * What the service reads of the CA profile, checked. Times are in the unit their name ends with,
 * money in whole units of the currency. Every key may be missing in a profile.
 */
typedef struct
{
  guint code_length;
  guint code_days;
  guint code_tries;
  guint verification_length;
  guint verification_minutes;
  guint verification_tries;
  guint verification_resend_seconds;
  guint verification_codes_per_hour;
  guint so_pin_length;
  char *so_pin_alphabet;
  char *factory_so_pin;
  char *token_label;
  char *key_type;
  guint key_bits;
  guint validity_days;
  guint crl_days;
  guint matches_per_address;
  guint matches_per_token;
  guint wrong_codes_per_address;
  guint wrong_codes_per_token;
  char *sms_activation;
  char *sms_rejected;
  char *sms_verification;
  char *sms_unlock_approved;
  char *sms_unlock_rejected;
  char *sms_unlocked;
  char *sms_unlock_noticed;
  char *sms_command;
  guint fees[YY_ORDER_N_TYPES];
} RaRules;

/** ra_rules_new: Returns: (transfer full): or %NULL with %YY_ERROR_INVALID_DATA that names the key
 */
RaRules *ra_rules_new (YyProfile *profile, GError **error);
void ra_rules_free (RaRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaRules, ra_rules_free)

G_END_DECLS
