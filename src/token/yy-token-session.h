/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"
#include "token/yy-token-manager.h"

G_BEGIN_DECLS

/**
 * YyTokenSession:
 *
 * What a procedure does with one token. All calls are asynchronous, one at a time, on the main
 * context; each fails with %YY_ERROR_TOKEN_REMOVED when the token is gone,
 * %YY_ERROR_DRIVER_NOT_RESPONDING when the agent missed its deadline (it is replaced),
 * %YY_ERROR_DRIVER_FAILED when the agent died, %G_IO_ERROR_CANCELLED when cancelled (which means
 * "stop waiting": the agent is replaced, because a running C_ call cannot be stopped).
 * Secrets are borrowed until the call returns (they are put into pipes at once).
 * After the last reference is dropped or yy_token_session_close(), an agent that has seen a PIN is
 * ended and a fresh one takes its place.
 */
#define YY_TYPE_TOKEN_SESSION (yy_token_session_get_type ())
G_DECLARE_FINAL_TYPE (YyTokenSession, yy_token_session, YY, TOKEN_SESSION, GObject)

/**
 * YyTransferFunc:
 *
 * Called on the main context when the agent wants a CMP message sent. Answer once, in any order,
 * with yy_token_session_return_transfer().
 */
typedef void (*YyTransferFunc) (YyTokenSession *session,
                                GBytes *request,
                                gpointer transfer,
                                gpointer user_data);

/** Signal "progress" (const char *step): see the agent's Progress signal. */

/**
 * yy_token_session_new:
 *
 * Returns: (transfer full): a session on the token with this serial number (and module), or %NULL
 *   with %YY_ERROR_NO_SUCH_TOKEN; it costs nothing and talks to no card
 */
YyTokenSession *yy_token_session_new (YyTokenManager *manager,
                                      const char *serial,
                                      const char *module,
                                      GError **error);

/** yy_token_session_dup_snapshot: Returns: (transfer full) (nullable): %NULL when it is gone */
YyToken *yy_token_session_dup_snapshot (YyTokenSession *self);

void yy_token_session_close (YyTokenSession *self);

/**
 * yy_token_session_allow_last_try:
 *
 * To be called when a person confirmed that the PIN that is sent next may be the last one, or when
 * the SO just set that PIN, so that it is right. Without it, login and change_pin fail with
 * %YY_ERROR_PIN_LAST_TRY when one try is left at that moment, and send nothing. Counts for the next
 * one of them.
 */
void yy_token_session_allow_last_try (YyTokenSession *self);

void yy_token_session_login_async (YyTokenSession *self,
                                   const YySecret *pin,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
void yy_token_session_change_pin_async (YyTokenSession *self,
                                        const YySecret *old_pin,
                                        const YySecret *new_pin,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
void yy_token_session_format_async (YyTokenSession *self,
                                    const YySecret *so_pin,
                                    const char *label,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
void yy_token_session_rotate_so_pin_async (YyTokenSession *self,
                                           const YySecret *old_so_pin,
                                           const YySecret *new_so_pin,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
void yy_token_session_test_signature_async (YyTokenSession *self,
                                            GBytes *id,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
/** yy_token_session_check_so_pin_async: whether an SO PIN would be tried at all:
 * %YY_ERROR_SO_PIN_LOCKED. Spends none. */
void yy_token_session_check_so_pin_async (YyTokenSession *self,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
/** yy_token_session_finish: for login, change_pin, format, rotate_so_pin, test_signature and
 * check_so_pin */
gboolean yy_token_session_finish (YyTokenSession *self, GAsyncResult *result, GError **error);

/**
 * yy_token_session_set_user_pin_async:
 * @so_pins: (array length=n_so_pins): one or two SO PINs, in the order to try them
 */
void yy_token_session_set_user_pin_async (YyTokenSession *self,
                                          const YySecret *const *so_pins,
                                          guint n_so_pins,
                                          const YySecret *new_pin,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
/** Returns: index of the SO PIN that was right, -1 on error */
int
yy_token_session_set_user_pin_finish (YyTokenSession *self, GAsyncResult *result, GError **error);

void yy_token_session_generate_key_async (YyTokenSession *self,
                                          GBytes *id,
                                          const char *label,
                                          const char *type,
                                          guint bits,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
/** Returns: (transfer full): DER of SubjectPublicKeyInfo */
GBytes *
yy_token_session_generate_key_finish (YyTokenSession *self, GAsyncResult *result, GError **error);

/**
 * YyEnrolment: what yy_token_session_enrol_async() needs, borrowed until the call returns
 */
typedef struct
{
  GBytes *id;
  const char *label;
  GBytes *subject;
  const char *reference;
  const YySecret *secret;
  GPtrArray *anchors; /* of YyCertificate */
  YyTransferFunc transfer;
  gpointer transfer_data;
} YyEnrolment;

void yy_token_session_enrol_async (YyTokenSession *self,
                                   const YyEnrolment *enrolment,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** Returns: (transfer full): the certificate, confirmed to the CA */
YyCertificate *
yy_token_session_enrol_finish (YyTokenSession *self, GAsyncResult *result, GError **error);
/**
 * yy_token_session_return_transfer:
 * @transfer: what the #YyTransferFunc was given
 * @response: (nullable): the answer, %NULL when @error says why there is none
 */
void yy_token_session_return_transfer (YyTokenSession *self,
                                       gpointer transfer,
                                       GBytes *response,
                                       const GError *error);

G_END_DECLS
