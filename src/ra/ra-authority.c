/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-authority.h"

#include "ra/ra-files.h"

#include <string.h>

#include <glib/gi18n.h>
#include <openssl/ec.h>
#include <openssl/x509v3.h>

#define DAY         (24 * 60 * 60)
#define SERVER_DAYS 825
#define KEY_ID_SIZE 20

struct _RaAuthority
{
  X509 *certificate;
  EVP_PKEY *key;
  GBytes *key_digest;
  char *url;
  GBytes *crl;
  gint64 crl_entries;
  gint64 crl_made;
};

static EVP_PKEY *
make_key (GError **error)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");

  if (key == NULL)
    yy_set_openssl_error (error, YY_ERROR_FAILED, _ ("A key cannot be made"));
  return key;
}

gboolean
ra_authority_create (const char *folder, YyProfile *profile, GError **error)
{
  static const RaExtension extensions[] = {
    { NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
    { NID_key_usage, "critical,keyCertSign,cRLSign" },
    { NID_subject_key_identifier, "hash" },
    { 0, NULL },
  };
  GKeyFile *file = yy_profile_get_key_file (profile);
  g_autofree char *country = g_key_file_get_string (file, "ca", "country", NULL);
  int years = g_key_file_get_integer (file, "ca", "validity-years", NULL);
  g_autoptr (EVP_PKEY) key = make_key (error);
  g_autoptr (GBytes) spki = key == NULL ? NULL : ra_x509_spki (key);
  g_autoptr (X509_NAME) name = NULL;
  g_autoptr (X509) certificate = NULL;
  RaTemplate template = { .spki = spki,
                          .issuer_key = key,
                          .seconds = (gint64) CLAMP (years, 1, 50) * 365 * DAY,
                          .extensions = extensions };

  if (key == NULL)
    return FALSE;
  name =
      ra_x509_ca_subject (country == NULL ? "CN" : country, yy_profile_get_name (profile), error);
  if (name == NULL)
    return FALSE;
  template.subject = name;
  certificate = ra_x509_make (&template, error);
  return certificate != NULL && ra_files_write_key (folder, "ca.key", key, error) &&
         ra_files_write_x509 (folder, "ca.pem", certificate, error);
}

RaAuthority *
ra_authority_load (const char *folder, const char *url, GError **error)
{
  g_autoptr (RaAuthority) authority = g_new0 (RaAuthority, 1);
  g_autoptr (GBytes) spki = NULL;

  authority->url = g_strdup (url);
  authority->certificate = ra_files_read_x509 (folder, "ca.pem", error);
  if (authority->certificate == NULL)
    return NULL;
  authority->key = ra_files_read_key (folder, "ca.key", error);
  if (authority->key == NULL)
    return NULL;
  spki = ra_x509_spki (authority->key);
  authority->key_digest = ra_x509_digest (spki);
  if (X509_check_private_key (authority->certificate, authority->key) == 1)
    return g_steal_pointer (&authority);
  yy_set_openssl_error (error, YY_ERROR_INVALID_DATA,
                        _ ("The CA's key does not belong to its certificate"));
  return NULL;
}

void
ra_authority_free (RaAuthority *authority)
{
  g_clear_pointer (&authority->certificate, X509_free);
  g_clear_pointer (&authority->key, EVP_PKEY_free);
  g_clear_pointer (&authority->key_digest, g_bytes_unref);
  g_clear_pointer (&authority->crl, g_bytes_unref);
  g_free (authority->url);
  g_free (authority);
}

X509 *
ra_authority_get_certificate (RaAuthority *authority)
{
  return authority->certificate;
}

gboolean
ra_authority_make_server (RaAuthority *authority,
                          const char *folder,
                          const char *host,
                          GError **error)
{
  g_autofree char *names = g_strdup_printf ("DNS:localhost,IP:127.0.0.1,IP:::1,%s:%s",
                                            g_hostname_is_ip_address (host) ? "IP" : "DNS", host);
  const RaExtension extensions[] = {
    { NID_basic_constraints, "critical,CA:FALSE" },
    { NID_key_usage, "critical,digitalSignature" },
    { NID_ext_key_usage, "serverAuth" },
    { NID_subject_alt_name, names },
    { NID_subject_key_identifier, "hash" },
    { NID_authority_key_identifier, "keyid:always" },
    { 0, NULL },
  };
  g_autoptr (EVP_PKEY) key = make_key (error);
  g_autoptr (GBytes) spki = key == NULL ? NULL : ra_x509_spki (key);
  g_autoptr (X509_NAME) name = NULL;
  g_autoptr (X509) certificate = NULL;
  RaTemplate template = { .spki = spki,
                          .issuer = authority->certificate,
                          .issuer_key = authority->key,
                          .seconds = (gint64) SERVER_DAYS * DAY,
                          .extensions = extensions };

  if (key == NULL)
    return FALSE;
  name = ra_x509_common_name (host, error);
  if (name == NULL)
    return FALSE;
  template.subject = name;
  certificate = ra_x509_make (&template, error);
  return certificate != NULL && ra_files_write_key (folder, "server.key", key, error) &&
         ra_files_write_x509 (folder, "server.pem", certificate, error);
}

X509 *
ra_authority_issue (RaAuthority *authority,
                    const YyOrder *order,
                    GBytes *spki,
                    guint days,
                    GError **error)
{
  g_autofree char *crl = g_strdup_printf ("URI:%s/crl", authority->url);
  g_autofree char *issuer = g_strdup_printf ("caIssuers;URI:%s/ca.crt", authority->url);
  const RaExtension extensions[] = {
    { NID_basic_constraints, "critical,CA:FALSE" },
    { NID_key_usage, "critical,digitalSignature,nonRepudiation" },
    { NID_ext_key_usage, "clientAuth,emailProtection" },
    { NID_subject_key_identifier, "hash" },
    { NID_authority_key_identifier, "keyid:always" },
    { NID_crl_distribution_points, crl },
    { NID_info_access, issuer },
    { 0, NULL },
  };
  g_autoptr (X509_NAME) name = ra_x509_subject (order, error);
  RaTemplate template = { .subject = name,
                          .spki = spki,
                          .issuer = authority->certificate,
                          .issuer_key = authority->key,
                          .seconds = (gint64) days * DAY,
                          .extensions = extensions };

  return name == NULL ? NULL : ra_x509_make (&template, error);
}

static gboolean
add_revoked (X509_CRL *crl, const RaCertificate *certificate)
{
  X509_REVOKED *revoked = X509_REVOKED_new ();
  ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new ();
  BIGNUM *serial = NULL;
  ASN1_INTEGER *number = NULL;
  ASN1_TIME *time = ASN1_TIME_set (NULL, (time_t) certificate->revoked);
  gboolean added = BN_hex2bn (&serial, certificate->serial) > 0;

  number = added ? BN_to_ASN1_INTEGER (serial, NULL) : NULL;
  added = number != NULL && time != NULL && X509_REVOKED_set_serialNumber (revoked, number) == 1 &&
          X509_REVOKED_set_revocationDate (revoked, time) == 1 &&
          ASN1_ENUMERATED_set_int64 (reason, certificate->reason) == 1 &&
          X509_REVOKED_add1_ext_i2d (revoked, NID_crl_reason, reason, 0, 0) == 1 &&
          X509_CRL_add0_revoked (crl, revoked) == 1;
  if (!added)
    X509_REVOKED_free (revoked);
  ASN1_ENUMERATED_free (reason);
  ASN1_INTEGER_free (number);
  ASN1_TIME_free (time);
  BN_free (serial);
  return added;
}

/* The CRL number must only grow: the time in milliseconds does, over restarts too. */
static gboolean
add_crl_extensions (RaAuthority *authority, X509_CRL *crl)
{
  g_autoptr (ASN1_INTEGER) number = ASN1_INTEGER_new ();
  X509_EXTENSION *extension = NULL;
  X509V3_CTX context;
  gboolean added = FALSE;

  X509V3_set_ctx (&context, authority->certificate, NULL, NULL, crl, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, NID_authority_key_identifier, "keyid:always");
  added = extension != NULL && X509_CRL_add_ext (crl, extension, -1) == 1 &&
          ASN1_INTEGER_set_int64 (number, g_get_real_time () / 1000) == 1 &&
          X509_CRL_add1_ext_i2d (crl, NID_crl_number, number, 0, 0) == 1;
  X509_EXTENSION_free (extension);
  return added;
}

static GBytes *
make_crl (RaAuthority *authority, GPtrArray *revoked, guint days, GError **error)
{
  g_autoptr (X509_CRL) crl = X509_CRL_new ();
  ASN1_TIME *now = X509_gmtime_adj (NULL, 0);
  ASN1_TIME *next = X509_time_adj_ex (NULL, (int) days, 0, NULL);
  unsigned char *der = NULL;
  int length = -1;
  GBytes *bytes = NULL;
  gboolean made =
      X509_CRL_set_version (crl, X509_CRL_VERSION_2) == 1 &&
      X509_CRL_set_issuer_name (crl, X509_get_subject_name (authority->certificate)) == 1 &&
      X509_CRL_set1_lastUpdate (crl, now) == 1 && X509_CRL_set1_nextUpdate (crl, next) == 1 &&
      add_crl_extensions (authority, crl);

  for (guint i = 0; made && i < revoked->len; i++)
    made = add_revoked (crl, revoked->pdata[i]);
  if (made && X509_CRL_sort (crl) == 1 && X509_CRL_sign (crl, authority->key, EVP_sha256 ()) > 0)
    length = i2d_X509_CRL (crl, &der);
  if (length > 0)
    bytes = g_bytes_new (der, (gsize) length);
  else
    yy_set_openssl_error (error, YY_ERROR_FAILED, _ ("The CRL cannot be made"));
  OPENSSL_free (der);
  ASN1_TIME_free (now);
  ASN1_TIME_free (next);
  return bytes;
}

GBytes *
ra_authority_get_crl (RaAuthority *authority, RaStore *store, guint days, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 count = 0;
  g_autoptr (GPtrArray) revoked = NULL;
  GBytes *crl = NULL;

  if (!ra_store_count_revoked (store, &count, error))
    return NULL;
  if (authority->crl != NULL && count == authority->crl_entries &&
      ABS (now - authority->crl_made) < (gint64) days * DAY / 2)
    return g_bytes_ref (authority->crl);
  revoked = ra_store_list_revoked (store, error);
  crl = revoked == NULL ? NULL : make_crl (authority, revoked, days, error);
  if (crl == NULL)
    return NULL;
  g_clear_pointer (&authority->crl, g_bytes_unref);
  authority->crl = crl;
  authority->crl_entries = count;
  authority->crl_made = now;
  return g_bytes_ref (crl);
}

GBytes *
ra_authority_key_id (RaAuthority *authority, const char *order)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof digest;

  g_checksum_update (sum, g_bytes_get_data (authority->key_digest, NULL),
                     (gssize) g_bytes_get_size (authority->key_digest));
  g_checksum_update (sum, (const guchar *) order, (gssize) strlen (order));
  g_checksum_get_digest (sum, digest, &size);
  return g_bytes_new (digest, KEY_ID_SIZE);
}
