/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/**
 * YyPinPolicy:
 * @min_length: shortest PIN
 * @max_length: longest PIN (a token may allow less)
 * @min_classes: how many of: upper case, lower case, digits, other ASCII characters
 */
typedef struct
{
  guint min_length;
  guint max_length;
  guint min_classes;
} YyPinPolicy;

/**
 * YyProfile:
 *
 * What differs from CA to CA: names, hotline, language, PIN rules, fees, documents. A key file,
 * data/profiles/demo.ini being the documented example. Immutable, any thread.
 */
#define YY_TYPE_PROFILE (yy_profile_get_type ())
G_DECLARE_FINAL_TYPE (YyProfile, yy_profile, YY, PROFILE, GObject)

/** yy_profile_new: Returns: (transfer full): or %NULL with %YY_ERROR_INVALID_DATA naming the key */
YyProfile *yy_profile_new (GBytes *key_file, GError **error);
/** yy_profile_get_name: Returns: the CA's name, in its own language */
const char *yy_profile_get_name (YyProfile *self);
/** yy_profile_get_product: Returns: what the client is called in its title bar */
const char *yy_profile_get_product (YyProfile *self);
const char *yy_profile_get_hotline (YyProfile *self);
/** yy_profile_get_language: Returns: locale name such as "zh_CN" */
const char *yy_profile_get_language (YyProfile *self);
const YyPinPolicy *yy_profile_get_pin_policy (YyProfile *self);
/** yy_profile_get_key_file: Returns: (transfer none): for what only the service needs */
GKeyFile *yy_profile_get_key_file (YyProfile *self);

G_END_DECLS
