/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "token/yy-token.h"

G_BEGIN_DECLS

/**
 * YyCondition:
 *
 * What a token needs first from its owner, most urgent first.
 */
typedef enum
{
  YY_CONDITION_NOT_ACTIVATED,
  YY_CONDITION_LOCKED,
  YY_CONDITION_EXPIRED,
  YY_CONDITION_EXPIRING,
  YY_CONDITION_GOOD,
} YyCondition;

/** YY_EXPIRING_DAYS: so many days before its end a certificate is pointed out */
#define YY_EXPIRING_DAYS 60

/**
 * yy_text_find_certificate:
 *
 * Returns: (transfer none) (nullable): the token's certificate that counts: the one that is
 *   valid longest of those that are not known to be without a key
 */
YyTokenCertificate *yy_text_find_certificate (YyToken *token);

YyCondition yy_text_get_condition (YyToken *token);
/** yy_text_get_condition_name: Returns: in a word or two */
const char *yy_text_get_condition_name (YyCondition condition);
const char *yy_text_get_condition_icon (YyCondition condition);
/** yy_text_get_condition_style: Returns: a style class of libadwaita */
const char *yy_text_get_condition_style (YyCondition condition);

/** yy_text_dup_token_name: Returns: the label, else the model, of a token */
char *yy_text_dup_token_name (YyToken *token);
/** yy_text_dup_token_origin: Returns: maker and model in a line */
char *yy_text_dup_token_origin (YyToken *token);
/** yy_text_dup_pin_state: Returns: state of the PIN with the tries left */
char *yy_text_dup_pin_state (YyToken *token);
/** yy_text_dup_date: Returns: the day of @moment in this computer's time zone */
char *yy_text_dup_date (GDateTime *moment);
/** yy_text_dup_validity: Returns: from day to day */
char *yy_text_dup_validity (YyCertificate *certificate);
/** yy_text_dup_expiry: Returns: last day and the days left, or since when it is expired */
char *yy_text_dup_expiry (YyCertificate *certificate);
/** yy_text_dup_groups: Returns: hexadecimal digits in groups of @size: "AB12 CD34" */
char *yy_text_dup_groups (const char *digits, guint size);

/** yy_text_dup_problem: Returns: what happened and what to do about it, in sentences */
char *yy_text_dup_problem (const GError *error);

G_END_DECLS
