/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "token/yy-token.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyCertificateRow:
 *
 * One certificate of a token, with its details folded away and what can be done with it.
 */
#define YY_TYPE_CERTIFICATE_ROW (yy_certificate_row_get_type ())
G_DECLARE_FINAL_TYPE (YyCertificateRow, yy_certificate_row, YY, CERTIFICATE_ROW, AdwExpanderRow)

GtkWidget *yy_certificate_row_new (YyToken *token, const YyTokenCertificate *certificate);

G_END_DECLS
