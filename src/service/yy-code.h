/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"
#include "order/yy-profile.h"

G_BEGIN_DECLS

/** YyCodeKind: what a code is for */
typedef enum
{
  YY_CODE_ACTIVATION,
  YY_CODE_VERIFICATION, /* for unlocking a token */
} YyCodeKind;

/** yy_code_get_length: Returns: how many digits a code of this kind has, by the profile */
guint yy_code_get_length (YyProfile *profile, YyCodeKind kind);

/**
 * yy_code_check:
 *
 * Looks at the shape of a code before it is sent: one that cannot be right would cost one of the
 * few tries.
 *
 * Returns: %FALSE with %YY_ERROR_CODE_INCORRECT
 */
gboolean yy_code_check (YyProfile *profile, YyCodeKind kind, const YySecret *code, GError **error);

/** yy_code_check_possible: the same without a profile: whether it is short and of visible ASCII
 * characters */
gboolean yy_code_check_possible (const YySecret *code, GError **error);

G_END_DECLS
