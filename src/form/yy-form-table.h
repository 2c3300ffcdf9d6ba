/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "form/yy-part.h"
#include "form/yy-typesetter.h"

G_BEGIN_DECLS

/** width of the ruled table: A4 without 20 mm on either side */
#define YY_TABLE_WIDTH 481.9
/** width of a label's cell */
#define YY_TABLE_LABEL 72.0
/** thickness of the rules within the table */
#define YY_TABLE_RULE   0.5
#define YY_TABLE_DARK   0.0
#define YY_TABLE_LABELS 0.2
#define YY_TABLE_FAINT  0.45

/**
 * YyTable:
 * @size: of values, in points
 * @padding: above and below the text of a cell
 *
 * How the form's table is set. Its functions return parts of the table: the whole width, with the
 * rules between its cells and below it. The frame around them is the page's.
 */
typedef struct
{
  YyTypesetter *typesetter;
  double size;
  double padding;
} YyTable;

/** YyCell: a label with its value; a %NULL label means a value as wide as both, a %NULL value one
 * to be filled in by hand */
typedef struct
{
  const char *label;
  const char *value;
} YyCell;

/** yy_table_fits: whether @value needs at most one line in a row of two cells */
gboolean yy_table_fits (const YyTable *table, const char *value);

/** yy_table_row: @cells: side by side, equally wide; the row is at least @height */
YyPart *yy_table_row (const YyTable *table, const YyCell *cells, guint n_cells, double height);

/** yy_table_bar: the head of a section */
YyPart *yy_table_bar (const YyTable *table, const char *title);

/** yy_table_rule: a line below what @part has so far */
void yy_table_rule (YyPart *part);

/** yy_table_center: @text in the middle of a cell, as a label */
void yy_table_center (const YyTable *table,
                      YyPart *part,
                      const char *text,
                      double x,
                      double y,
                      double width,
                      double height);

G_END_DECLS
