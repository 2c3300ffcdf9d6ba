/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "order/yy-document.h"

G_BEGIN_DECLS

/**
 * yy_picture_draw:
 * @format: not a PDF
 * @width: most pixels of the result; a smaller picture is not enlarged
 *
 * Returns: (transfer full): the picture, turned as its camera was held, on white; or %NULL
 */
GdkPixbuf *
yy_picture_draw (GBytes *document, YyDocumentFormat format, int width, int height, GError **error);

/**
 * yy_picture_render:
 *
 * Returns: (transfer full): a PNG of what yy_picture_draw() makes; or %NULL
 */
GBytes *yy_picture_render (GBytes *document,
                           YyDocumentFormat format,
                           int width,
                           int height,
                           GError **error);

G_END_DECLS
