/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-form-pages.h"

#include "form/yy-form.h"

#define LEFT   ((YY_FORM_WIDTH - YY_TABLE_WIDTH) / 2)
#define TOP    42.0
#define BOTTOM 34.0 /* below the last line */
#define FRAME  1.0
/* What no order's data should take more of. */
#define WANTED_PAGES 2

/* From roomy to tight, in Chinese type sizes: 五号 is 10.5 points, 小五 9. What does not fit on
   a page then gets a second one, and room again. */
static const struct
{
  double size;
  double padding;
} settings[] = { { 10.5, 8 }, { 10.5, 6 }, { 10.5, 4.5 }, { 10.5, 3 },
                 { 10.5, 2 }, { 9.5, 2 },  { 9, 2 } };

/* What is laid out before it is known on which page it goes. */
typedef struct
{
  YyPart *head;
  GPtrArray *data;
  YyPart *closing;
  YyPart *notes;
  double foot;
} Pieces;

static void
lay_out (Pieces *pieces, const YyTable *table, const YyFormSource *source)
{
  g_autoptr (YyPart) foot = yy_form_foot (table, source, 0, 1);

  pieces->head = yy_form_head (table, source);
  pieces->data = g_ptr_array_new_with_free_func ((GDestroyNotify) yy_part_free);
  yy_form_add_data (table, source, pieces->data);
  pieces->closing = yy_form_closing (table, source);
  pieces->notes = yy_form_notes (table, source);
  pieces->foot = yy_part_get_height (foot);
}

static void
clear_pieces (Pieces *pieces)
{
  g_clear_pointer (&pieces->head, yy_part_free);
  g_clear_pointer (&pieces->data, g_ptr_array_unref);
  g_clear_pointer (&pieces->closing, yy_part_free);
  g_clear_pointer (&pieces->notes, yy_part_free);
}

/* Where parts may go, from the top of a page. */
static double
limit (const Pieces *pieces)
{
  return YY_FORM_HEIGHT - BOTTOM - pieces->foot - 4;
}

static double
closing_height (const Pieces *pieces)
{
  return yy_part_get_height (pieces->closing) + yy_part_get_height (pieces->notes);
}

static void
draw_frame (YyPart *page, double top, double bottom)
{
  yy_part_line (page, YY_TABLE_DARK, FRAME, LEFT, top, YY_TABLE_WIDTH, 0);
  yy_part_line (page, YY_TABLE_DARK, FRAME, LEFT, bottom, YY_TABLE_WIDTH, 0);
  yy_part_line (page, YY_TABLE_DARK, FRAME, LEFT, top, 0, bottom - top);
  yy_part_line (page, YY_TABLE_DARK, FRAME, LEFT + YY_TABLE_WIDTH, top, 0, bottom - top);
}

/* Puts @part below what the page has so far. */
static void
put (YyPart *page, YyPart *part)
{
  double y = yy_part_get_height (page);
  double height = yy_part_get_height (part);

  yy_part_take (page, LEFT, y, part);
  yy_part_set_height (page, y + height);
}

/* One page: as many parts as it holds, at least one of them, and the closing ones when they fit. */
static YyPart *
fill_page (Pieces *pieces, YyPart *head)
{
  YyPart *page = yy_part_new ();
  guint n_parts = pieces->data->len;
  double top = 0;

  yy_part_set_height (page, TOP);
  put (page, head);
  top = yy_part_get_height (page);
  while (
      pieces->data->len > 0 &&
      (pieces->data->len == n_parts ||
       yy_part_get_height (page) + yy_part_get_height (pieces->data->pdata[0]) <= limit (pieces)))
    put (page, g_ptr_array_steal_index (pieces->data, 0));
  if (pieces->data->len == 0 &&
      (n_parts == 0 || yy_part_get_height (page) + closing_height (pieces) <= limit (pieces)))
    put (page, g_steal_pointer (&pieces->closing));
  draw_frame (page, top, yy_part_get_height (page));
  if (pieces->closing == NULL)
    put (page, g_steal_pointer (&pieces->notes));
  return page;
}

static GPtrArray *
fill_pages (Pieces *pieces, const YyTable *table, const YyFormSource *source)
{
  GPtrArray *pages = g_ptr_array_new_with_free_func ((GDestroyNotify) yy_part_free);
  double y = YY_FORM_HEIGHT - BOTTOM - pieces->foot;

  g_ptr_array_add (pages, fill_page (pieces, g_steal_pointer (&pieces->head)));
  while (pieces->closing != NULL)
    g_ptr_array_add (pages, fill_page (pieces, yy_form_head (table, source)));
  for (guint i = 0; i < pages->len; i++)
    yy_part_take (pages->pdata[i], LEFT, y, yy_form_foot (table, source, i, pages->len));
  return pages;
}

static GPtrArray *
make_pages (YyTypesetter *typesetter, guint setting, const YyFormSource *source)
{
  YyTable table = { typesetter, settings[setting].size, settings[setting].padding };
  Pieces pieces = { NULL };
  GPtrArray *pages = NULL;

  lay_out (&pieces, &table, source);
  pages = fill_pages (&pieces, &table, source);
  clear_pieces (&pieces);
  return pages;
}

GPtrArray *
yy_form_pages (const YyFormSource *source)
{
  g_autoptr (YyTypesetter) typesetter = yy_typesetter_new ();
  g_autoptr (GPtrArray) pages = NULL;

  for (guint wanted = 1; wanted <= WANTED_PAGES; wanted++)
    for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
      {
        g_clear_pointer (&pages, g_ptr_array_unref);
        pages = make_pages (typesetter, i, source);
        if (pages->len <= wanted)
          return g_steal_pointer (&pages);
      }
  return g_steal_pointer (&pages);
}
