/* SPDX-License-Identifier: GPL-3.0-or-later */
/* form-speed form|page PROFILE ORDER COUNT: makes the form of an order (JSON) as PDF, or, as its
   peer, a PDF page with as much Chinese text in one pango layout, COUNT times. Prints the
   milliseconds that each took; the first includes what fontconfig and pango do once in a process.
 */
#include "form/yy-form.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

/* Characters on the form of the demo's order for unlocking. */
#define N_CHARACTERS 620

static GBytes *
read_file (const char *path)
{
  char *text = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &text, &length, &error))
    g_error ("%s", error->message);
  return g_bytes_new_take (text, length);
}

static void
make_form (const YyOrder *order, YyProfile *profile)
{
  g_autoptr (YyForm) form = yy_form_new (order, profile);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = yy_form_to_pdf (form, &error);

  g_assert_no_error (error);
}

static cairo_status_t
discard (void *closure, const unsigned char *data, unsigned int length)
{
  return CAIRO_STATUS_SUCCESS;
}

/* What anybody would write who wants Chinese text in a PDF. */
static void
make_page (void)
{
  cairo_surface_t *surface =
      cairo_pdf_surface_create_for_stream (discard, NULL, YY_FORM_WIDTH, YY_FORM_HEIGHT);
  cairo_t *cr = cairo_create (surface);
  g_autoptr (PangoFontMap) map = pango_cairo_font_map_new ();
  PangoContext *context = pango_font_map_create_context (map);
  g_autoptr (PangoLayout) layout = pango_layout_new (context);
  g_autoptr (PangoFontDescription) font =
      pango_font_description_from_string ("Noto Sans CJK SC 10.5");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < N_CHARACTERS; i++)
    g_string_append_unichar (text, 0x4e00 + 7 * (i % 200));
  pango_layout_set_font_description (layout, font);
  pango_layout_set_width (layout, (int) (YY_FORM_WIDTH * PANGO_SCALE));
  pango_layout_set_text (layout, text->str, -1);
  pango_cairo_show_layout (cr, layout);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  g_object_unref (context);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) profile_text = NULL;
  g_autoptr (GBytes) order_text = NULL;
  g_autoptr (YyProfile) profile = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (YyOrder) order = NULL;

  if (argc != 5)
    return EXIT_FAILURE;
  profile_text = read_file (argv[2]);
  order_text = read_file (argv[3]);
  profile = yy_profile_new (profile_text, &error);
  g_assert_no_error (error);
  node = json_from_string (g_bytes_get_data (order_text, NULL), &error);
  g_assert_no_error (error);
  order = yy_order_new_from_json (node, &error);
  g_assert_no_error (error);
  for (int i = 0; i < atoi (argv[4]); i++)
    {
      gint64 start = g_get_monotonic_time ();

      if (strcmp (argv[1], "form") == 0)
        make_form (order, profile);
      else
        make_page ();
      g_print ("%.2f\n", (double) (g_get_monotonic_time () - start) / 1000);
    }
  return EXIT_SUCCESS;
}
