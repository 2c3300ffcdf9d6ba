/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-enrolment.h"

#include <glib/gi18n.h>
#include <openssl/x509v3.h>

#define DAYS_PER_YEAR 365

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, YY_ERROR, YY_ERROR_REFUSED, message);
  return FALSE;
}

/* Whether the grant is the token's newest and was authorised with its order's newest code. */
static gboolean
check_current (RaSite *site, const RaGrant *grant, GError **error)
{
  g_autoptr (RaGrant) newest = NULL;
  g_autoptr (GPtrArray) codes = NULL;

  if (!ra_store_get_newest_grant_of_token (site->store, grant->token, &newest, error))
    return FALSE;
  if (!g_str_equal (newest->id, grant->id))
    return refuse (error, _ ("The activation was started again elsewhere"));
  codes = ra_store_list_codes (site->store, grant->order, error);
  if (codes == NULL)
    return FALSE;
  return ((const RaCode *) codes->pdata[0])->id == grant->code ||
         refuse (error, _ ("The activation code was replaced by a newer one"));
}

RaCase *
ra_enrolment_open (RaSite *site, const char *id, GError **error)
{
  g_autoptr (RaCase) activation = g_new0 (RaCase, 1);

  if (!ra_store_get_grant (site->store, id, &activation->grant, error))
    return NULL;
  /* A grant that only unlocks a token is not one to issue something for. */
  if (activation->grant == NULL || g_bytes_get_size (activation->grant->cmp_secret) == 0)
    {
      refuse (error, _ ("There is no such reference"));
      return NULL;
    }
  if (!check_current (site, activation->grant, error) ||
      !ra_store_get_order (site->store, activation->grant->order, &activation->order, error) ||
      !ra_store_get_current_certificate (site->store, activation->grant->order,
                                         &activation->certificate, error))
    return NULL;
  return g_steal_pointer (&activation);
}

static X509 *
parse (GBytes *der, GError **error)
{
  gsize length = 0;
  const unsigned char *data = g_bytes_get_data (der, &length);
  X509 *x509 = d2i_X509 (NULL, &data, (long) length);

  if (x509 == NULL)
    yy_set_openssl_error (error, YY_ERROR_INVALID_DATA,
                          _ ("A certificate in the store is damaged"));
  return x509;
}

static gboolean
revoke_certificate (RaSite *site,
                    const char *who,
                    RaCertificate *certificate,
                    gint64 reason,
                    const char *why,
                    GError **error)
{
  certificate->state = RA_CERTIFICATE_REVOKED;
  certificate->revoked = g_get_real_time () / G_USEC_PER_SEC;
  certificate->reason = reason;
  return ra_store_update_certificate (site->store, certificate, error) &&
         ra_store_audit (site->store, who, "certificate.revoke", certificate->serial, why, error);
}

static X509 *
issue_new (RaSite *site,
           const char *who,
           RaCase *activation,
           GBytes *spki,
           GBytes *digest,
           GError **error)
{
  guint days = site->rules->validity_days > 0 ? site->rules->validity_days
                                              : activation->order->years * DAYS_PER_YEAR;
  g_autoptr (X509) x509 =
      ra_authority_issue (site->authority, activation->order, spki, days, error);
  g_autoptr (RaCertificate) certificate = NULL;

  if (x509 == NULL)
    return NULL;
  certificate = g_new0 (RaCertificate, 1);
  certificate->serial = ra_x509_serial (x509);
  certificate->order = g_strdup (activation->order->number);
  certificate->der = ra_x509_to_der (x509);
  certificate->key = g_bytes_ref (digest);
  certificate->state = RA_CERTIFICATE_ISSUED;
  if (!ra_store_add_certificate (site->store, certificate, error) ||
      !ra_store_audit (site->store, who, "certificate.issue", certificate->serial,
                       activation->order->number, error))
    return NULL;
  g_clear_pointer (&activation->certificate, ra_certificate_free);
  activation->certificate = g_steal_pointer (&certificate);
  return g_steal_pointer (&x509);
}

X509 *
ra_enrolment_issue (RaSite *site, const char *who, RaCase *activation, GBytes *spki, GError **error)
{
  RaCertificate *present = activation->certificate;
  g_autoptr (GBytes) digest = NULL;

  if (!ra_x509_check_key (spki, error))
    return NULL;
  digest = ra_x509_digest (spki);
  if (present != NULL && g_bytes_equal (present->key, digest))
    return parse (present->der, error);
  if (activation->order->state != YY_ORDER_READY ||
      (present != NULL && present->state == RA_CERTIFICATE_CONFIRMED))
    {
      refuse (error, _ ("This order has its certificate already, for another key"));
      return NULL;
    }
  if (present != NULL &&
      !revoke_certificate (site, who, present, CRL_REASON_SUPERSEDED,
                           "another key took its place before it was confirmed", error))
    return NULL;
  return issue_new (site, who, activation, spki, digest, error);
}

static gboolean
is_current (RaCase *activation, const char *serial, GError **error)
{
  return (activation->certificate != NULL &&
          g_str_equal (activation->certificate->serial, serial)) ||
         refuse (error, _ ("Another certificate has taken the place of this one"));
}

gboolean
ra_enrolment_confirm (RaSite *site,
                      const char *who,
                      RaCase *activation,
                      const char *serial,
                      GError **error)
{
  RaCertificate *certificate = activation->certificate;

  if (!is_current (activation, serial, error))
    return FALSE;
  if (certificate->state == RA_CERTIFICATE_CONFIRMED)
    return TRUE;
  certificate->state = RA_CERTIFICATE_CONFIRMED;
  return ra_store_update_certificate (site->store, certificate, error) &&
         ra_store_audit (site->store, who, "certificate.confirm", serial, activation->order->number,
                         error) &&
         ra_activation_complete_if_done (site, who, activation, error);
}

gboolean
ra_enrolment_decline (RaSite *site,
                      const char *who,
                      RaCase *activation,
                      const char *serial,
                      GError **error)
{
  if (!is_current (activation, serial, error))
    return FALSE;
  /* Once confirmed it is in use: only an order for revocation ends it. */
  if (activation->certificate->state == RA_CERTIFICATE_CONFIRMED)
    return TRUE;
  return revoke_certificate (site, who, activation->certificate, CRL_REASON_CESSATION_OF_OPERATION,
                             "declined by the client", error);
}
