/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-api.h"

#include "ra/ra-fault.h"

#include <openssl/pem.h>

#define CMP_TYPE "application/pkixcmp"

static void
add_number (JsonBuilder *builder, const char *name, guint number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

gboolean
ra_api_profile (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  YyProfile *profile = api->site->profile;
  const YyPinPolicy *policy = yy_profile_get_pin_policy (profile);
  JsonBuilder *builder = json_builder_new_immutable ();
  g_autoptr (GBytes) der = ra_x509_to_der (ra_authority_get_certificate (api->site->authority));
  g_autofree char *base64 = g_base64_encode (g_bytes_get_data (der, NULL), g_bytes_get_size (der));
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");

  json_builder_begin_object (builder);
  ra_api_add_text (builder, "name", yy_profile_get_name (profile));
  ra_api_add_text (builder, "service", api->site->url);
  ra_api_add_text (builder, "hotline", yy_profile_get_hotline (profile));
  ra_api_add_text (builder, "language", yy_profile_get_language (profile));
  json_builder_set_member_name (builder, "pin");
  json_builder_begin_object (builder);
  add_number (builder, "min_length", policy->min_length);
  add_number (builder, "max_length", policy->max_length);
  add_number (builder, "min_classes", policy->min_classes);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "anchors");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, base64);
  json_builder_end_array (builder);
  ra_api_add_text (builder, "time", time);
  json_builder_end_object (builder);
  ra_api_set_json (answer, builder);
  return TRUE;
}

gboolean
ra_api_ca_pem (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  char *data = NULL;
  long length = 0;

  PEM_write_bio_X509 (bio, ra_authority_get_certificate (api->site->authority));
  length = BIO_get_mem_data (bio, &data);
  answer->status = 200;
  answer->content_type = "application/x-pem-file";
  answer->body = g_bytes_new (data, (gsize) length);
  return TRUE;
}

gboolean
ra_api_ca_der (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  answer->status = 200;
  answer->content_type = "application/pkix-cert";
  answer->body = ra_x509_to_der (ra_authority_get_certificate (api->site->authority));
  return TRUE;
}

gboolean
ra_api_crl (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  answer->status = 200;
  answer->content_type = "application/pkix-crl";
  answer->body = ra_authority_get_crl (api->site->authority, api->site->store,
                                       api->site->rules->crl_days, error);
  return answer->body != NULL;
}

gboolean
ra_api_cmp (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  if (g_strcmp0 (request->content_type, CMP_TYPE) != 0)
    return ra_fault_set (error, RA_FAULT_MALFORMED, "the content type must be " CMP_TYPE);
  answer->status = 200;
  answer->content_type = CMP_TYPE;
  answer->body = ra_cmp_process (api->cmp, request->address, request->body, error);
  return answer->body != NULL;
}
