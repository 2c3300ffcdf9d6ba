/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-cmp.h"

#include "ra/ra-cmp-peek.h"
#include "ra/ra-enrolment.h"
#include "ra/ra-fault.h"

#include <string.h>

#include <openssl/cmp.h>
#include <openssl/crmf.h>
#include <openssl/err.h>

#define MAX_TRANSACTIONS    1024
#define TRANSACTION_SECONDS 300
/* PKIBody (RFC 9810, section 5.1.2). */
#define BODY_IR        0
#define BODY_CERT_CONF 24

struct _RaCmp
{
  RaSite *site;
  GHashTable *transactions; /* transactionID → Transaction */
};

typedef struct
{
  OSSL_CMP_SRV_CTX *server;
  char *grant;
  X509 *certificate; /* the one answered with */
  gint64 expires;    /* monotonic seconds */

  /* Only while a message is being processed. */
  RaCmp *cmp;
  RaCase *activation;
  char *who;
  GError *fault;
} Transaction;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OSSL_CMP_MSG, OSSL_CMP_MSG_free)

static void
transaction_free (Transaction *transaction)
{
  g_clear_pointer (&transaction->server, OSSL_CMP_SRV_CTX_free);
  g_clear_pointer (&transaction->certificate, X509_free);
  g_clear_pointer (&transaction->activation, ra_case_free);
  g_clear_error (&transaction->fault);
  g_free (transaction->grant);
  g_free (transaction->who);
  g_free (transaction);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Transaction, transaction_free)

RaCmp *
ra_cmp_new (RaSite *site)
{
  RaCmp *cmp = g_new0 (RaCmp, 1);

  cmp->site = site;
  cmp->transactions =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                             (GDestroyNotify) transaction_free);
  return cmp;
}

void
ra_cmp_free (RaCmp *cmp)
{
  g_hash_table_unref (cmp->transactions);
  g_free (cmp);
}

static gint64
now (void)
{
  return g_get_monotonic_time () / G_USEC_PER_SEC;
}

static gboolean
is_expired (gpointer key, gpointer value, gpointer user_data)
{
  return ((Transaction *) value)->expires < now ();
}

void
ra_cmp_expire (RaCmp *cmp)
{
  g_hash_table_foreach_remove (cmp->transactions, is_expired, NULL);
}

/* A refusal goes to the client as a status, a fault of the service to whoever called us. */
static OSSL_CMP_PKISI *
reject (Transaction *transaction, int failure, GError *error)
{
  OSSL_CMP_PKISI *status = NULL;

  if (g_error_matches (error, YY_ERROR, YY_ERROR_REFUSED))
    {
      status = OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_rejection, 1 << failure, error->message);
      g_error_free (error);
    }
  else
    {
      transaction->fault = error;
      status = OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_rejection,
                                        1 << OSSL_CMP_PKIFAILUREINFO_systemFailure, NULL);
    }
  return status;
}

static GBytes *
requested_key (const OSSL_CRMF_MSG *request)
{
  unsigned char *der = NULL;
  int length = i2d_OSSL_CRMF_CERTTEMPLATE (OSSL_CRMF_MSG_get0_tmpl (request), &der);
  GBytes *key = length <= 0 ? NULL : ra_cmp_peek_key (der, (gsize) length);

  OPENSSL_free (der);
  return key;
}

static gboolean
add_ca_certificate (Transaction *transaction, STACK_OF (X509) * *certificates)
{
  X509 *ca = ra_authority_get_certificate (transaction->cmp->site->authority);

  *certificates = sk_X509_new_null ();
  return X509_add_cert (*certificates, ca, X509_ADD_FLAG_UP_REF) == 1;
}

/* Whether the certificate has the subject that the template asked for. */
static gboolean
is_as_asked (const OSSL_CRMF_MSG *request, X509 *certificate)
{
  const X509_NAME *asked = OSSL_CRMF_CERTTEMPLATE_get0_subject (OSSL_CRMF_MSG_get0_tmpl (request));

  return asked != NULL && X509_NAME_cmp (asked, X509_get_subject_name (certificate)) == 0;
}

/* OpenSSL has checked protection and proof of possession before it calls this. */
static OSSL_CMP_PKISI *
process_request (OSSL_CMP_SRV_CTX *server,
                 const OSSL_CMP_MSG *message,
                 int id,
                 const OSSL_CRMF_MSG *request,
                 const X509_REQ *p10,
                 X509 **certificate,
                 STACK_OF (X509) * *chain,
                 STACK_OF (X509) * *ca_certificates)
{
  Transaction *transaction = OSSL_CMP_SRV_CTX_get0_custom_ctx (server);
  g_autoptr (GBytes) key = request == NULL ? NULL : requested_key (request);
  GError *error = NULL;

  if (OSSL_CMP_MSG_get_bodytype (message) != BODY_IR || key == NULL)
    return OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_rejection,
                                    1 << OSSL_CMP_PKIFAILUREINFO_badCertTemplate,
                                    "an ir with a public key is needed");
  transaction->certificate = ra_enrolment_issue (transaction->cmp->site, transaction->who,
                                                 transaction->activation, key, &error);
  if (transaction->certificate == NULL)
    return reject (transaction, OSSL_CMP_PKIFAILUREINFO_badCertTemplate, error);
  if (!add_ca_certificate (transaction, ca_certificates))
    return NULL;
  X509_up_ref (transaction->certificate);
  *certificate = transaction->certificate;
  return OSSL_CMP_STATUSINFO_new (is_as_asked (request, *certificate)
                                      ? OSSL_CMP_PKISTATUS_accepted
                                      : OSSL_CMP_PKISTATUS_grantedWithMods,
                                  0, NULL);
}

/* certHash is the certificate's digest under the hash of its own signature algorithm. */
static gboolean
is_hash_of (const ASN1_OCTET_STRING *hash, X509 *certificate)
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  return hash != NULL && X509_digest (certificate, EVP_sha256 (), digest, &length) == 1 &&
         ASN1_STRING_length (hash) == (int) length &&
         CRYPTO_memcmp (ASN1_STRING_get0_data (hash), digest, length) == 0;
}

static gboolean
is_accepted (const OSSL_CMP_PKISI *info)
{
  unsigned char *der = NULL;
  int length = info == NULL ? 0 : i2d_OSSL_CMP_PKISI (info, &der);
  int status = length <= 0 ? OSSL_CMP_PKISTATUS_accepted : ra_cmp_peek_status (der, (gsize) length);

  OPENSSL_free (der);
  return status == OSSL_CMP_PKISTATUS_accepted || status == OSSL_CMP_PKISTATUS_grantedWithMods;
}

static int
process_confirmation (OSSL_CMP_SRV_CTX *server,
                      const OSSL_CMP_MSG *message,
                      int id,
                      const ASN1_OCTET_STRING *hash,
                      const OSSL_CMP_PKISI *info)
{
  Transaction *transaction = OSSL_CMP_SRV_CTX_get0_custom_ctx (server);
  RaSite *site = transaction->cmp->site;
  g_autofree char *serial = NULL;

  if (transaction->certificate == NULL || !is_hash_of (hash, transaction->certificate))
    return 0;
  serial = ra_x509_serial (transaction->certificate);
  if (is_accepted (info))
    return ra_enrolment_confirm (site, transaction->who, transaction->activation, serial,
                                 &transaction->fault);
  return ra_enrolment_decline (site, transaction->who, transaction->activation, serial,
                               &transaction->fault);
}

static void
process_error (OSSL_CMP_SRV_CTX *server,
               const OSSL_CMP_MSG *message,
               const OSSL_CMP_PKISI *info,
               const ASN1_INTEGER *code,
               const OSSL_CMP_PKIFREETEXT *details)
{
}

/* OpenSSL's own log would print what the client sent. */
static int
discard_log (const char *component,
             const char *file,
             int line,
             OSSL_CMP_severity level,
             const char *text)
{
  return 1;
}

static gboolean
prepare_context (Transaction *transaction, const YySecret *secret)
{
  OSSL_CMP_CTX *context = NULL;
  X509 *ca = ra_authority_get_certificate (transaction->cmp->site->authority);

  transaction->server = OSSL_CMP_SRV_CTX_new (NULL, NULL);
  if (transaction->server == NULL ||
      OSSL_CMP_SRV_CTX_init (transaction->server, transaction, process_request, NULL, NULL,
                             process_error, process_confirmation, NULL) != 1)
    return FALSE;
  context = OSSL_CMP_SRV_CTX_get0_cmp_ctx (transaction->server);
  return OSSL_CMP_CTX_set_log_cb (context, discard_log) == 1 &&
         OSSL_CMP_SRV_CTX_set_send_unprotected_errors (transaction->server, 0) == 1 &&
         OSSL_CMP_CTX_set1_subjectName (context, X509_get_subject_name (ca)) == 1 &&
         OSSL_CMP_CTX_set1_secretValue (context, (const unsigned char *) yy_secret_bytes (secret),
                                        (int) yy_secret_length (secret)) == 1 &&
         OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_OWF_ALGNID, NID_sha256) == 1 &&
         OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_MAC_ALGNID, NID_hmacWithSHA256) == 1;
}

/* Who does not know a reference gets the same answer as who does not know its secret: the message's
   protection is checked with a random one. */
static YySecret *
find_secret (RaCmp *cmp, Transaction *transaction, const char *reference, GError **error)
{
  g_autoptr (GError) local = NULL;

  transaction->activation = ra_enrolment_open (cmp->site, reference, &local);
  if (transaction->activation != NULL)
    return ra_vault_decrypt (cmp->site->vault, "cmp-secret", reference,
                             transaction->activation->grant->cmp_secret, error);
  if (g_error_matches (local, YY_ERROR, YY_ERROR_REFUSED))
    return yy_secret_new_random (64, "0123456789abcdef");
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static Transaction *
begin (RaCmp *cmp, const char *reference, GError **error)
{
  g_autoptr (Transaction) transaction = g_new0 (Transaction, 1);
  g_autoptr (YySecret) secret = NULL;

  transaction->cmp = cmp;
  transaction->grant = g_strdup (reference);
  transaction->expires = now () + TRANSACTION_SECONDS;
  secret = find_secret (cmp, transaction, reference, error);
  if (secret == NULL)
    return NULL;
  if (prepare_context (transaction, secret))
    return g_steal_pointer (&transaction);
  yy_set_openssl_error (error, YY_ERROR_FAILED, "CMP cannot be used");
  return NULL;
}

/* The transaction of a certConf: taken out, so that it is answered once. One that is not there, or
   whose grant was replaced, is answered like a wrong secret. */
static Transaction *
resume (RaCmp *cmp, GBytes *id, const char *reference, GError **error)
{
  g_autoptr (Transaction) transaction = NULL;
  g_autoptr (GError) local = NULL;
  gpointer key = NULL;
  gpointer value = NULL;

  if (!g_hash_table_steal_extended (cmp->transactions, id, &key, &value))
    return begin (cmp, reference, error);
  g_bytes_unref (key);
  transaction = value;
  transaction->activation = ra_enrolment_open (cmp->site, transaction->grant, &local);
  if (transaction->activation != NULL)
    return g_steal_pointer (&transaction);
  if (g_error_matches (local, YY_ERROR, YY_ERROR_REFUSED))
    return begin (cmp, reference, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static GBytes *
encode (OSSL_CMP_MSG *message, GError **error)
{
  unsigned char *der = NULL;
  int length = message == NULL ? -1 : i2d_OSSL_CMP_MSG (message, &der);
  GBytes *bytes = NULL;

  if (length > 0)
    bytes = g_bytes_new (der, (gsize) length);
  else
    yy_set_openssl_error (error, YY_ERROR_FAILED, "the CMP message cannot be answered");
  OPENSSL_free (der);
  ERR_clear_error ();
  return bytes;
}

static gboolean
audit_refusal (Transaction *transaction, GError **error)
{
  const RaGrant *grant = transaction->activation == NULL ? NULL : transaction->activation->grant;

  /* Nothing is known about who sends an unknown reference, so anyone could fill the log. */
  return grant == NULL || transaction->certificate != NULL ||
         ra_store_audit (transaction->cmp->site->store, transaction->who, "certificate.refused",
                         grant->id, grant->order, error);
}

static GBytes *
run (Transaction *transaction, const char *address, OSSL_CMP_MSG *request, GError **error)
{
  g_autoptr (OSSL_CMP_MSG) answer = NULL;

  if (transaction->activation != NULL)
    transaction->who =
        g_strdup_printf ("token:%s %s", transaction->activation->grant->token, address);
  answer = OSSL_CMP_SRV_process_request (transaction->server, request);
  if (!audit_refusal (transaction, error))
    return NULL;
  g_clear_pointer (&transaction->activation, ra_case_free);
  g_clear_pointer (&transaction->who, g_free);
  if (transaction->fault == NULL ||
      g_error_matches (transaction->fault, YY_ERROR, YY_ERROR_REFUSED))
    return encode (answer, error);
  g_propagate_error (error, g_steal_pointer (&transaction->fault));
  return NULL;
}

GBytes *
ra_cmp_process (RaCmp *cmp, const char *address, GBytes *request, GError **error)
{
  gsize length = 0;
  const unsigned char *data = g_bytes_get_data (request, &length);
  g_autoptr (OSSL_CMP_MSG) message = NULL;
  g_autoptr (Transaction) transaction = NULL;
  g_autoptr (GBytes) id = NULL;
  g_autoptr (GBytes) answer = NULL;
  RaCmpPeek peek;

  if (ra_cmp_peek (request, &peek) && peek.transaction_length > 0)
    message = d2i_OSSL_CMP_MSG (NULL, &data, (long) length);
  ERR_clear_error ();
  if (message == NULL)
    {
      ra_fault_set (error, RA_FAULT_MALFORMED, "this is not a CMP message");
      return NULL;
    }
  id = g_bytes_new (peek.transaction, peek.transaction_length);
  transaction = OSSL_CMP_MSG_get_bodytype (message) == BODY_CERT_CONF
                    ? resume (cmp, id, peek.reference, error)
                    : begin (cmp, peek.reference, error);
  if (transaction == NULL)
    return NULL;
  answer = run (transaction, address, message, error);
  if (answer != NULL && OSSL_CMP_MSG_get_bodytype (message) == BODY_IR &&
      transaction->certificate != NULL && g_hash_table_size (cmp->transactions) < MAX_TRANSACTIONS)
    g_hash_table_replace (cmp->transactions, g_steal_pointer (&id), g_steal_pointer (&transaction));
  return g_steal_pointer (&answer);
}
