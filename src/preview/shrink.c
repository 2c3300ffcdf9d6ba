/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview/shrink.h"

#include "preview/picture.h"

/* Pixels of the longer side. A page of A4 has 3000 with 256 dots an inch; with 1600 the small print
   of a form can still be read. */
static const int sides[] = { 3000, 2500, 2000, 1600 };
static const char *const qualities[] = { "90", "82", "74", "67", "60" };

/* Returns: (transfer full): %NULL without an error when it is larger than @max_size */
static GBytes *
encode (GdkPixbuf *pixbuf, const char *quality, gsize max_size, GError **error)
{
  char *data = NULL;
  gsize size = 0;

  if (!gdk_pixbuf_save_to_buffer (pixbuf, &data, &size, "jpeg", error, "quality", quality, NULL))
    return NULL;
  if (size <= max_size)
    return g_bytes_new_take (data, size);
  g_free (data);
  return NULL;
}

/* Returns: (transfer full): of the qualities that fit the best */
static GBytes *
encode_best (GdkPixbuf *pixbuf, gsize max_size, GError **error)
{
  GError *local = NULL;
  GBytes *jpeg = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (qualities) && jpeg == NULL && local == NULL; i++)
    jpeg = encode (pixbuf, qualities[i], max_size, &local);
  if (local != NULL)
    g_propagate_error (error, local);
  return jpeg;
}

static GdkPixbuf *
scale (GdkPixbuf *pixbuf, int side)
{
  int width = gdk_pixbuf_get_width (pixbuf);
  int height = gdk_pixbuf_get_height (pixbuf);
  double factor = (double) side / MAX (width, height);

  if (factor >= 1)
    return g_object_ref (pixbuf);
  return gdk_pixbuf_scale_simple (pixbuf, MAX (1, (int) (width * factor + 0.5)),
                                  MAX (1, (int) (height * factor + 0.5)), GDK_INTERP_BILINEAR);
}

GBytes *
yy_shrink_picture (GBytes *document, YyDocumentFormat format, gsize max_size, GError **error)
{
  g_autoptr (GdkPixbuf) whole = yy_picture_draw (document, format, sides[0], sides[0], error);
  GError *local = NULL;
  GBytes *jpeg = NULL;

  if (whole == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (sides) && jpeg == NULL && local == NULL; i++)
    {
      g_autoptr (GdkPixbuf) pixbuf = scale (whole, sides[i]);

      if (pixbuf == NULL)
        g_set_error_literal (&local, YY_ERROR, YY_ERROR_FAILED, "not enough memory");
      else
        jpeg = encode_best (pixbuf, max_size, &local);
    }
  if (jpeg == NULL && local == NULL)
    g_set_error_literal (&local, YY_ERROR, YY_ERROR_INVALID_DATA, "it would be unreadable");
  if (local != NULL)
    g_propagate_error (error, local);
  return jpeg;
}
