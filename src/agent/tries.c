/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/tries.h"

#include <glib/gi18n.h>

#define FEW_TRIES 3

gboolean
yy_tries_is_last (CK_FLAGS flags, int tries_left)
{
  if (tries_left >= 0)
    return tries_left == 1;
  return (flags & CKF_USER_PIN_FINAL_TRY) != 0 && (flags & CKF_USER_PIN_LOCKED) == 0;
}

gboolean
yy_tries_require (YyAgentToken *token, gboolean last_try, GError **error)
{
  if (last_try)
    return TRUE;
  if (!yy_agent_token_read_pin_state (token, error))
    return FALSE;
  if (token->tries_left == 0)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_PIN_LOCKED, _ ("The PIN is locked"));
  else if (yy_tries_is_last (token->info->flags, token->tries_left))
    g_set_error_literal (error, YY_ERROR, YY_ERROR_PIN_LAST_TRY,
                         _ ("Only one try is left for the PIN, so it was not sent"));
  else
    return TRUE;
  return FALSE;
}

gboolean
yy_tries_are_plenty (YyAgentToken *token)
{
  YyProbe probe = { .tries_left = -1 };
  g_autoptr (YyInfo) info = NULL;

  if (token->card_type != YY_CARD_UNKNOWN)
    probe = yy_probe_card (token->reader, YY_PROBE_TRIES);
  if (probe.tries_left >= 0)
    return probe.tries_left > FEW_TRIES;
  info = yy_info_read (token->module, token->slot, NULL);
  return info != NULL && (info->flags & (CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY)) == 0;
}
