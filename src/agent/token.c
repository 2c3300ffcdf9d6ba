/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/token.h"

#include "agent/card-sc-hsm.h"
#include "agent/file-cache.h"

#include <glib/gi18n.h>

static gboolean
is_vague (CK_RV rv)
{
  return rv == CKR_DEVICE_ERROR || rv == CKR_GENERAL_ERROR || rv == CKR_FUNCTION_FAILED ||
         rv == CKR_DEVICE_MEMORY || rv == CKR_USER_NOT_LOGGED_IN;
}

/*
 * Ends a search that was never begun: a living session says so, and a dead one says that it is
 * dead. C_GetSessionInfo would ask the card, and OpenSC ends every session in it when the card says
 * that nobody is logged in, which a SmartCard-HSM always says of its SO.
 */
static gboolean
is_session_alive (YyAgentToken *self)
{
  return !yy_ck_is_removal (self->module->f->C_FindObjectsFinal (self->session));
}

gboolean
yy_agent_token_is_present (YyAgentToken *self)
{
  g_autoptr (GArray) slots = NULL;

  if (!self->has_session)
    return FALSE;
  /* Listing the slots makes modules look at the readers; only then do they end the session. */
  slots = yy_module_list_slots (self->module, CK_TRUE, NULL);
  for (guint i = 0; slots != NULL && i < slots->len; i++)
    if (g_array_index (slots, CK_SLOT_ID, i) == self->slot)
      return is_session_alive (self);
  return FALSE;
}

/* How long a reader may take to notice that its token was pulled out. */
#define NOTICE_MS 600
#define STEP_MS   50

gboolean
yy_agent_token_is_gone (YyAgentToken *self)
{
  for (int waited = 0; waited <= NOTICE_MS; waited += STEP_MS)
    {
      if (!yy_agent_token_is_present (self))
        return TRUE;
      if (self->card_type != YY_CARD_UNKNOWN)
        return yy_probe_card (self->reader, YY_PROBE_TRIES).type == YY_CARD_UNKNOWN;
      g_usleep (STEP_MS * 1000);
    }
  return FALSE;
}

/* OpenSC knows a full SmartCard-HSM only as CKR_GENERAL_ERROR. */
static gboolean
is_full (YyAgentToken *self, CK_RV rv)
{
  g_autoptr (YyCard) card = NULL;

  if (rv != CKR_GENERAL_ERROR || self->card_type != YY_CARD_SC_HSM || self->login != YY_LOGIN_USER)
    return FALSE;
  card = yy_card_open (self->reader, NULL);
  return card != NULL && yy_sc_hsm_is_full (card);
}

gboolean
yy_agent_token_check_pin (YyAgentToken *self,
                          CK_RV rv,
                          const char *function,
                          CK_USER_TYPE user,
                          GError **error)
{
  if (is_vague (rv) && yy_agent_token_is_gone (self))
    rv = CKR_DEVICE_REMOVED;
  else if (is_full (self, rv))
    rv = CKR_DEVICE_MEMORY;
  return yy_ck_check_pin (rv, function, user, error);
}

gboolean
yy_agent_token_check (YyAgentToken *self, CK_RV rv, const char *function, GError **error)
{
  return yy_agent_token_check_pin (self, rv, function, (CK_USER_TYPE) -1, error);
}

gboolean
yy_agent_token_open_session (YyAgentToken *self, GError **error)
{
  CK_FLAGS flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
  CK_RV rv = CKR_OK;

  if (self->has_session)
    return TRUE;
  rv = self->module->f->C_OpenSession (self->slot, flags, NULL, NULL, &self->session);
  if (rv == CKR_TOKEN_WRITE_PROTECTED)
    rv =
        self->module->f->C_OpenSession (self->slot, CKF_SERIAL_SESSION, NULL, NULL, &self->session);
  self->has_session = rv == CKR_OK;
  return yy_ck_check (rv, "C_OpenSession", error);
}

void
yy_agent_token_close_session (YyAgentToken *self)
{
  if (!self->has_session)
    return;
  if (self->login != YY_LOGIN_NONE)
    (void) self->module->f->C_Logout (self->session);
  (void) self->module->f->C_CloseSession (self->session);
  self->has_session = FALSE;
  self->login = YY_LOGIN_NONE;
  self->keyring = NULL;
}

static void
probe_card (YyAgentToken *self)
{
  YyProbe probe = yy_probe_card (self->reader, YY_PROBE_TRIES);

  self->card_type = probe.type;
  self->tries_left = probe.tries_left;
}

gboolean
yy_agent_token_read_info (YyAgentToken *self, GError **error)
{
  YyInfo *info = yy_info_read (self->module, self->slot, error);

  if (info == NULL)
    return FALSE;
  g_clear_pointer (&self->info, yy_info_free);
  self->info = info;
  probe_card (self);
  return TRUE;
}

CK_FLAGS
yy_agent_token_flags (CK_FLAGS flags, int tries_left)
{
  flags &= ~(CK_FLAGS) (CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_COUNT_LOW);
  if (tries_left == 0)
    return flags | CKF_USER_PIN_LOCKED;
  if (tries_left == 1)
    return flags | CKF_USER_PIN_FINAL_TRY;
  return tries_left == 2 ? flags | CKF_USER_PIN_COUNT_LOW : flags;
}

gboolean
yy_agent_token_read_pin_state (YyAgentToken *self, GError **error)
{
  if (self->card_type == YY_CARD_UNKNOWN)
    return yy_agent_token_read_info (self, error);
  /* A PIN that is verified has all its tries, and the card does not say how many those are. */
  if (self->login == YY_LOGIN_USER)
    self->tries_left = -1;
  else
    probe_card (self);
  if (self->tries_left < 0 && self->login != YY_LOGIN_USER)
    return yy_agent_token_read_info (self, error);
  self->info->flags = yy_agent_token_flags (self->info->flags, self->tries_left);
  return TRUE;
}

static gboolean
read_objects (YyAgentToken *self, gboolean strict, GError **error)
{
  GPtrArray *objects = yy_objects_list (self->module, self->session, strict, error);

  if (objects == NULL)
    return FALSE;
  g_clear_pointer (&self->objects, g_ptr_array_unref);
  self->objects = objects;
  for (guint i = 0; self->login == YY_LOGIN_USER && i < objects->len; i++)
    {
      YyObject *object = objects->pdata[i];

      if (object->object_class == CKO_PRIVATE_KEY)
        g_hash_table_add (self->known_keys, g_bytes_ref (object->id));
    }
  return TRUE;
}

gboolean
yy_agent_token_read_objects (YyAgentToken *self, GError **error)
{
  return read_objects (self, FALSE, error);
}

gboolean
yy_agent_token_read_objects_strictly (YyAgentToken *self, GError **error)
{
  return read_objects (self, TRUE, error);
}

gboolean
yy_agent_token_list_files (YyAgentToken *self)
{
  g_autoptr (YyCard) card = NULL;
  GBytes *files = NULL;

  if (self->card_type != YY_CARD_SC_HSM)
    return FALSE;
  card = yy_card_open (self->reader, NULL);
  files = card == NULL ? NULL : yy_sc_hsm_list_files (card, NULL);
  if (files == NULL)
    return FALSE;
  g_clear_pointer (&self->files, g_bytes_unref);
  self->files = files;
  self->has_new_key = FALSE;
  return TRUE;
}

static gboolean
is_on_card (YyAgentToken *self, YyObject *certificate)
{
  for (guint i = 0; i < self->card_certificates->len; i++)
    if (certificate->value != NULL &&
        g_bytes_equal (self->card_certificates->pdata[i], certificate->value))
      return TRUE;
  return FALSE;
}

int
yy_agent_token_has_key (YyObject *certificate, gpointer user_data)
{
  YyAgentToken *self = user_data;

  if (g_hash_table_contains (self->known_keys, certificate->id))
    return 1;
  /* On a SmartCard-HSM a certificate is stored under its key's number, or apart from all keys. */
  if (is_on_card (self, certificate))
    return 1;
  if (self->card_type == YY_CARD_SC_HSM &&
      (self->files != NULL || yy_agent_token_list_files (self)))
    return yy_sc_hsm_has_foreign_certificates (self->files) ? -1 : 1;
  /* Modules keep the public key beside the private one, under the same CKA_ID. */
  return yy_objects_find (self->objects, CKO_PUBLIC_KEY, certificate->id) != NULL ? 1 : -1;
}

gboolean
yy_agent_token_is_stale (YyAgentToken *self)
{
  g_autoptr (YyCard) card = NULL;

  if (self->card_type != YY_CARD_SC_HSM)
    return FALSE;
  card = yy_card_open (self->reader, NULL);
  if (card == NULL || yy_file_cache_check (card, self->info->serial, self->card_certificates))
    return FALSE;
  yy_file_cache_forget (self->info->serial);
  return TRUE;
}

static gboolean
read_reader (YyAgentToken *self, GError **error)
{
  CK_SLOT_INFO info = { 0 };

  if (!yy_ck_check (self->module->f->C_GetSlotInfo (self->slot, &info), "C_GetSlotInfo", error))
    return FALSE;
  self->reader = yy_ck_text (info.slotDescription, sizeof info.slotDescription);
  return TRUE;
}

YyAgentToken *
yy_agent_token_new (YyModule *module, CK_SLOT_ID slot, GError **error)
{
  g_autoptr (YyAgentToken) self = g_new0 (YyAgentToken, 1);

  self->module = module;
  self->slot = slot;
  self->tries_left = -1;
  self->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) yy_object_free);
  self->card_certificates = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->known_keys =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  if (!read_reader (self, error) || !yy_agent_token_open_session (self, error) ||
      !yy_agent_token_read_info (self, error) || !yy_agent_token_read_objects (self, error))
    return NULL;
  if (*self->info->serial == '\0')
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_NO_SUCH_TOKEN,
                           _ ("The token has no serial number"));
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
yy_agent_token_free (YyAgentToken *self)
{
  yy_agent_token_close_session (self);
  g_clear_pointer (&self->pin, yy_secret_free);
  g_clear_pointer (&self->info, yy_info_free);
  g_clear_pointer (&self->objects, g_ptr_array_unref);
  g_clear_pointer (&self->files, g_bytes_unref);
  g_clear_pointer (&self->card_certificates, g_ptr_array_unref);
  g_clear_pointer (&self->known_keys, g_hash_table_unref);
  g_free (self->reader);
  g_free (self);
}
