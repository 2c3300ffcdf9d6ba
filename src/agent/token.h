/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/card-probe.h"
#include "agent/keyring.h"
#include "agent/snapshot.h"
#include "base/yy-secret.h"

G_BEGIN_DECLS

/** YyLogin: who is logged in */
typedef enum
{
  YY_LOGIN_NONE,
  YY_LOGIN_USER,
  YY_LOGIN_SO,
} YyLogin;

/**
 * YyAgentToken:
 * @session: the one session on this token, open as long as the token is there: read/write, because
 *   a read-only one keeps the SO out; its end tells that the token was pulled out
 * @pin: (nullable): the user's PIN, after it was right, to log in again when another program logged
 *   this one out
 * @keyring: (nullable): borrowed from @module, for this login
 * @info: what the token said last of itself
 * @objects: (element-type YyObject): what was visible at the last look
 * @known_keys: (element-type GBytes): CKA_IDs of private keys that were visible once
 * @card_type: what the card is, as far as this project knows it
 * @tries_left: for the user PIN; -1 when the card cannot tell
 * @card_certificates: (element-type GBytes): contents of files for certificates of the card's keys,
 * as far as the card was asked for them
 * @files: (nullable): the files of a SmartCard-HSM at some time, see yy_agent_token_list_files()
 * @has_new_key: a key was made since then
 *
 * A token that is present in a slot. Main thread only.
 */
typedef struct
{
  YyModule *module;
  CK_SLOT_ID slot;
  CK_SESSION_HANDLE session;
  gboolean has_session;
  YyLogin login;
  YySecret *pin;
  YyKeyring *keyring;
  char *reader;
  YyInfo *info;
  GPtrArray *objects;
  GHashTable *known_keys;
  YyCardType card_type;
  int tries_left;
  GPtrArray *card_certificates;
  GBytes *files;
  gboolean has_new_key;
} YyAgentToken;

/**
 * yy_agent_token_new:
 *
 * Opens the session and reads the token.
 *
 * Returns: (transfer full): the token in @slot, or %NULL when it cannot be read or has no serial
 *   number (tokens are addressed by it)
 */
YyAgentToken *yy_agent_token_new (YyModule *module, CK_SLOT_ID slot, GError **error);

/**
 * yy_agent_token_is_stale:
 *
 * Returns: whether the module read this token from a cache that is not true any more (and is
 * deleted now): initialise the module again and take a new look
 */
gboolean yy_agent_token_is_stale (YyAgentToken *self);

/** yy_agent_token_list_files: Brings @files up to date; %FALSE if that cannot be done. */
gboolean yy_agent_token_list_files (YyAgentToken *self);

/** yy_agent_token_free: Logs out, closes the session and wipes the PIN. */
void yy_agent_token_free (YyAgentToken *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyAgentToken, yy_agent_token_free)

/** yy_agent_token_is_present: Returns: whether it is still the same token, not pulled out since */
gboolean yy_agent_token_is_present (YyAgentToken *self);

/**
 * yy_agent_token_is_gone:
 *
 * For the moment after a vague error: readers notice a removal late, so this asks the card itself
 * where it can, and else waits a little.
 *
 * Returns: whether the token was pulled out
 */
gboolean yy_agent_token_is_gone (YyAgentToken *self);

/** yy_agent_token_open_session: Opens @session if there is none. */
gboolean yy_agent_token_open_session (YyAgentToken *self, GError **error);
/** yy_agent_token_close_session: Closes @session: whoever is logged in is logged out. */
void yy_agent_token_close_session (YyAgentToken *self);

/**
 * yy_agent_token_read_info, yy_agent_token_read_objects:
 *
 * Bring @info and @tries_left, or @objects, up to date.
 */
gboolean yy_agent_token_read_info (YyAgentToken *self, GError **error);
gboolean yy_agent_token_read_objects (YyAgentToken *self, GError **error);
/** yy_agent_token_read_objects_strictly: the same, for a decision to delete something */
gboolean yy_agent_token_read_objects_strictly (YyAgentToken *self, GError **error);

/**
 * yy_agent_token_read_pin_state:
 *
 * Brings what is known of the user PIN up to date: @tries_left and the flags of @info. A card that
 * tells its tries is asked that alone, and one whose user is logged in nothing at all.
 */
gboolean yy_agent_token_read_pin_state (YyAgentToken *self, GError **error);

/** yy_agent_token_flags: Pure: @flags with those of the user PIN as @tries_left says */
CK_FLAGS yy_agent_token_flags (CK_FLAGS flags, int tries_left);

/**
 * yy_agent_token_check:
 *
 * yy_ck_check_pin(), and a vague @rv of a token that is not there any more becomes
 * %YY_ERROR_TOKEN_REMOVED.
 */
gboolean yy_agent_token_check_pin (YyAgentToken *self,
                                   CK_RV rv,
                                   const char *function,
                                   CK_USER_TYPE user,
                                   GError **error);
gboolean yy_agent_token_check (YyAgentToken *self, CK_RV rv, const char *function, GError **error);

/** yy_agent_token_has_key: a #YyKeyHint; @user_data is the token */
int yy_agent_token_has_key (YyObject *certificate, gpointer user_data);

G_END_DECLS
