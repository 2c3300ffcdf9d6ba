/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/proof.h"

#include "agent/session.h"

#include <glib/gi18n.h>
#include <openssl/rand.h>

#define CHALLENGE_LENGTH 32

static gboolean
can_open_session (YyAgentToken *token, GError **error)
{
  CK_SESSION_HANDLE session = 0;
  CK_RV rv =
      token->module->f->C_OpenSession (token->slot, CKF_SERIAL_SESSION, NULL, NULL, &session);

  if (rv == CKR_OK)
    (void) token->module->f->C_CloseSession (session);
  return yy_agent_token_check (token, rv, "C_OpenSession", error);
}

EVP_PKEY *
yy_proof_load_key (YyAgentToken *token, GBytes *id, GError **error)
{
  if (!yy_session_require_user (token, error) || !can_open_session (token, error))
    return NULL;
  if (token->keyring == NULL)
    {
      token->keyring = yy_keyring_new (token->module, error);
      if (token->keyring == NULL)
        return NULL;
      yy_module_keep_keyring (token->module, token->keyring);
    }
  return yy_keyring_load (token->keyring, token->slot, id, error);
}

static GBytes *
sign (YyAgentToken *token, EVP_PKEY *key, GBytes *challenge, GError **error)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  gsize length = (gsize) EVP_PKEY_get_size (key);
  g_autofree guint8 *signature = g_malloc0 (MAX (length, 1));

  if (EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, key) == 1 &&
      EVP_DigestSign (context, signature, &length, g_bytes_get_data (challenge, NULL),
                      g_bytes_get_size (challenge)) == 1)
    return g_bytes_new (signature, length);
  if (yy_agent_token_is_gone (token))
    yy_ck_check (CKR_DEVICE_REMOVED, "C_Sign", error);
  else
    yy_set_openssl_error (error, YY_ERROR_PROOF, _ ("The token did not sign"));
  return NULL;
}

gboolean
yy_proof_sign (YyAgentToken *token, EVP_PKEY *key, YyCertificate *certificate, GError **error)
{
  guint8 bytes[CHALLENGE_LENGTH];
  g_autoptr (GBytes) challenge = NULL;
  g_autoptr (GBytes) signature = NULL;

  if (RAND_bytes (bytes, sizeof bytes) != 1)
    return yy_set_openssl_error (error, YY_ERROR_FAILED, _ ("There is no random number"));
  challenge = g_bytes_new (bytes, sizeof bytes);
  signature = sign (token, key, challenge, error);
  return signature != NULL &&
         yy_certificate_verify_signature (certificate, challenge, signature, error);
}

gboolean
yy_proof_test (YyAgentToken *token, GBytes *id, GError **error)
{
  YyObject *object = yy_objects_find (token->objects, CKO_CERTIFICATE, id);
  g_autoptr (YyCertificate) certificate = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  if (!yy_session_require_user (token, error))
    return FALSE;
  if (object == NULL || object->value == NULL)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_NO_SUCH_OBJECT,
                           _ ("The certificate is not on the token"));
      return FALSE;
    }
  certificate = yy_certificate_new (object->value, error);
  if (certificate == NULL)
    return FALSE;
  key = yy_proof_load_key (token, id, error);
  return key != NULL && yy_proof_sign (token, key, certificate, error);
}
