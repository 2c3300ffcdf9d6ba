/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/session.h"

#include "agent/tries.h"

#include <glib/gi18n.h>

static CK_RV
login (YyAgentToken *token, CK_USER_TYPE user, const YySecret *pin)
{
  CK_UTF8CHAR *bytes = (CK_UTF8CHAR *) (gpointer) yy_secret_bytes (pin);
  CK_RV rv = token->module->f->C_Login (token->session, user, bytes, yy_secret_length (pin));

  /* A logout that failed, of which nothing is known here. */
  if (rv == CKR_USER_ALREADY_LOGGED_IN || rv == CKR_USER_ANOTHER_ALREADY_LOGGED_IN)
    {
      (void) token->module->f->C_Logout (token->session);
      rv = token->module->f->C_Login (token->session, user, bytes, yy_secret_length (pin));
    }
  return rv;
}

void
yy_session_logout (YyAgentToken *token)
{
  if (token->login != YY_LOGIN_NONE && token->has_session)
    (void) token->module->f->C_Logout (token->session);
  token->login = YY_LOGIN_NONE;
  token->keyring = NULL;
  g_clear_pointer (&token->pin, yy_secret_free);
}

gboolean
yy_session_login (YyAgentToken *token, YySecret *pin, GError **error)
{
  g_autoptr (YySecret) owned = pin;

  yy_session_logout (token);
  if (!yy_agent_token_open_session (token, error) ||
      !yy_agent_token_check_pin (token, login (token, CKU_USER, owned), "C_Login", CKU_USER, error))
    return FALSE;
  token->login = YY_LOGIN_USER;
  token->pin = g_steal_pointer (&owned);
  return TRUE;
}

gboolean
yy_session_login_so (YyAgentToken *token, const YySecret *so_pin, GError **error)
{
  CK_RV rv = CKR_OK;

  yy_session_logout (token);
  if (!yy_agent_token_open_session (token, error))
    return FALSE;
  rv = login (token, CKU_SO, so_pin);
  if (rv == CKR_SESSION_READ_ONLY_EXISTS)
    {
      /* libp11's sessions are read-only ones, and they are of no use without the user. */
      (void) token->module->f->C_CloseAllSessions (token->slot);
      token->has_session = FALSE;
      if (!yy_agent_token_open_session (token, error))
        return FALSE;
      rv = login (token, CKU_SO, so_pin);
    }
  if (!yy_agent_token_check_pin (token, rv, "C_Login", CKU_SO, error))
    return FALSE;
  token->login = YY_LOGIN_SO;
  return TRUE;
}

gboolean
yy_session_require_user (YyAgentToken *token, GError **error)
{
  if (token->login == YY_LOGIN_USER)
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_FAILED, _ ("The PIN was not given yet"));
  return FALSE;
}

gboolean
yy_session_recover (YyAgentToken *token, CK_RV rv)
{
  g_autoptr (YySecret) pin = NULL;

  if (rv != CKR_USER_NOT_LOGGED_IN || token->login != YY_LOGIN_USER || token->pin == NULL)
    return FALSE;
  if (!yy_tries_are_plenty (token))
    return FALSE;
  pin = g_steal_pointer (&token->pin);
  return yy_session_login (token, g_steal_pointer (&pin), NULL);
}
