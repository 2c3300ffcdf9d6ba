/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "certificate/yy-certificate.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * yy_certificate_rows_new:
 *
 * Returns: (transfer full) (element-type GtkWidget): a row for each thing there is to say about
 *   @certificate, floating
 */
GPtrArray *yy_certificate_rows_new (YyCertificate *certificate);

G_END_DECLS
