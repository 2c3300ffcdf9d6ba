/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ra_order_view_add:
 * @builder: in an object
 * @order: one that was begun in the client
 *
 * Adds the member "order": what its applicant may see of it (VIEW in src/order/API.md).
 */
gboolean
ra_order_view_add (JsonBuilder *builder, RaSite *site, const YyOrder *order, GError **error);

G_END_DECLS
