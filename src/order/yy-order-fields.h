/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-order.h"

G_BEGIN_DECLS

/**
 * YyOrderField:
 * @group: "organization", "agent" or "order"
 * @key: as in a key file
 * @offset: of the char * in #YyOrder
 * @max: longest value, in characters
 * @check: (nullable): what else is wrong with a value that is there: a message marked for
 * translation, or %NULL
 *
 * One text field of an order: key file, JSON and rules all go by this one table.
 */
typedef struct
{
  const char *group;
  const char *key;
  gsize offset;
  guint max;
  gboolean required;
  const char *(*check) (const YyOrder *order, const char *value);
} YyOrderField;

/** yy_order_fields: Returns: (array length=count): the table */
const YyOrderField *yy_order_fields (guint *count);

/** yy_order_field_value: Returns: (transfer none): where the field's value is in @order */
char **yy_order_field_value (const YyOrder *order, const YyOrderField *field);

/** yy_order_field_refuse: Sets @error to "GROUP.KEY: PROBLEM"; Returns: %FALSE */
gboolean
yy_order_field_refuse (GError **error, const char *group, const char *key, const char *problem);

G_END_DECLS
