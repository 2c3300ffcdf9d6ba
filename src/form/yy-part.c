/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-part.h"

#include "form/yy-glyphs.h"

#include <qrencode.h>

/* One thing to draw: a text, a code, a line from one corner to the other, or a rectangle. */
typedef struct
{
  double grey;
  double x;
  double y;
  double width;
  double height;
  double thickness;
  PangoLayout *layout;
  QRcode *code;
} Item;

struct _YyPart
{
  GArray *items;
  double height;
};

static void
clear_item (gpointer data)
{
  Item *item = data;

  g_clear_object (&item->layout);
  g_clear_pointer (&item->code, QRcode_free);
}

YyPart *
yy_part_new (void)
{
  YyPart *part = g_new0 (YyPart, 1);

  part->items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_array_set_clear_func (part->items, clear_item);
  return part;
}

void
yy_part_free (YyPart *part)
{
  if (part == NULL)
    return;
  g_array_unref (part->items);
  g_free (part);
}

void
yy_part_set_height (YyPart *part, double height)
{
  part->height = height;
}

double
yy_part_get_height (YyPart *part)
{
  return part->height;
}

void
yy_part_fill (YyPart *part, double grey, double x, double y, double width, double height)
{
  Item item = { .grey = grey, .x = x, .y = y, .width = width, .height = height };

  g_array_append_val (part->items, item);
}

void
yy_part_line (YyPart *part,
              double grey,
              double thickness,
              double x,
              double y,
              double width,
              double height)
{
  Item item = { .grey = grey, .x = x, .y = y, .width = width, .height = height };

  item.thickness = thickness;
  g_array_append_val (part->items, item);
}

void
yy_part_text (YyPart *part, double grey, double x, double y, PangoLayout *layout)
{
  Item item = { .grey = grey, .x = x, .y = y, .layout = layout };

  g_array_append_val (part->items, item);
}

void
yy_part_code (YyPart *part, double x, double y, double size, const char *text)
{
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_Q);
  Item item = { .x = x, .y = y, .width = size, .height = size, .code = code };

  if (code != NULL)
    g_array_append_val (part->items, item);
}

void
yy_part_take (YyPart *part, double x, double y, YyPart *other)
{
  for (guint i = 0; i < other->items->len; i++)
    {
      Item *item = &g_array_index (other->items, Item, i);
      Item moved = *item;

      moved.x += x;
      moved.y += y;
      g_array_append_val (part->items, moved);
      item->layout = NULL;
      item->code = NULL;
    }
  yy_part_free (other);
}

void
yy_part_append (YyPart *part, YyPart *other)
{
  double height = other->height;

  yy_part_take (part, 0, part->height, other);
  part->height += height;
}

/* All modules as one path: no seams between them, whatever renders the page. */
static void
draw_code (const QRcode *code, cairo_t *cr)
{
  for (int row = 0; row < code->width; row++)
    for (int column = 0; column < code->width; column++)
      {
        int start = column;

        while (column < code->width && (code->data[row * code->width + column] & 1) != 0)
          column++;
        if (column > start)
          cairo_rectangle (cr, start, row, column - start, 1);
      }
  cairo_fill (cr);
}

static void
draw_item (const Item *item, cairo_t *cr, double x, double y)
{
  cairo_set_source_rgb (cr, item->grey, item->grey, item->grey);
  if (item->layout != NULL)
    {
      cairo_move_to (cr, x, y);
      yy_glyphs_show_layout (cr, item->layout);
    }
  else if (item->code != NULL)
    {
      cairo_translate (cr, x, y);
      cairo_scale (cr, item->width / item->code->width, item->height / item->code->width);
      draw_code (item->code, cr);
    }
  else if (item->thickness > 0)
    {
      cairo_set_line_width (cr, item->thickness);
      cairo_set_line_cap (cr, CAIRO_LINE_CAP_SQUARE);
      cairo_move_to (cr, x, y);
      cairo_line_to (cr, x + item->width, y + item->height);
      cairo_stroke (cr);
    }
  else
    {
      cairo_rectangle (cr, x, y, item->width, item->height);
      cairo_fill (cr);
    }
}

void
yy_part_draw (YyPart *part, cairo_t *cr, double x, double y)
{
  for (guint i = 0; i < part->items->len; i++)
    {
      const Item *item = &g_array_index (part->items, Item, i);

      cairo_save (cr);
      draw_item (item, cr, x + item->x, y + item->y);
      cairo_restore (cr);
    }
}
