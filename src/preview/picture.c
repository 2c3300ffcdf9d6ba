/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview/picture.h"

#define WHITE     0xFFFFFF
#define TILE_SIZE 16
#define OPAQUE    255

typedef struct
{
  int width;
  int height;
} Size;

/* The largest size of the same shape that fits into @box, but no larger than @size. */
static Size
fit (Size size, Size box)
{
  double scale = MIN ((double) box.width / size.width, (double) box.height / size.height);

  if (scale >= 1)
    return size;
  return (Size){ MAX (1, (int) (size.width * scale + 0.5)),
                 MAX (1, (int) (size.height * scale + 0.5)) };
}

/* Decoders of JPEG save time and memory by not making more pixels than are wanted. Which side is
   up is not known yet. */
static void
on_size_prepared (GdkPixbufLoader *loader, int width, int height, Size *box)
{
  int side = MAX (box->width, box->height);
  Size wanted = fit ((Size){ width, height }, (Size){ side, side });

  gdk_pixbuf_loader_set_size (loader, wanted.width, wanted.height);
}

/* The decoder is the one for what the content was found to be, not one that guesses again. */
static GdkPixbufLoader *
open_loader (YyDocumentFormat format, GError **error)
{
  static const char *const names[] = {
    [YY_DOCUMENT_JPEG] = "jpeg",
    [YY_DOCUMENT_PNG] = "png",
    [YY_DOCUMENT_GIF] = "gif",
    [YY_DOCUMENT_BMP] = "bmp",
  };

  return gdk_pixbuf_loader_new_with_type (names[format], error);
}

static GdkPixbuf *
decode (GBytes *document, YyDocumentFormat format, Size *box, GError **error)
{
  g_autoptr (GdkPixbufLoader) loader = open_loader (format, error);
  GdkPixbuf *pixbuf = NULL;

  if (loader == NULL)
    return NULL;
  g_signal_connect (loader, "size-prepared", G_CALLBACK (on_size_prepared), box);
  if (!gdk_pixbuf_loader_write_bytes (loader, document, error))
    {
      (void) gdk_pixbuf_loader_close (loader, NULL);
      return NULL;
    }
  if (!gdk_pixbuf_loader_close (loader, error))
    return NULL;
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (pixbuf == NULL)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA, "there is no picture in it");
      return NULL;
    }
  return gdk_pixbuf_apply_embedded_orientation (pixbuf);
}

static GBytes *
encode (GdkPixbuf *pixbuf, GError **error)
{
  char *data = NULL;
  gsize size = 0;

  if (!gdk_pixbuf_save_to_buffer (pixbuf, &data, &size, "png", error, NULL))
    return NULL;
  return g_bytes_new_take (data, size);
}

GdkPixbuf *
yy_picture_draw (GBytes *document, YyDocumentFormat format, int width, int height, GError **error)
{
  Size box = { width, height };
  g_autoptr (GdkPixbuf) pixbuf = decode (document, format, &box, error);
  GdkPixbuf *paper = NULL;
  Size size = { 0 };

  if (pixbuf == NULL)
    return NULL;
  size = fit ((Size){ gdk_pixbuf_get_width (pixbuf), gdk_pixbuf_get_height (pixbuf) }, box);
  paper = gdk_pixbuf_composite_color_simple (pixbuf, size.width, size.height, GDK_INTERP_BILINEAR,
                                             OPAQUE, TILE_SIZE, WHITE, WHITE);
  if (paper == NULL)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_FAILED, "not enough memory");
  return paper;
}

GBytes *
yy_picture_render (GBytes *document, YyDocumentFormat format, int width, int height, GError **error)
{
  g_autoptr (GdkPixbuf) paper = yy_picture_draw (document, format, width, height, error);

  return paper == NULL ? NULL : encode (paper, error);
}
