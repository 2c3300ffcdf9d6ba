/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-profile.h"
#include "token/yy-token-manager.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyCertificatesPage:
 *
 * The certificates of all tokens plugged in, token by token.
 */
#define YY_TYPE_CERTIFICATES_PAGE (yy_certificates_page_get_type ())
G_DECLARE_FINAL_TYPE (YyCertificatesPage, yy_certificates_page, YY, CERTIFICATES_PAGE, AdwBin)

GtkWidget *yy_certificates_page_new (YyTokenManager *manager, YyProfile *profile);

G_END_DECLS
