/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "procedure/yy-pin-guard.h"
#include "token/yy-token.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyPinPrompt:
 *
 * Asks for a token's present PIN: the tries left stand there before anything is typed, and the last
 * one must be confirmed. A PIN that just failed is taken again only from somebody who types it
 * again and says that it was changed in the meantime. Its button for a forgotten PIN is the action
 * "dialog.forgot-pin", which whoever holds the prompt provides. Property: "ready" (read-only):
 * something was typed and, where needed, confirmed. Signal: "activate".
 */
#define YY_TYPE_PIN_PROMPT (yy_pin_prompt_get_type ())
G_DECLARE_FINAL_TYPE (YyPinPrompt, yy_pin_prompt, YY, PIN_PROMPT, GtkWidget)

/** yy_pin_prompt_set_token: the token's present snapshot */
void yy_pin_prompt_set_token (YyPinPrompt *self, YyToken *token);

/**
 * yy_pin_prompt_take:
 * @last_try: (out): the person confirmed that it may be the last try
 *
 * Takes the PIN out of the entry and asks @guard whether it may be sent.
 *
 * Returns: (transfer full) (nullable): the PIN; %NULL when refused: the prompt says why
 */
YySecret *yy_pin_prompt_take (YyPinPrompt *self, YyPinGuard *guard, gboolean *last_try);

/** yy_pin_prompt_tell: shows under the entry what happened and what to do */
void yy_pin_prompt_tell (YyPinPrompt *self, const GError *error);

G_END_DECLS
