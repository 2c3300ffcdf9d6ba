/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/enrol.h"

#include "agent/proof.h"
#include "agent/public-key.h"
#include "agent/session.h"
#include "agent/store.h"

#include <string.h>

#include <glib/gi18n.h>
#include <openssl/cmp.h>
#include <openssl/err.h>

/* No PKIMessage of this profile comes near. */
#define MAX_MESSAGE (256 * 1024)
/* For a CA that answers “waiting”: how long polling may take, in seconds. */
#define POLL_SECONDS 60

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OSSL_CMP_CTX, OSSL_CMP_CTX_free)

/* One enrolment under way. */
typedef struct
{
  YyAgentToken *token;
  const YyEnrolRequest *request;
  EVP_PKEY *key;
  YyCertificate *certificate;
  gboolean sent;
  GError *error; /* the first one of our own; it counts more than OpenSSL's */
} Enrolment;

static void
tell (Enrolment *self, const char *step)
{
  self->request->progress (step, self->request->user_data);
}

static OSSL_CMP_MSG *
parse_message (GBytes *bytes, GError **error)
{
  gsize length = 0;
  const unsigned char *der = g_bytes_get_data (bytes, &length);
  const unsigned char *end = der;
  OSSL_CMP_MSG *message = NULL;

  if (length > 0 && length <= MAX_MESSAGE)
    message = d2i_OSSL_CMP_MSG (NULL, &end, (long) length);
  if (message != NULL && end == der + length)
    return message;
  OSSL_CMP_MSG_free (message);
  yy_set_openssl_error (error, YY_ERROR_SERVICE_FAILED, _ ("The CA's answer is malformed"));
  return NULL;
}

static OSSL_CMP_MSG *
on_transfer (OSSL_CMP_CTX *context, const OSSL_CMP_MSG *message)
{
  Enrolment *self = OSSL_CMP_CTX_get_transfer_cb_arg (context);
  unsigned char *der = NULL;
  int length = 0;
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;

  /* After a failure of ours nothing more is sent, but for the rejection of a wrong certificate. */
  if (self->error != NULL && self->certificate != NULL)
    return NULL;
  length = i2d_OSSL_CMP_MSG (message, &der);
  if (length <= 0)
    return NULL;
  request = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  self->sent = TRUE;
  response = self->request->transfer (request, self->request->user_data,
                                      self->error == NULL ? &self->error : NULL);
  return response == NULL ? NULL
                          : parse_message (response, self->error == NULL ? &self->error : NULL);
}

gboolean
yy_enrol_check (YyCertificate *certificate,
                GBytes *spki,
                GBytes *subject,
                GPtrArray *anchors,
                GError **error)
{
  g_autoptr (GBytes) issued_spki = yy_certificate_dup_spki (certificate);
  g_autoptr (X509_NAME) name = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  const unsigned char *der = g_bytes_get_data (subject, NULL);

  if (!g_bytes_equal (issued_spki, spki))
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_SERVICE_FAILED,
                           _ ("The CA issued a certificate for another key"));
      return FALSE;
    }
  name = d2i_X509_NAME (NULL, &der, (long) g_bytes_get_size (subject));
  if (name == NULL ||
      X509_NAME_cmp (name, X509_get_subject_name (yy_certificate_peek_x509 (certificate))) != 0)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_SERVICE_FAILED,
                           _ ("The CA issued a certificate for another name"));
      return FALSE;
    }
  if (g_date_time_compare (yy_certificate_get_not_before (certificate), now) > 0)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_CLOCK,
                           _ ("By this computer's clock the new certificate is not valid yet"));
      return FALSE;
    }
  return yy_certificate_verify_chain (certificate, anchors, NULL, error);
}

static YyCertificate *
wrap (X509 *x509, GError **error)
{
  unsigned char *der = NULL;
  int length = i2d_X509 (x509, &der);
  g_autoptr (GBytes) bytes = g_bytes_new (der, length < 0 ? 0 : (gsize) length);

  OPENSSL_free (der);
  return yy_certificate_new (bytes, error);
}

static gboolean
check_issued (Enrolment *self, YyCertificate *certificate)
{
  g_autoptr (GBytes) spki = yy_public_key_to_spki (self->key);

  return spki != NULL && yy_enrol_check (certificate, spki, self->request->subject,
                                         self->request->anchors, &self->error);
}

/* If it was necessary to log in again meanwhile, the key of before is void. */
static gboolean
renew_key (Enrolment *self)
{
  EVP_PKEY *key = NULL;

  if (self->token->keyring != NULL)
    return TRUE;
  key = yy_proof_load_key (self->token, self->request->id, &self->error);
  if (key == NULL)
    return FALSE;
  EVP_PKEY_free (self->key);
  self->key = key;
  return TRUE;
}

static gboolean
write_and_prove (Enrolment *self)
{
  const YyEnrolRequest *request = self->request;

  tell (self, "write");
  if (!yy_store_certificate (self->token, request->id, request->label, self->certificate,
                             &self->error))
    return FALSE;
  tell (self, "read-back");
  if (!yy_store_read_back (self->token, request->id, self->certificate, &self->error))
    return FALSE;
  tell (self, "prove");
  if (!renew_key (self))
    return FALSE;
  if (!yy_proof_sign (self->token, self->key, self->certificate, &self->error))
    return FALSE;
  tell (self, "confirm");
  return TRUE;
}

/* Returns 0 to accept, else the bits of PKIFailureInfo (RFC 9810, section 5.2.3). */
static int
on_issued (OSSL_CMP_CTX *context, X509 *x509, int failure, const char **text)
{
  Enrolment *self = OSSL_CMP_CTX_get_certConf_cb_arg (context);
  g_autoptr (YyCertificate) certificate = NULL;

  ERR_clear_error ();
  if (failure != 0)
    {
      /* OpenSSL found the first fault there can be: the key. */
      g_set_error_literal (&self->error, YY_ERROR, YY_ERROR_SERVICE_FAILED,
                           _ ("The CA issued a certificate for another key"));
      return failure;
    }
  certificate = wrap (x509, &self->error);
  if (certificate == NULL || !check_issued (self, certificate))
    {
      *text = "the certificate is not what was requested";
      return 1 << OSSL_CMP_PKIFAILUREINFO_incorrectData;
    }
  self->certificate = g_steal_pointer (&certificate);
  return write_and_prove (self) ? 0 : 1 << OSSL_CMP_PKIFAILUREINFO_systemUnavail;
}

static int
on_log (const char *function,
        const char *file,
        int line,
        OSSL_CMP_severity level,
        const char *message)
{
  return 1;
}

static gboolean
set_parameters (OSSL_CMP_CTX *context, Enrolment *self, X509_NAME *subject)
{
  const YyEnrolRequest *request = self->request;

  return OSSL_CMP_CTX_set_log_cb (context, on_log) == 1 &&
         OSSL_CMP_CTX_set_transfer_cb (context, on_transfer) == 1 &&
         OSSL_CMP_CTX_set_transfer_cb_arg (context, self) == 1 &&
         OSSL_CMP_CTX_set_certConf_cb (context, on_issued) == 1 &&
         OSSL_CMP_CTX_set_certConf_cb_arg (context, self) == 1 &&
         OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_OWF_ALGNID, NID_sha256) == 1 &&
         OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_MAC_ALGNID, NID_hmacWithSHA256) == 1 &&
         OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_DIGEST_ALGNID, NID_sha256) == 1 &&
         OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_TOTAL_TIMEOUT, POLL_SECONDS) == 1 &&
         OSSL_CMP_CTX_set1_referenceValue (context, (const unsigned char *) request->reference,
                                           (int) strlen (request->reference)) == 1 &&
         OSSL_CMP_CTX_set1_secretValue (context,
                                        (const unsigned char *) yy_secret_bytes (request->secret),
                                        (int) yy_secret_length (request->secret)) == 1 &&
         OSSL_CMP_CTX_set1_subjectName (context, subject) == 1 &&
         EVP_PKEY_up_ref (self->key) == 1 && OSSL_CMP_CTX_set0_newPkey (context, 1, self->key) == 1;
}

static OSSL_CMP_CTX *
context_new (Enrolment *self, GError **error)
{
  gsize length = 0;
  const unsigned char *der = g_bytes_get_data (self->request->subject, &length);
  const unsigned char *end = der;
  g_autoptr (X509_NAME) subject = NULL;
  g_autoptr (OSSL_CMP_CTX) context = OSSL_CMP_CTX_new (NULL, NULL);

  if (length > 0 && length <= G_MAXUINT16)
    subject = d2i_X509_NAME (NULL, &end, (long) length);
  if (subject == NULL || end != der + length)
    {
      yy_set_openssl_error (error, YY_ERROR_INVALID_DATA, _ ("The subject is malformed"));
      return NULL;
    }
  if (context == NULL || !set_parameters (context, self, subject))
    {
      yy_set_openssl_error (error, YY_ERROR_FAILED, _ ("The request cannot be made"));
      return NULL;
    }
  return g_steal_pointer (&context);
}

/* The CA's own words, if it had any. */
static char *
dup_status_text (OSSL_CMP_CTX *context)
{
  OSSL_CMP_PKIFREETEXT *texts = OSSL_CMP_CTX_get0_statusString (context);
  g_autoptr (GString) joined = g_string_new (NULL);
  char status[256] = "";

  for (int i = 0; texts != NULL && i < sk_ASN1_UTF8STRING_num (texts); i++)
    {
      ASN1_UTF8STRING *text = sk_ASN1_UTF8STRING_value (texts, i);

      if (joined->len > 0)
        g_string_append (joined, "; ");
      g_string_append_len (joined, (const char *) ASN1_STRING_get0_data (text),
                           MIN (ASN1_STRING_length (text), 1024));
    }
  if (joined->len == 0 && OSSL_CMP_CTX_snprint_PKIStatus (context, status, sizeof status) != NULL)
    g_string_append (joined, status);
  return g_utf8_make_valid (joined->str, (gssize) joined->len);
}

static void
set_error (Enrolment *self, OSSL_CMP_CTX *context, GError **error)
{
  g_autofree char *text = NULL;

  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return;
    }
  if (yy_agent_token_is_gone (self->token))
    {
      yy_ck_check (CKR_DEVICE_REMOVED, "C_Sign", error);
      return;
    }
  if (OSSL_CMP_CTX_get_status (context) == OSSL_CMP_PKISTATUS_rejection)
    {
      text = dup_status_text (context);
      ERR_clear_error ();
      g_set_error (error, YY_ERROR, YY_ERROR_REFUSED, _ ("The CA refused: %s"), text);
      return;
    }
  if (self->sent)
    yy_set_openssl_error (error, YY_ERROR_SERVICE_FAILED, _ ("The CA's answer cannot be accepted"));
  else
    yy_set_openssl_error (error, YY_ERROR_PROOF, _ ("The token did not sign the request"));
}

static gboolean
run (Enrolment *self, GError **error)
{
  g_autoptr (OSSL_CMP_CTX) context = context_new (self, error);

  if (context == NULL)
    return FALSE;
  tell (self, "request");
  if (OSSL_CMP_exec_IR_ses (context) == NULL || self->error != NULL || self->certificate == NULL)
    {
      set_error (self, context, error);
      return FALSE;
    }
  ERR_clear_error ();
  return TRUE;
}

YyCertificate *
yy_enrol (YyAgentToken *token, const YyEnrolRequest *request, GError **error)
{
  Enrolment self = { .token = token, .request = request };
  gboolean done = FALSE;

  self.key = yy_proof_load_key (token, request->id, error);
  if (self.key == NULL)
    return NULL;
  done = run (&self, error);
  EVP_PKEY_free (self.key);
  g_clear_error (&self.error);
  if (!done)
    g_clear_object (&self.certificate);
  return self.certificate;
}
