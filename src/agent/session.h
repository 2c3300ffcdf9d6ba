/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/token.h"

G_BEGIN_DECLS

/**
 * yy_session_login:
 * @pin: (transfer full): kept while it is right, to log in again
 *
 * Logs the user in, whoever was logged in before. Spends a try when @pin is wrong.
 */
gboolean yy_session_login (YyAgentToken *token, YySecret *pin, GError **error);

/** yy_session_login_so: Logs the SO in. Some cards look at @so_pin only when it is used. */
gboolean yy_session_login_so (YyAgentToken *token, const YySecret *so_pin, GError **error);

/** yy_session_logout: Logs whoever is logged in out and forgets the PIN. */
void yy_session_logout (YyAgentToken *token);

/** yy_session_require_user: Returns: whether the user is logged in; if not, an error for people */
gboolean yy_session_require_user (YyAgentToken *token, GError **error);

/**
 * yy_session_recover:
 * @rv: what a call returned
 *
 * If @rv says that the user is not logged in although Login succeeded (another program logged this
 * one out), logs in again with the PIN that was right then, unless tries have become precious.
 *
 * Returns: whether the call is worth repeating, once
 */
gboolean yy_session_recover (YyAgentToken *token, CK_RV rv);

G_END_DECLS
