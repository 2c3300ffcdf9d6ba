/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-document.h"

G_BEGIN_DECLS

/** yy_page_render: Returns: (transfer full): a PNG of the first page of a PDF, as large as fits
 * into
 * @width by @height pixels, on white; or %NULL */
GBytes *yy_page_render (GBytes *document, int width, int height, GError **error);

G_END_DECLS
