/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * YyLink:
 *
 * What a `yinyao:` link (RFC 3986) may open.
 */
typedef enum
{
  YY_LINK_UNKNOWN,
  YY_LINK_HOME,
  YY_LINK_CERTIFICATES,
  YY_LINK_RENEWAL,
  YY_LINK_SEALS,
  YY_LINK_DRIVERS,
  YY_LINK_ACTIVATE,
  YY_LINK_UNLOCK,
} YyLink;

/**
 * yy_link_parse:
 * @uri: from anywhere, "yinyao:home" or "yinyao://home/" as browsers may rewrite it
 *
 * Returns: what it opens; %YY_LINK_UNKNOWN for anything else
 */
YyLink yy_link_parse (const char *uri);

/** yy_link_get_page: Returns: (nullable): the name of the window's page that @link opens */
const char *yy_link_get_page (YyLink link);

G_END_DECLS
