/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview/page.h"

#include <poppler.h>

/* The longest side of a page, in points (ISO 32000-1, annex C). */
#define MAX_SIDE 14400

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static GBytes *
encode (cairo_surface_t *surface)
{
  g_autoptr (GByteArray) png = g_byte_array_new ();

  if (cairo_surface_write_to_png_stream (surface, append, png) != CAIRO_STATUS_SUCCESS)
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&png));
}

static GBytes *
draw (PopplerPage *page, int width, int height, double scale)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t *cr = cairo_create (surface);
  GBytes *png = NULL;

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  poppler_page_render (page, cr);
  if (cairo_status (cr) == CAIRO_STATUS_SUCCESS)
    png = encode (surface);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return png;
}

static GBytes *
fail (GError **error, const char *message)
{
  g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA, message);
  return NULL;
}

static GBytes *
render (PopplerPage *page, int width, int height, GError **error)
{
  double page_width = 0;
  double page_height = 0;
  double scale = 0;
  GBytes *png = NULL;

  poppler_page_get_size (page, &page_width, &page_height);
  if (!(page_width >= 1 && page_width <= MAX_SIDE && page_height >= 1 && page_height <= MAX_SIDE))
    return fail (error, "its page has no size");
  scale = MIN (width / page_width, height / page_height);
  png = draw (page, CLAMP ((int) (page_width * scale + 0.5), 1, width),
              CLAMP ((int) (page_height * scale + 0.5), 1, height), scale);
  return png != NULL ? png : fail (error, "its page cannot be drawn");
}

GBytes *
yy_page_render (GBytes *document, int width, int height, GError **error)
{
  PopplerDocument *pdf = poppler_document_new_from_bytes (document, NULL, error);
  PopplerPage *page = NULL;
  GBytes *png = NULL;

  if (pdf == NULL)
    return NULL;
  if (poppler_document_get_n_pages (pdf) > 0)
    page = poppler_document_get_page (pdf, 0);
  png = page == NULL ? fail (error, "there is no page in it") : render (page, width, height, error);
  g_clear_object (&page);
  g_object_unref (pdf);
  return png;
}
