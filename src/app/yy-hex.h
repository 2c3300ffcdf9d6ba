/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** yy_hex_encode: Returns: (transfer full): lower-case hexadecimal digits of @bytes */
char *yy_hex_encode (GBytes *bytes);

G_END_DECLS
