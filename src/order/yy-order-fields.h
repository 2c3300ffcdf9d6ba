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
 * @types: the types whose orders have the field, one bit each
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
  guint types;
  const char *(*check) (const YyOrder *order, const char *value);
} YyOrderField;

/** yy_order_fields: Returns: (array length=count): the table */
const YyOrderField *yy_order_fields (guint *count);

/** yy_order_field_value: Returns: (transfer none): where the field's value is in @order */
char **yy_order_field_value (const YyOrder *order, const YyOrderField *field);

/** yy_order_field_belongs: Returns: whether an order of @type has the field */
gboolean yy_order_field_belongs (const YyOrderField *field, YyOrderType type);

/** yy_order_has_term: Returns: whether an order of @type has years of validity and, if wanted, a
 * seal */
gboolean yy_order_has_term (YyOrderType type);

/** yy_order_field_refuse: Sets @error to "GROUP.KEY: PROBLEM"; Returns: %FALSE */
gboolean
yy_order_field_refuse (GError **error, const char *group, const char *key, const char *problem);

G_END_DECLS
