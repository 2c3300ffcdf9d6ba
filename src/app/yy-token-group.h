/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "token/yy-token.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyTokenGroup:
 *
 * The certificates of one token. Property: "token" (#YyToken).
 */
#define YY_TYPE_TOKEN_GROUP (yy_token_group_get_type ())
G_DECLARE_FINAL_TYPE (YyTokenGroup, yy_token_group, YY, TOKEN_GROUP, AdwPreferencesGroup)

GtkWidget *yy_token_group_new (YyToken *token, const char *hotline);

G_END_DECLS
