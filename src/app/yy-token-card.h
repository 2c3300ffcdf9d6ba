/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "token/yy-token.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyTokenCard:
 *
 * One token on the home page: what it is, how it stands with its certificate and PIN, and what can
 * be done with it. Properties: "token" (#YyToken), "hotline", "order-notice" (how an order stands
 * that was begun for it, or %NULL).
 */
#define YY_TYPE_TOKEN_CARD (yy_token_card_get_type ())
G_DECLARE_FINAL_TYPE (YyTokenCard, yy_token_card, YY, TOKEN_CARD, AdwBin)

GtkWidget *yy_token_card_new (YyToken *token, const char *hotline);

G_END_DECLS
