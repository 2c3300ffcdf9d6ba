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
 * What the service reads of the CA profile, checked. Times in days, money in whole units of the
 * currency.
 */
typedef struct
{
  guint code_length;
  guint code_days;
  guint code_tries;
  guint so_pin_length;
  char *so_pin_alphabet;
  char *factory_so_pin;
  char *token_label;
  char *key_type;
  guint key_bits;
  guint validity_days;
  guint crl_days;
  guint wrong_codes_per_address;
  guint wrong_codes_per_token;
  char *sms_activation;
  char *sms_rejected;
  char *sms_command;
  guint fees[YY_ORDER_N_TYPES];
} RaRules;

/** ra_rules_new: Returns: (transfer full): or %NULL with %YY_ERROR_INVALID_DATA that names the key
 */
RaRules *ra_rules_new (YyProfile *profile, GError **error);
void ra_rules_free (RaRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaRules, ra_rules_free)

G_END_DECLS
