/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-typesetter.h"

#include "form/yy-stand-in.h"

#include <pango/pangocairo.h>

/* Sans for the form and its data; Hanazono for the ideographs that only it has. What they lack,
   fontconfig finds elsewhere. */
#define FAMILIES "Noto Sans CJK SC,HanaMinA,HanaMinB,sans-serif"

struct _YyTypesetter
{
  PangoContext *context;
};

YyTypesetter *
yy_typesetter_new (void)
{
  YyTypesetter *self = g_new0 (YyTypesetter, 1);
  g_autoptr (PangoFontMap) map = pango_cairo_font_map_new ();
  cairo_font_options_t *options = cairo_font_options_create ();

  /* One unit is one point, and nothing is rounded to the pixels of a screen: what is shown is what
     is printed. */
  pango_cairo_font_map_set_resolution (PANGO_CAIRO_FONT_MAP (map), 72);
  self->context = pango_font_map_create_context (map);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (self->context, options);
  cairo_font_options_destroy (options);
  pango_context_set_round_glyph_positions (self->context, FALSE);
  /* Chinese shapes of the characters that Chinese and Japanese share, whatever the locale. */
  pango_context_set_language (self->context, pango_language_from_string ("zh-cn"));
  pango_context_set_base_dir (self->context, PANGO_DIRECTION_LTR);
  yy_stand_in_prepare (self->context);
  return self;
}

void
yy_typesetter_free (YyTypesetter *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->context);
  g_free (self);
}

static gboolean
is_private (gunichar c)
{
  return g_unichar_type (c) == G_UNICODE_PRIVATE_USE;
}

static void
replace (PangoAttrList *list, const char *text, const char *at, double size)
{
  PangoAttribute *shape = yy_stand_in_new (g_utf8_get_char (at), size);

  shape->start_index = (guint) (at - text);
  shape->end_index = (guint) (g_utf8_next_char (at) - text);
  pango_attr_list_insert (list, shape);
}

/* Every character between two bytes of the text. */
static void
replace_range (PangoAttrList *list, const char *text, int start, int end, double size)
{
  for (const char *at = text + start; at < text + end; at = g_utf8_next_char (at))
    replace (list, text, at, size);
}

/* Characters for which shaping found no glyph, cluster by cluster: a mark may have one, and the
   letter below it none. */
static void
replace_unknown (PangoAttrList *list, const char *text, PangoGlyphItem *run, double size)
{
  PangoGlyphItemIter iter;

  for (gboolean more = pango_glyph_item_iter_init_start (&iter, run, text); more;
       more = pango_glyph_item_iter_next_cluster (&iter))
    {
      int from = MIN (iter.start_glyph, iter.end_glyph + 1);
      int to = MAX (iter.start_glyph + 1, iter.end_glyph);
      gboolean unknown = FALSE;

      for (int i = from; i < to; i++)
        unknown |= (run->glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0 &&
                   run->glyphs->glyphs[i].glyph != PANGO_GLYPH_EMPTY;
      if (unknown)
        replace_range (list, text, iter.start_index, iter.end_index, size);
    }
}

static void
put_stand_ins (PangoLayout *layout, PangoAttrList *list, double size)
{
  const char *text = pango_layout_get_text (layout);
  PangoLayoutIter *iter = NULL;
  g_autoptr (PangoAttrList) more = NULL;

  if (pango_layout_get_unknown_glyphs_count (layout) == 0)
    return;
  /* A layout takes no notice of changes in the list that it has. */
  more = pango_attr_list_copy (list);
  iter = pango_layout_get_iter (layout);
  do
    {
      PangoGlyphItem *run = pango_layout_iter_get_run_readonly (iter);

      if (run != NULL)
        replace_unknown (more, text, run, size);
    }
  while (pango_layout_iter_next_run (iter));
  pango_layout_iter_free (iter);
  pango_layout_set_attributes (layout, more);
}

PangoLayout *
yy_typesetter_set (YyTypesetter *self, const char *text, const YyTypeStyle *style, double width)
{
  PangoLayout *layout = pango_layout_new (self->context);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string (FAMILIES);
  g_autoptr (PangoAttrList) list = pango_attr_list_new ();

  pango_font_description_set_absolute_size (font, style->size * PANGO_SCALE);
  pango_font_description_set_weight (font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_auto_dir (layout, FALSE);
  pango_layout_set_alignment (layout, style->align);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text (layout, text, -1);
  if (width >= 0)
    pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  if (style->leading > 0)
    pango_layout_set_line_spacing (layout, (float) style->leading);
  if (style->tracking > 0)
    pango_attr_list_insert (list,
                            pango_attr_letter_spacing_new ((int) (style->tracking * PANGO_SCALE)));
  pango_attr_list_insert (list, pango_attr_insert_hyphens_new (FALSE));
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (is_private (g_utf8_get_char (at)) || g_str_has_prefix (at, YY_TICKED_BOX))
      replace (list, text, at, style->size);
  pango_layout_set_attributes (layout, list);
  put_stand_ins (layout, list, style->size);
  return layout;
}

void
yy_typesetter_measure (PangoLayout *layout, double *ascent, double *descent)
{
  PangoRectangle ink = { 0 };
  PangoRectangle logical = { 0 };

  pango_layout_get_extents (layout, &ink, &logical);
  *ascent = MAX (0, (double) -ink.y / PANGO_SCALE);
  *descent = (double) MAX (logical.y + logical.height, ink.y + ink.height) / PANGO_SCALE;
}
