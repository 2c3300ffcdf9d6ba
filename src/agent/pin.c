/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/pin.h"

#include "agent/card-sc-hsm.h"
#include "agent/file-cache.h"
#include "agent/session.h"
#include "agent/tries.h"

#include <string.h>

#include <glib/gi18n.h>

#define MAX_SO_ATTEMPTS 2

static CK_UTF8CHAR *
bytes (const YySecret *secret)
{
  return (CK_UTF8CHAR *) (gpointer) yy_secret_bytes (secret);
}

/* A card takes a changed PIN for a verified one, of which the module knows nothing. */
static void
forget_pin (YyAgentToken *token)
{
  g_autoptr (YyCard) card =
      token->card_type == YY_CARD_SC_HSM ? yy_card_open (token->reader, NULL) : NULL;

  if (card != NULL)
    yy_sc_hsm_forget_pin (card);
}

gboolean
yy_pin_change (YyAgentToken *token,
               const YySecret *old_pin,
               const YySecret *new_pin,
               gboolean last_try,
               GError **error)
{
  gboolean was_user = token->login == YY_LOGIN_USER;
  CK_RV rv = CKR_OK;

  /* In an SO session it would be the SO PIN that changes. */
  if (token->login == YY_LOGIN_SO)
    yy_session_logout (token);
  if (!yy_agent_token_open_session (token, error) || !yy_tries_require (token, last_try, error))
    return FALSE;
  rv = token->module->f->C_SetPIN (token->session, bytes (old_pin), yy_secret_length (old_pin),
                                   bytes (new_pin), yy_secret_length (new_pin));
  if (!yy_agent_token_check_pin (token, rv, "C_SetPIN", CKU_USER, error))
    {
      /* On many cards a wrong PIN ends the login: be sure of it. */
      yy_session_logout (token);
      return FALSE;
    }
  if (was_user)
    {
      yy_secret_free (token->pin);
      token->pin = yy_secret_dup (new_pin);
    }
  else
    forget_pin (token);
  return TRUE;
}

gboolean
yy_pin_is_so_usable (CK_FLAGS flags, int so_tries_left)
{
  return (flags & (CKF_SO_PIN_LOCKED | CKF_SO_PIN_FINAL_TRY)) == 0 &&
         (so_tries_left < 0 || so_tries_left > 1);
}

gboolean
yy_pin_require_usable_so (YyAgentToken *token, GError **error)
{
  YyProbe probe = yy_probe_card (token->reader, YY_PROBE_SO_TRIES);
  g_autoptr (YyInfo) info = NULL;

  /* What the card says is exact; modules say less of the SO PIN, or nothing. */
  if (probe.so_tries_left < 0)
    {
      info = yy_info_read (token->module, token->slot, error);
      if (info == NULL)
        return FALSE;
    }
  if (yy_pin_is_so_usable (info == NULL ? 0 : info->flags, probe.so_tries_left))
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_SO_PIN_LOCKED,
                       _ ("The token's unlocking code is locked, or would be by one more try"));
  return FALSE;
}

static gboolean
set_user_pin (YyAgentToken *token, const YySecret *so_pin, const YySecret *pin, GError **error)
{
  CK_RV rv = CKR_OK;

  if (!yy_session_login_so (token, so_pin, error))
    return FALSE;
  rv = token->module->f->C_InitPIN (token->session, bytes (pin), yy_secret_length (pin));
  /* Here too a wrong PIN is the SO's: the login only noted it. */
  return yy_agent_token_check_pin (token, rv, "C_InitPIN", CKU_SO, error);
}

gboolean
yy_pin_set_by_so (YyAgentToken *token,
                  GPtrArray *so_pins,
                  const YySecret *new_pin,
                  guint *which,
                  GError **error)
{
  for (guint i = 0; i < MIN (so_pins->len, MAX_SO_ATTEMPTS); i++)
    {
      g_autoptr (GError) local = NULL;
      gboolean is_last = i + 1 == MIN (so_pins->len, MAX_SO_ATTEMPTS);

      if (!yy_pin_require_usable_so (token, error))
        return FALSE;
      if (set_user_pin (token, so_pins->pdata[i], new_pin, &local))
        {
          *which = i;
          return TRUE;
        }
      yy_session_logout (token);
      if (is_last || !g_error_matches (local, YY_ERROR, YY_ERROR_SO_PIN_INCORRECT))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("No SO PIN was given"));
  return FALSE;
}

gboolean
yy_pin_rotate_so (YyAgentToken *token,
                  const YySecret *old_so_pin,
                  const YySecret *new_so_pin,
                  GError **error)
{
  CK_RV rv = CKR_OK;
  gboolean changed = FALSE;

  if (token->login != YY_LOGIN_SO &&
      (!yy_pin_require_usable_so (token, error) || !yy_session_login_so (token, old_so_pin, error)))
    return FALSE;
  rv =
      token->module->f->C_SetPIN (token->session, bytes (old_so_pin), yy_secret_length (old_so_pin),
                                  bytes (new_so_pin), yy_secret_length (new_so_pin));
  changed = yy_agent_token_check_pin (token, rv, "C_SetPIN", CKU_SO, error);
  yy_session_logout (token);
  return changed;
}

void
yy_pin_pad_label (const char *label, CK_UTF8CHAR padded[32])
{
  gsize length = strlen (label);

  if (length > 32)
    length = (gsize) (g_utf8_find_prev_char (label, label + 33) - label);
  memset (padded, ' ', 32);
  memcpy (padded, label, length);
}

/* Digits, because some tokens take nothing else; as many as the token allows. */
static YySecret *
random_pin (YyAgentToken *token)
{
  guint length = CLAMP (token->info->max_pin_length, 4, 15);

  return yy_secret_new_random (length, "0123456789");
}

gboolean
yy_pin_format (YyAgentToken *token, const YySecret *so_pin, const char *label, GError **error)
{
  g_autoptr (YySecret) pin = random_pin (token);
  CK_UTF8CHAR padded[32];
  gboolean set = FALSE;
  CK_RV rv = CKR_OK;

  if (!yy_pin_require_usable_so (token, error))
    return FALSE;
  yy_file_cache_forget (token->info->serial);
  yy_pin_pad_label (label, padded);
  yy_session_logout (token);
  (void) token->module->f->C_CloseAllSessions (token->slot);
  token->has_session = FALSE;
  rv = token->module->f->C_InitToken (token->slot, bytes (so_pin), yy_secret_length (so_pin),
                                      padded);
  if (!yy_agent_token_open_session (token, rv == CKR_OK ? error : NULL) ||
      !yy_agent_token_check_pin (token, rv, "C_InitToken", CKU_SO, error))
    return FALSE;
  g_hash_table_remove_all (token->known_keys);
  g_clear_pointer (&token->files, g_bytes_unref);
  g_ptr_array_set_size (token->card_certificates, 0);
  set = set_user_pin (token, so_pin, pin, error);
  yy_session_logout (token);
  return set;
}
