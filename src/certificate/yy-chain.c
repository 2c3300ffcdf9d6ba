/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "certificate/yy-certificate.h"

#include <glib/gi18n.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

static X509_STORE *
store_new (GPtrArray *anchors, GDateTime *at)
{
  X509_STORE *store = X509_STORE_new ();
  X509_VERIFY_PARAM *param = X509_STORE_get0_param (store);

  /* An issuing CA handed over as an anchor is trusted even when its own root is not there. */
  X509_VERIFY_PARAM_set_flags (param, X509_V_FLAG_PARTIAL_CHAIN);
  if (at != NULL)
    X509_VERIFY_PARAM_set_time (param, (time_t) g_date_time_to_unix (at));
  for (guint i = 0; i < anchors->len; i++)
    X509_STORE_add_cert (store, yy_certificate_peek_x509 (anchors->pdata[i]));
  return store;
}

gboolean
yy_certificate_verify_chain (YyCertificate *self, GPtrArray *anchors, GDateTime *at, GError **error)
{
  g_autoptr (X509_STORE) store = store_new (anchors, at);
  g_autoptr (X509_STORE_CTX) context = X509_STORE_CTX_new ();
  int reason = X509_V_ERR_UNSPECIFIED;

  if (X509_STORE_CTX_init (context, store, yy_certificate_peek_x509 (self), NULL) == 1)
    {
      if (X509_verify_cert (context) == 1)
        return TRUE;
      reason = X509_STORE_CTX_get_error (context);
    }
  ERR_clear_error ();
  g_set_error (error, YY_ERROR, YY_ERROR_CA_NOT_TRUSTED,
               _ ("The certificate of %s is not trusted: %s"),
               yy_certificate_get_common_name (self), X509_verify_cert_error_string (reason));
  return FALSE;
}

/* NULL without an error when nothing more is there. */
static YyCertificate *
read_next (BIO *bio, GError **error)
{
  g_autoptr (X509) x509 = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
  g_autoptr (GBytes) bytes = NULL;
  unsigned char *der = NULL;
  int length = 0;

  if (x509 == NULL)
    {
      if (ERR_GET_REASON (ERR_peek_last_error ()) != PEM_R_NO_START_LINE)
        yy_set_openssl_error (error, YY_ERROR_INVALID_DATA, _ ("This is not a PEM certificate"));
      ERR_clear_error ();
      return NULL;
    }
  length = i2d_X509 (x509, &der);
  bytes = g_bytes_new (der, length < 0 ? 0 : (gsize) length);
  OPENSSL_free (der);
  return yy_certificate_new (bytes, error);
}

GPtrArray *
yy_certificates_from_pem (GBytes *pem, GError **error)
{
  g_autoptr (GPtrArray) certificates = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) local = NULL;
  gsize length = 0;
  const void *data = g_bytes_get_data (pem, &length);
  g_autoptr (BIO) bio = BIO_new_mem_buf (data == NULL ? "" : data, (int) MIN (length, G_MAXINT));
  YyCertificate *certificate = NULL;

  while ((certificate = read_next (bio, &local)) != NULL)
    g_ptr_array_add (certificates, certificate);
  if (local == NULL && certificates->len == 0)
    g_set_error_literal (&local, YY_ERROR, YY_ERROR_INVALID_DATA,
                         _ ("There is no PEM certificate in this file"));
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&certificates);
}
