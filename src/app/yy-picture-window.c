/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-picture-window.h"

#include "app/yy-pages.h"
#include "app/yy-preview.h"

#define PICTURE_SIZE 1024

struct _YyPictureWindow
{
  AdwWindow parent_instance;

  GCancellable *cancellable;
  GtkStack *pages;
  GtkPicture *picture;
  AdwStatusPage *failure;
};

G_DEFINE_FINAL_TYPE (YyPictureWindow, yy_picture_window, ADW_TYPE_WINDOW)

static void
yy_picture_window_dispose (GObject *object)
{
  YyPictureWindow *self = YY_PICTURE_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (yy_picture_window_parent_class)->dispose (object);
}

static void
yy_picture_window_class_init (YyPictureWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_picture_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-picture-window.ui");
  gtk_widget_class_bind_template_child (widget_class, YyPictureWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, YyPictureWindow, picture);
  gtk_widget_class_bind_template_child (widget_class, YyPictureWindow, failure);
}

static void
yy_picture_window_init (YyPictureWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

static void
on_picture (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyPictureWindow) self = YY_PICTURE_WINDOW (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = yy_preview_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (texture != NULL)
    gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  else
    adw_status_page_set_title (self->failure, error->message);
  yy_pages_show (self->pages, texture != NULL ? "picture" : "failure");
}

void
yy_picture_window_show (GtkWindow *parent, const char *title, GBytes *document)
{
  YyPictureWindow *self =
      g_object_new (YY_TYPE_PICTURE_WINDOW, "transient-for", parent, "title", title, NULL);

  yy_pages_show (self->pages, "loading");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  yy_preview_async (document, PICTURE_SIZE, self->cancellable, on_picture, g_object_ref (self));
  gtk_window_present (GTK_WINDOW (self));
}
