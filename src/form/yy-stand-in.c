/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-stand-in.h"

#include "form/yy-glyphs.h"

#include <pango/pangocairo.h>

#define TICKED 0x2611
/* WHITE SQUARE: the glyph that is drawn, scaled, and carries the text */
#define BOX  "\u25a1"
#define FONT "Noto Sans CJK SC,sans-serif"
/* The box of a code is larger than an ideograph: its digits have to be readable. */
#define SCALE 1.3

typedef struct
{
  gunichar c;
  double size;
} StandIn;

static gpointer
copy_data (gconstpointer data)
{
  return g_memdup2 (data, sizeof (StandIn));
}

PangoAttribute *
yy_stand_in_new (gunichar c, double size)
{
  StandIn data = { c, size };
  int em = (int) (size * PANGO_SCALE);
  int width = c == TICKED ? em : (int) (SCALE * em);
  PangoRectangle box = { 0, -(int) (0.88 * em), width, em };

  return pango_attr_shape_new_with_data (&box, &box, copy_data (&data), copy_data, g_free);
}

/* A layout for parts of a box, in the same way wherever it is drawn. */
static PangoLayout *
set (PangoContext *context, const char *text, double size)
{
  PangoLayout *layout = pango_layout_new (context);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string (FONT);

  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

/* The glyph of the box, said to be the character. */
static void
draw_box (cairo_t *cr, PangoContext *context, const StandIn *data, double size)
{
  g_autoptr (PangoLayout) layout = set (context, BOX, size);
  PangoLayoutLine *line = pango_layout_get_line_readonly (layout, 0);
  PangoGlyphItem *item = line->runs == NULL ? NULL : pango_glyph_item_copy (line->runs->data);
  char text[8] = { 0 };

  if (item == NULL)
    return;
  item->item->offset = 0;
  item->item->length = g_unichar_to_utf8 (data->c, text);
  item->item->num_chars = 1;
  yy_glyphs_show (cr, context, text, item);
  pango_glyph_item_free (item);
}

static void
draw_tick (cairo_t *cr, double size)
{
  cairo_set_line_width (cr, 0.11 * size);
  cairo_rel_move_to (cr, 0.24 * size, -0.40 * size);
  cairo_rel_line_to (cr, 0.20 * size, 0.20 * size);
  cairo_rel_line_to (cr, 0.40 * size, -0.56 * size);
  cairo_stroke (cr);
}

/* As paths: they are not text of the form. */
static void
draw_code (cairo_t *cr, PangoContext *context, const StandIn *data, double size)
{
  g_autofree char *digits = g_strdup_printf (data->c > 0xffff ? "%06X" : "%04X", data->c);
  gsize row = data->c > 0xffff ? 3 : 2;
  double x = 0;
  double y = 0;

  cairo_get_current_point (cr, &x, &y);
  for (gsize i = 0; digits[i] != '\0'; i += row)
    {
      g_autofree char *part = g_strndup (digits + i, row);
      g_autoptr (PangoLayout) layout = set (context, part, 0.33 * size);
      PangoRectangle ink = { 0 };

      pango_layout_get_extents (layout, &ink, NULL);
      cairo_move_to (cr, x + 0.5 * size - (ink.x + 0.5 * ink.width) / PANGO_SCALE,
                     y + (i == 0 ? -0.53 : -0.21) * size -
                         (ink.y + 0.5 * ink.height) / PANGO_SCALE);
      pango_cairo_layout_path (cr, layout);
    }
  cairo_fill (cr);
}

static void
draw (cairo_t *cr, PangoAttrShape *shape, gboolean do_path, gpointer context)
{
  const StandIn *data = shape->data;
  double size = data->c == TICKED ? data->size : SCALE * data->size;

  if (do_path)
    return;
  /* The larger box stands as far below the line as above. */
  cairo_rel_move_to (cr, 0, 0.38 * (size - data->size));
  cairo_save (cr);
  draw_box (cr, context, data, size);
  cairo_restore (cr);
  if (data->c == TICKED)
    draw_tick (cr, size);
  else
    draw_code (cr, context, data, size);
}

void
yy_stand_in_prepare (PangoContext *context)
{
  pango_cairo_context_set_shape_renderer (context, draw, context, NULL);
}
