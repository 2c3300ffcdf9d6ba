/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-form-table.h"

#define INDENT   7.0
#define BAR_GREY 0.91
/* A cell higher than this holds something that no order has; it is set smaller until it fits. */
#define MAX_CELL 260.0
#define MIN_SIZE 1.0
/* Several times what a field of an order may hold. */
#define MAX_CHARACTERS 1000

static double
value_width (double width, gboolean labelled)
{
  return width - (labelled ? YY_TABLE_LABEL : 0) - 2 * INDENT;
}

static char *
dup_bounded (const char *value)
{
  if (g_utf8_strlen (value, -1) <= MAX_CHARACTERS)
    return g_strdup (value);
  return g_utf8_substring (value, 0, MAX_CHARACTERS);
}

static PangoLayout *
set_value (const YyTable *table, const char *text, double width)
{
  YyTypeStyle style = { .size = table->size };
  g_autofree char *value = dup_bounded (text);
  PangoLayout *layout = yy_typesetter_set (table->typesetter, value, &style, width);
  double ascent = 0;
  double descent = 0;

  yy_typesetter_measure (layout, &ascent, &descent);
  while (ascent + descent > MAX_CELL && style.size > MIN_SIZE)
    {
      g_object_unref (layout);
      style.size *= 0.8;
      layout = yy_typesetter_set (table->typesetter, value, &style, width);
      yy_typesetter_measure (layout, &ascent, &descent);
    }
  return layout;
}

gboolean
yy_table_fits (const YyTable *table, const char *value)
{
  g_autoptr (PangoLayout) layout = set_value (table, value, value_width (YY_TABLE_WIDTH / 2, TRUE));

  return pango_layout_get_line_count (layout) == 1;
}

static double
cell_height (PangoLayout *layout, double padding)
{
  double ascent = 0;
  double descent = 0;

  yy_typesetter_measure (layout, &ascent, &descent);
  return ascent + descent + 2 * padding;
}

/* The text in the middle between top and bottom. */
static void
put (YyPart *part, double grey, double x, double y, double height, PangoLayout *layout)
{
  double ascent = 0;
  double descent = 0;

  yy_typesetter_measure (layout, &ascent, &descent);
  yy_part_text (part, grey, x, y + (height - ascent - descent) / 2 + ascent, layout);
}

void
yy_table_center (const YyTable *table,
                 YyPart *part,
                 const char *text,
                 double x,
                 double y,
                 double width,
                 double height)
{
  YyTypeStyle style = { .size = table->size, .align = PANGO_ALIGN_CENTER };

  put (part, YY_TABLE_LABELS, x, y, height,
       yy_typesetter_set (table->typesetter, text, &style, width));
}

static void
put_upright (YyPart *part, double x, double height)
{
  yy_part_line (part, YY_TABLE_DARK, YY_TABLE_RULE, x, 0, 0, height);
}

static void
put_cell (const YyTable *table,
          YyPart *part,
          const YyCell *cell,
          PangoLayout *value,
          double x,
          double height)
{
  if (x > 0)
    put_upright (part, x, height);
  if (cell->label != NULL)
    {
      yy_table_center (table, part, cell->label, x, 0, YY_TABLE_LABEL, height);
      x += YY_TABLE_LABEL;
      put_upright (part, x, height);
    }
  if (value != NULL)
    put (part, YY_TABLE_DARK, x + INDENT, 0, height, g_object_ref (value));
}

YyPart *
yy_table_row (const YyTable *table, const YyCell *cells, guint n_cells, double height)
{
  YyPart *part = yy_part_new ();
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_object_unref);
  double width = YY_TABLE_WIDTH / n_cells;

  for (guint i = 0; i < n_cells; i++)
    {
      const char *value = cells[i].value == NULL ? "" : cells[i].value;
      PangoLayout *layout = set_value (table, value, value_width (width, cells[i].label != NULL));

      g_ptr_array_add (values, layout);
      height = MAX (height, cell_height (layout, table->padding));
    }
  for (guint i = 0; i < n_cells; i++)
    put_cell (table, part, &cells[i], cells[i].value == NULL ? NULL : values->pdata[i], i * width,
              height);
  yy_part_set_height (part, height);
  yy_table_rule (part);
  return part;
}

YyPart *
yy_table_bar (const YyTable *table, const char *title)
{
  YyTypeStyle style = { .size = table->size, .bold = TRUE };
  YyPart *part = yy_part_new ();
  PangoLayout *layout =
      yy_typesetter_set (table->typesetter, title, &style, value_width (YY_TABLE_WIDTH, FALSE));
  double height = cell_height (layout, 0.6 * table->padding);

  yy_part_fill (part, BAR_GREY, 0, 0, YY_TABLE_WIDTH, height);
  /* again, over the fill */
  yy_part_line (part, YY_TABLE_DARK, YY_TABLE_RULE, 0, 0, YY_TABLE_WIDTH, 0);
  put (part, YY_TABLE_DARK, INDENT, 0, height, layout);
  yy_part_set_height (part, height);
  yy_table_rule (part);
  return part;
}

void
yy_table_rule (YyPart *part)
{
  yy_part_line (part, YY_TABLE_DARK, YY_TABLE_RULE, 0, yy_part_get_height (part), YY_TABLE_WIDTH,
                0);
}
