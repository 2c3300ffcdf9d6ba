/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-glyphs.h"

#define FACES "yy-outline-faces"
/* Size at which outlines are taken from their font, which rounds them to fractions of a pixel. */
#define EM 1000.0

static const cairo_user_data_key_t source_key;

static cairo_scaled_font_t *
create_source (cairo_font_face_t *face)
{
  cairo_font_options_t *options = cairo_font_options_create ();
  cairo_matrix_t size;
  cairo_matrix_t identity;
  cairo_scaled_font_t *font = NULL;

  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_matrix_init_scale (&size, EM, EM);
  cairo_matrix_init_identity (&identity);
  font = cairo_scaled_font_create (face, &size, &identity, options);
  cairo_font_options_destroy (options);
  return font;
}

static cairo_status_t
render (cairo_scaled_font_t *font, unsigned long index, cairo_t *cr, cairo_text_extents_t *extents)
{
  cairo_font_face_t *face = cairo_scaled_font_get_font_face (font);
  cairo_scaled_font_t *source = cairo_font_face_get_user_data (face, &source_key);
  cairo_glyph_t glyph = { .index = index };
  cairo_text_extents_t em = { 0 };

  cairo_scaled_font_glyph_extents (source, &glyph, 1, &em);
  extents->x_advance = em.x_advance / EM;
  cairo_scale (cr, 1 / EM, 1 / EM);
  cairo_set_scaled_font (cr, source);
  cairo_glyph_path (cr, &glyph, 1);
  cairo_fill (cr);
  return cairo_status (cr);
}

static cairo_font_face_t *
create_face (cairo_font_face_t *source)
{
  cairo_font_face_t *face = cairo_user_font_face_create ();

  cairo_user_font_face_set_render_glyph_func (face, render);
  cairo_font_face_set_user_data (face, &source_key, create_source (source),
                                 (cairo_destroy_func_t) cairo_scaled_font_destroy);
  return face;
}

/* One face of outlines for each face of a font; they live as long as the context. The key is kept
   alive by the face's source. */
static cairo_font_face_t *
get_face (PangoContext *context, cairo_font_face_t *source)
{
  GHashTable *faces = g_object_get_data (G_OBJECT (context), FACES);
  cairo_font_face_t *face = NULL;

  if (faces == NULL)
    {
      faces = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) cairo_font_face_destroy);
      g_object_set_data_full (G_OBJECT (context), FACES, faces,
                              (GDestroyNotify) g_hash_table_unref);
    }
  face = g_hash_table_lookup (faces, source);
  if (face == NULL)
    {
      face = create_face (source);
      g_hash_table_insert (faces, source, face);
    }
  return face;
}

static void
set_font (cairo_t *cr, PangoContext *context, PangoFont *font)
{
  cairo_scaled_font_t *scaled = pango_cairo_font_get_scaled_font (PANGO_CAIRO_FONT (font));
  cairo_matrix_t matrix;

  if (scaled == NULL)
    return;
  cairo_scaled_font_get_font_matrix (scaled, &matrix);
  cairo_set_font_face (cr, get_face (context, cairo_scaled_font_get_font_face (scaled)));
  cairo_set_font_matrix (cr, &matrix);
}

/* Glyphs that stand for a cluster; what has no shape is not drawn. */
static int
count_glyphs (const PangoGlyphString *string, const PangoGlyphItemIter *iter)
{
  int first = MIN (iter->start_glyph, iter->end_glyph + 1);
  int end = MAX (iter->start_glyph + 1, iter->end_glyph);
  int count = 0;

  for (int i = first; i < end; i++)
    count += string->glyphs[i].glyph != PANGO_GLYPH_EMPTY;
  return count;
}

/* Which bytes of the text are which glyphs. */
static GArray *
find_clusters (const char *text, PangoGlyphItem *item, cairo_text_cluster_flags_t *flags)
{
  GArray *clusters = g_array_new (FALSE, FALSE, sizeof (cairo_text_cluster_t));
  PangoGlyphItemIter iter;

  *flags = 0;
  for (gboolean more = pango_glyph_item_iter_init_start (&iter, item, text); more;
       more = pango_glyph_item_iter_next_cluster (&iter))
    {
      cairo_text_cluster_t cluster = { .num_bytes = iter.end_index - iter.start_index,
                                       .num_glyphs = count_glyphs (item->glyphs, &iter) };

      if (iter.end_glyph < iter.start_glyph)
        *flags = CAIRO_TEXT_CLUSTER_FLAG_BACKWARD;
      g_array_append_val (clusters, cluster);
    }
  return clusters;
}

static GArray *
place_glyphs (cairo_t *cr, const PangoGlyphString *string)
{
  GArray *glyphs = g_array_new (FALSE, FALSE, sizeof (cairo_glyph_t));
  double x = 0;
  double y = 0;

  cairo_get_current_point (cr, &x, &y);
  for (int i = 0; i < string->num_glyphs; i++)
    {
      const PangoGlyphInfo *info = &string->glyphs[i];
      /* Glyph 0 is what a font has for a character that it lacks. */
      cairo_glyph_t glyph = { .index =
                                  (info->glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0 ? 0 : info->glyph,
                              .x = x + (double) info->geometry.x_offset / PANGO_SCALE,
                              .y = y + (double) info->geometry.y_offset / PANGO_SCALE };

      if (info->glyph != PANGO_GLYPH_EMPTY)
        g_array_append_val (glyphs, glyph);
      x += (double) info->geometry.width / PANGO_SCALE;
    }
  return glyphs;
}

void
yy_glyphs_show (cairo_t *cr, PangoContext *context, const char *text, PangoGlyphItem *item)
{
  cairo_text_cluster_flags_t flags = 0;
  g_autoptr (GArray) clusters = find_clusters (text, item, &flags);
  g_autoptr (GArray) glyphs = place_glyphs (cr, item->glyphs);

  set_font (cr, context, item->item->analysis.font);
  cairo_show_text_glyphs (cr, text + item->item->offset, item->item->length,
                          (const cairo_glyph_t *) glyphs->data, (int) glyphs->len,
                          (const cairo_text_cluster_t *) clusters->data, (int) clusters->len,
                          flags);
}

static PangoAttrShape *
find_shape (const PangoItem *item)
{
  for (GSList *l = item->analysis.extra_attrs; l != NULL; l = l->next)
    if (((PangoAttribute *) l->data)->klass->type == PANGO_ATTR_SHAPE)
      return l->data;
  return NULL;
}

/* A shape in the place of characters is drawn by the context's own renderer, once for each of them.
 */
static void
show_shapes (cairo_t *cr, PangoContext *context, PangoGlyphItem *run, PangoAttrShape *shape)
{
  gpointer data = NULL;
  PangoCairoShapeRendererFunc draw = pango_cairo_context_get_shape_renderer (context, &data);
  double x = 0;
  double y = 0;

  cairo_get_current_point (cr, &x, &y);
  for (int i = 0; i < run->glyphs->num_glyphs && draw != NULL; i++)
    {
      cairo_save (cr);
      cairo_move_to (cr, x, y);
      draw (cr, shape, FALSE, data);
      cairo_restore (cr);
      x += (double) run->glyphs->glyphs[i].geometry.width / PANGO_SCALE;
    }
}

void
yy_glyphs_show_layout (cairo_t *cr, PangoLayout *layout)
{
  PangoContext *context = pango_layout_get_context (layout);
  PangoLayoutIter *iter = pango_layout_get_iter (layout);
  double x = 0;
  double y = 0;

  cairo_get_current_point (cr, &x, &y);
  do
    {
      PangoGlyphItem *run = pango_layout_iter_get_run_readonly (iter);
      PangoAttrShape *shape = run == NULL ? NULL : find_shape (run->item);
      PangoRectangle box = { 0 };

      if (run == NULL)
        continue;
      pango_layout_iter_get_run_extents (iter, NULL, &box);
      cairo_move_to (cr, x + (double) box.x / PANGO_SCALE,
                     y + (double) pango_layout_iter_get_baseline (iter) / PANGO_SCALE);
      if (shape != NULL)
        show_shapes (cr, context, run, shape);
      else
        yy_glyphs_show (cr, context, pango_layout_get_text (layout), run);
    }
  while (pango_layout_iter_next_run (iter));
  pango_layout_iter_free (iter);
}
