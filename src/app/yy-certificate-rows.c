/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-certificate-rows.h"

#include <glib/gi18n.h>

#include "app/yy-property-row.h"
#include "app/yy-text.h"

GPtrArray *
yy_certificate_rows_new (YyCertificate *certificate)
{
  GPtrArray *rows = g_ptr_array_new ();
  g_autofree char *validity = yy_text_dup_validity (certificate);
  g_autofree char *fingerprint = yy_text_dup_groups (yy_certificate_get_sha256 (certificate), 4);
  const char *const facts[][2] = {
    { _ ("Subject"), yy_certificate_get_subject (certificate) },
    { _ ("Issuer"), yy_certificate_get_issuer (certificate) },
    { _ ("Validity"), validity },
    { _ ("Serial number"), yy_certificate_get_serial_number (certificate) },
    { _ ("Key"), yy_certificate_get_key_description (certificate) },
    { _ ("SHA-256 fingerprint"), fingerprint },
  };

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    g_ptr_array_add (rows, yy_property_row_new (facts[i][0], facts[i][1]));
  return rows;
}
