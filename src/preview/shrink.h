/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-document.h"

G_BEGIN_DECLS

/**
 * yy_shrink_picture:
 * @format: not a PDF
 * @max_size: bytes of the result
 *
 * Makes a picture smaller, but never so small or coarse that the text of a stamped form could not
 * be read any more: that is an error.
 *
 * Returns: (transfer full): a JPEG, turned as the camera was held, on white; or %NULL
 */
GBytes *
yy_shrink_picture (GBytes *document, YyDocumentFormat format, gsize max_size, GError **error);

G_END_DECLS
