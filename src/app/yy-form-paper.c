/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-form-paper.h"

#include <math.h>

#include <glib/gi18n.h>

#define MIN_WIDTH 240

struct _YyFormPaper
{
  GtkWidget parent_instance;

  YyForm *form;
  guint page;
};

G_DEFINE_FINAL_TYPE (YyFormPaper, yy_form_paper, GTK_TYPE_WIDGET)

static GtkSizeRequestMode
yy_form_paper_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
yy_form_paper_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  double ratio = YY_FORM_HEIGHT / YY_FORM_WIDTH;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MIN_WIDTH;
      *natural = (int) YY_FORM_WIDTH;
      return;
    }
  *minimum = (int) ceil (ratio * (for_size < 0 ? MIN_WIDTH : for_size));
  *natural = (int) ceil (ratio * (for_size < 0 ? YY_FORM_WIDTH : for_size));
}

static void
yy_form_paper_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  YyFormPaper *self = YY_FORM_PAPER (widget);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  double scale = MIN (width / YY_FORM_WIDTH, height / YY_FORM_HEIGHT);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width,
                                                                          (float) height));

  cairo_scale (cr, scale, scale);
  yy_form_draw_page (self->form, self->page, cr);
  cairo_destroy (cr);
}

static void
yy_form_paper_finalize (GObject *object)
{
  yy_form_free (YY_FORM_PAPER (object)->form);
  G_OBJECT_CLASS (yy_form_paper_parent_class)->finalize (object);
}

static void
yy_form_paper_class_init (YyFormPaperClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = yy_form_paper_finalize;
  widget_class->get_request_mode = yy_form_paper_get_request_mode;
  widget_class->measure = yy_form_paper_measure;
  widget_class->snapshot = yy_form_paper_snapshot;
  gtk_widget_class_set_css_name (widget_class, "paper");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
yy_form_paper_init (YyFormPaper *self)
{
}

GtkWidget *
yy_form_paper_new (YyForm *form, guint page)
{
  YyFormPaper *self = g_object_new (YY_TYPE_FORM_PAPER, NULL);
  g_autofree char *label = NULL;

  self->form = yy_form_ref (form);
  self->page = page;
  /* Translators: title of a form, number of an order, a page, of how many */
  label = g_strdup_printf (_ ("%s, order %s, page %u of %u"), yy_form_get_title (form),
                           yy_form_get_number (form), page + 1, yy_form_get_n_pages (form));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return GTK_WIDGET (self);
}
