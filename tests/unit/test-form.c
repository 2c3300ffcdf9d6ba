/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-form.h"

#include "config.h"
#include "order/yy-order-fields.h"

#include <string.h>

/* 2026-11-22 13:08:25 UTC */
#define CREATED 1795352905

static YyProfile *
load_profile (void)
{
  g_autofree char *path = g_build_filename (SOURCE_DATADIR, "profiles", "demo.ini", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  YyProfile *profile = NULL;
  char *text = NULL;
  gsize size = 0;

  g_file_get_contents (path, &text, &size, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (text, size);
  profile = yy_profile_new (bytes, &error);
  g_assert_no_error (error);
  return profile;
}

static void
set (char **field, const char *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

/* An order of that type with all that the sample of its kind has. */
static YyOrder *
sample (YyOrderType type)
{
  const char *name = type == YY_ORDER_UNLOCK ? "demo-unlock.ini" : "demo-order.ini";
  g_autofree char *path = g_build_filename (SOURCE_DATADIR, "profiles", name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  YyOrder *order = NULL;
  char *text = NULL;
  gsize size = 0;

  g_file_get_contents (path, &text, &size, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (text, size);
  order = yy_order_new_from_key_file (bytes, &error);
  g_assert_no_error (error);
  order->type = type;
  order->created = CREATED;
  set (&order->number, "20261122000123");
  set (&order->token, "YY00000000000042");
  return order;
}

static YyForm *
make (const YyOrder *order)
{
  g_autoptr (YyProfile) profile = load_profile ();

  return yy_form_new (order, profile);
}

static GBytes *
write_pdf (const YyOrder *order)
{
  g_autoptr (YyForm) form = make (order);
  g_autoptr (GError) error = NULL;
  GBytes *pdf = yy_form_to_pdf (form, &error);

  g_assert_no_error (error);
  return pdf;
}

/* Every field as long as it may be. */
static void
fill (YyOrder *order, const char *character)
{
  guint count = 0;
  const YyOrderField *fields = yy_order_fields (&count);

  for (guint i = 0; i < count; i++)
    {
      GString *text = g_string_new (NULL);

      for (guint n = 0; n < fields[i].max; n++)
        g_string_append (text, character);
      g_free (*yy_order_field_value (order, &fields[i]));
      *yy_order_field_value (order, &fields[i]) = g_string_free (text, FALSE);
    }
}

static void
test_one_page_for_every_type (void)
{
  for (guint type = 0; type < YY_ORDER_N_TYPES; type++)
    {
      g_autoptr (YyOrder) order = sample ((YyOrderType) type);
      g_autoptr (YyForm) form = make (order);

      g_assert_cmpuint (yy_form_get_n_pages (form), ==, 1);
    }
}

static void
test_two_pages_for_the_longest (void)
{
  static const char *const characters[] = { "龘", "W", "\U00020000", "\ue000", "ا" };

  for (guint i = 0; i < G_N_ELEMENTS (characters); i++)
    {
      g_autoptr (YyOrder) order = sample (YY_ORDER_APPLY);
      g_autoptr (YyForm) form = NULL;

      fill (order, characters[i]);
      form = make (order);
      g_assert_cmpuint (yy_form_get_n_pages (form), <=, 3);
      if (i < 2)
        g_assert_cmpuint (yy_form_get_n_pages (form), ==, 2);
    }
}

static void
test_hostile_order (void)
{
  g_autoptr (YyOrder) order = sample (YY_ORDER_UNLOCK);
  GString *text = g_string_new (NULL);
  g_autoptr (GBytes) pdf = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append (text, "长");
  g_free (order->organization);
  order->organization = g_string_free (text, FALSE);
  set (&order->number, order->organization);
  set (&order->token, NULL);
  set (&order->agent_name, "");
  order->created = G_MAXINT64;
  pdf = write_pdf (order);
  g_assert_cmpuint (g_bytes_get_size (pdf), >, 1000);
}

static void
test_same_bytes (void)
{
  for (guint type = 0; type < YY_ORDER_N_TYPES; type++)
    {
      g_autoptr (YyOrder) order = sample ((YyOrderType) type);
      g_autoptr (GBytes) first = write_pdf (order);
      g_autoptr (GBytes) second = write_pdf (order);

      g_assert_true (g_bytes_equal (first, second));
      order->created++;
      g_bytes_unref (second);
      second = write_pdf (order);
      g_assert_false (g_bytes_equal (first, second));
    }
}

static void
test_names (void)
{
  g_autoptr (YyOrder) order = sample (YY_ORDER_UNLOCK);
  g_autoptr (YyForm) form = make (order);
  g_autofree char *name = yy_form_dup_file_name (form);
  g_autoptr (YyForm) other = NULL;
  g_autofree char *other_name = NULL;

  g_assert_cmpstr (name, ==, "机构数字证书申请表-20261122000123.pdf");
  g_assert_cmpstr (yy_form_get_title (form), ==, "机构数字证书申请表");
  g_assert_cmpstr (yy_form_get_number (form), ==, "20261122000123");
  set (&order->number, "../../etc/x");
  other = make (order);
  other_name = yy_form_dup_file_name (other);
  g_assert_null (strchr (other_name, '/'));
}

/* Share of dark pixels in a part of the page, in points. */
static double
ink (cairo_surface_t *surface, double x, double y, double width, double height)
{
  const guchar *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  guint dark = 0;
  guint all = 0;

  for (int row = (int) (2 * y); row < (int) (2 * (y + height)); row++)
    for (int column = (int) (2 * x); column < (int) (2 * (x + width)); column++)
      {
        all++;
        dark += data[row * stride + 4 * column] < 160;
      }
  return (double) dark / all;
}

/* Two pixels to the point. */
static cairo_surface_t *
draw (YyForm *form, guint page)
{
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) (2 * YY_FORM_WIDTH),
                                  (int) (2 * YY_FORM_HEIGHT));
  cairo_t *cr = cairo_create (surface);

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, 2, 2);
  yy_form_draw_page (form, page, cr);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static void
test_ink (void)
{
  g_autoptr (YyOrder) order = sample (YY_ORDER_UNLOCK);
  g_autoptr (YyForm) form = make (order);
  cairo_surface_t *page = draw (form, 0);
  double border = 28; /* 10 mm: no printer prints further out */

  g_assert_cmpfloat (ink (page, 472, 42, 66, 66), >, 0.35);
  g_assert_cmpfloat (ink (page, 472, 42, 66, 66), <, 0.65);
  g_assert_cmpfloat (ink (page, 180, 65, 235, 30), >, 0.15);
  g_assert_cmpfloat (ink (page, 135, 265, 150, 22), >, 0.03);
  /* room for a seal of 40 mm */
  g_assert_cmpfloat (ink (page, 376, 491, 114, 114), ==, 0);
  g_assert_cmpfloat (ink (page, 0, 0, border, YY_FORM_HEIGHT - 1), ==, 0);
  g_assert_cmpfloat (ink (page, YY_FORM_WIDTH - border, 0, border - 1, YY_FORM_HEIGHT - 1), ==, 0);
  g_assert_cmpfloat (ink (page, 0, 0, YY_FORM_WIDTH - 1, border), ==, 0);
  g_assert_cmpfloat (ink (page, 0, YY_FORM_HEIGHT - border, YY_FORM_WIDTH - 1, border - 1), ==, 0);
  cairo_surface_destroy (page);
}

/* The quiet zone that ISO/IEC 18004 wants around the code: four modules. */
static void
test_quiet_zone (void)
{
  g_autoptr (YyOrder) order = sample (YY_ORDER_APPLY);
  g_autoptr (YyForm) form = make (order);
  cairo_surface_t *page = draw (form, 0);

  g_assert_cmpfloat (ink (page, 463, 34, 8, 82), ==, 0);
  g_assert_cmpfloat (ink (page, 539.5, 34, 8, 82), ==, 0);
  g_assert_cmpfloat (ink (page, 463, 33, 84, 8), ==, 0);
  g_assert_cmpfloat (ink (page, 463, 108.5, 84, 7), ==, 0);
  cairo_surface_destroy (page);
}

/* A form outlives what it was made from. */
static void
test_independent (void)
{
  YyOrder *order = sample (YY_ORDER_UNLOCK);
  YyForm *form = make (order);
  cairo_surface_t *first = NULL;
  cairo_surface_t *second = NULL;

  first = draw (form, 0);
  yy_order_free (order);
  second = draw (form, 0);
  yy_form_free (form);
  g_assert_cmpmem (
      cairo_image_surface_get_data (first),
      (gsize) (cairo_image_surface_get_stride (first) * cairo_image_surface_get_height (first)),
      cairo_image_surface_get_data (second),
      (gsize) (cairo_image_surface_get_stride (second) * cairo_image_surface_get_height (second)));
  cairo_surface_destroy (first);
  cairo_surface_destroy (second);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/form/one-page-for-every-type", test_one_page_for_every_type);
  g_test_add_func ("/form/two-pages-for-the-longest", test_two_pages_for_the_longest);
  g_test_add_func ("/form/hostile-order", test_hostile_order);
  g_test_add_func ("/form/same-bytes", test_same_bytes);
  g_test_add_func ("/form/names", test_names);
  g_test_add_func ("/form/ink", test_ink);
  g_test_add_func ("/form/quiet-zone", test_quiet_zone);
  g_test_add_func ("/form/independent", test_independent);
  return g_test_run ();
}
