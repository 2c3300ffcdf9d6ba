/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "certificate/yy-certificate.h"

#include <string.h>

#include <glib/gi18n.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

struct _YyCertificate
{
  GObject parent_instance;

  GBytes *der;
  X509 *x509;
  char *subject;
  char *issuer;
  char *common_name;
  char *issuer_name;
  char *serial_number;
  char *sha256;
  char *key_description;
  GDateTime *not_before;
  GDateTime *not_after;
};

G_DEFINE_FINAL_TYPE (YyCertificate, yy_certificate, G_TYPE_OBJECT)

static void
yy_certificate_finalize (GObject *object)
{
  YyCertificate *self = YY_CERTIFICATE (object);

  g_clear_pointer (&self->der, g_bytes_unref);
  X509_free (self->x509);
  g_free (self->subject);
  g_free (self->issuer);
  g_free (self->common_name);
  g_free (self->issuer_name);
  g_free (self->serial_number);
  g_free (self->sha256);
  g_free (self->key_description);
  g_clear_pointer (&self->not_before, g_date_time_unref);
  g_clear_pointer (&self->not_after, g_date_time_unref);
  G_OBJECT_CLASS (yy_certificate_parent_class)->finalize (object);
}

static void
yy_certificate_class_init (YyCertificateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_certificate_finalize;
}

static void
yy_certificate_init (YyCertificate *self)
{
}

static char *
name_to_text (const X509_NAME *name)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  char *data = NULL;
  long length = 0;

  X509_NAME_print_ex (bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long) ASN1_STRFLGS_ESC_MSB);
  length = BIO_get_mem_data (bio, &data);
  return g_utf8_make_valid (data == NULL ? "" : data, data == NULL ? 0 : length);
}

/* NULL when the name has no such attribute or it cannot be turned into text. */
static char *
last_attribute (const X509_NAME *name, int nid)
{
  int index = -1;
  int last = -1;
  unsigned char *utf8 = NULL;
  int length = 0;
  char *text = NULL;

  while ((index = X509_NAME_get_index_by_NID ((X509_NAME *) name, nid, index)) >= 0)
    last = index;
  if (last < 0)
    return NULL;
  length = ASN1_STRING_to_UTF8 (&utf8, X509_NAME_ENTRY_get_data (X509_NAME_get_entry (name, last)));
  if (length < 0)
    return NULL;
  text = g_utf8_make_valid ((const char *) utf8, length);
  OPENSSL_free (utf8);
  return text;
}

static char *
name_to_short_text (const X509_NAME *name)
{
  char *common_name = last_attribute (name, NID_commonName);

  return common_name != NULL && *common_name != '\0' ? common_name
                                                     : (g_free (common_name), name_to_text (name));
}

static GDateTime *
time_to_date_time (const ASN1_TIME *time)
{
  struct tm parts = { 0 };

  if (ASN1_TIME_to_tm (time, &parts) != 1)
    return NULL;
  return g_date_time_new_utc (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                              parts.tm_min, parts.tm_sec);
}

static char *
serial_to_text (const ASN1_INTEGER *serial)
{
  g_autoptr (BIGNUM) number = ASN1_INTEGER_to_BN (serial, NULL);
  char *hex = number == NULL ? NULL : BN_bn2hex (number);
  char *text = g_strdup (hex == NULL ? "" : hex);

  OPENSSL_free (hex);
  return text;
}

static char *
describe_key (EVP_PKEY *key)
{
  char group[80] = "";

  if (key == NULL)
    return g_strdup ("?");
  if (!EVP_PKEY_is_a (key, "EC"))
    return g_strdup_printf ("%s %d", EVP_PKEY_get0_type_name (key), EVP_PKEY_get_bits (key));
  EVP_PKEY_get_group_name (key, group, sizeof group, NULL);
  if (strcmp (group, SN_X9_62_prime256v1) == 0)
    return g_strdup ("EC P-256");
  return g_strdup_printf ("EC %s", group);
}

static gboolean
read_fields (YyCertificate *self)
{
  const X509_NAME *subject = X509_get_subject_name (self->x509);
  const X509_NAME *issuer = X509_get_issuer_name (self->x509);

  self->subject = name_to_text (subject);
  self->issuer = name_to_text (issuer);
  self->common_name = name_to_short_text (subject);
  self->issuer_name = name_to_short_text (issuer);
  self->serial_number = serial_to_text (X509_get0_serialNumber (self->x509));
  self->sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, self->der);
  self->key_description = describe_key (X509_get0_pubkey (self->x509));
  self->not_before = time_to_date_time (X509_get0_notBefore (self->x509));
  self->not_after = time_to_date_time (X509_get0_notAfter (self->x509));
  return self->not_before != NULL && self->not_after != NULL;
}

YyCertificate *
yy_certificate_new (GBytes *der, GError **error)
{
  g_autoptr (YyCertificate) self = g_object_new (YY_TYPE_CERTIFICATE, NULL);
  gsize length = 0;
  const unsigned char *start = g_bytes_get_data (der, &length);
  const unsigned char *end = start;

  if (start != NULL && length <= G_MAXINT)
    self->x509 = d2i_X509 (NULL, &end, (long) length);
  if (self->x509 == NULL || end != start + length)
    {
      yy_set_openssl_error (error, YY_ERROR_INVALID_DATA, _ ("This is not an X.509 certificate"));
      return NULL;
    }
  self->der = g_bytes_ref (der);
  if (!read_fields (self))
    {
      yy_set_openssl_error (error, YY_ERROR_INVALID_DATA,
                            _ ("The certificate's validity cannot be read"));
      return NULL;
    }
  return g_steal_pointer (&self);
}

GBytes *
yy_certificate_get_der (YyCertificate *self)
{
  return self->der;
}

char *
yy_certificate_to_pem (YyCertificate *self)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  char *data = NULL;
  long length = 0;

  PEM_write_bio_X509 (bio, self->x509);
  length = BIO_get_mem_data (bio, &data);
  return g_strndup (data, (gsize) length);
}

const char *
yy_certificate_get_subject (YyCertificate *self)
{
  return self->subject;
}

const char *
yy_certificate_get_issuer (YyCertificate *self)
{
  return self->issuer;
}

const char *
yy_certificate_get_common_name (YyCertificate *self)
{
  return self->common_name;
}

const char *
yy_certificate_get_issuer_name (YyCertificate *self)
{
  return self->issuer_name;
}

const char *
yy_certificate_get_serial_number (YyCertificate *self)
{
  return self->serial_number;
}

GDateTime *
yy_certificate_get_not_before (YyCertificate *self)
{
  return self->not_before;
}

GDateTime *
yy_certificate_get_not_after (YyCertificate *self)
{
  return self->not_after;
}

/* Days since 0001-01-01 of a moment's date in the local time zone. */
static int
local_day (GDateTime *moment)
{
  g_autoptr (GDateTime) here = g_date_time_to_local (moment);
  GDate date = { 0 };

  g_date_set_dmy (&date, (GDateDay) g_date_time_get_day_of_month (here),
                  (GDateMonth) g_date_time_get_month (here),
                  (GDateYear) g_date_time_get_year (here));
  return (int) g_date_get_julian (&date);
}

int
yy_certificate_get_days_left (YyCertificate *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  if (g_date_time_difference (self->not_after, now) < G_TIME_SPAN_DAY)
    return 0;
  return local_day (self->not_after) - local_day (now);
}

const char *
yy_certificate_get_sha256 (YyCertificate *self)
{
  return self->sha256;
}

const char *
yy_certificate_get_key_description (YyCertificate *self)
{
  return self->key_description;
}

GBytes *
yy_certificate_dup_spki (YyCertificate *self)
{
  unsigned char *der = NULL;
  int length = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (self->x509), &der);
  GBytes *spki = g_bytes_new (der, length < 0 ? 0 : (gsize) length);

  OPENSSL_free (der);
  return spki;
}

X509 *
yy_certificate_peek_x509 (YyCertificate *self)
{
  return self->x509;
}

gboolean
yy_certificate_verify_signature (YyCertificate *self,
                                 GBytes *data,
                                 GBytes *signature,
                                 GError **error)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  EVP_PKEY *key = X509_get0_pubkey (self->x509);
  gsize data_length = 0;
  gsize signature_length = 0;
  const unsigned char *data_bytes = g_bytes_get_data (data, &data_length);
  const unsigned char *signature_bytes = g_bytes_get_data (signature, &signature_length);

  if (key != NULL && EVP_DigestVerifyInit (context, NULL, EVP_sha256 (), NULL, key) == 1 &&
      EVP_DigestVerify (context, signature_bytes, signature_length, data_bytes, data_length) == 1)
    return TRUE;
  return yy_set_openssl_error (
      error, YY_ERROR_PROOF, _ ("The signature does not verify with the certificate's public key"));
}
