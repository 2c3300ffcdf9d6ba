/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "certificate/yy-certificate.h"

G_BEGIN_DECLS

/**
 * export_file:
 * @replace: an existing file may be replaced
 *
 * The file is there as a whole or not at all.
 */
gboolean export_file (const char *path, GBytes *contents, gboolean replace, GError **error);

/**
 * export_certificate:
 * @path: where to; “-” is stdout, in PEM. A name that ends in .cer or .der gets DER, any other PEM
 * @replace: an existing file may be replaced
 *
 * The file is there as a whole or not at all.
 */
gboolean
export_certificate (YyCertificate *certificate, const char *path, gboolean replace, GError **error);

G_END_DECLS
