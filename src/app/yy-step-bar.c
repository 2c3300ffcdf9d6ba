/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-step-bar.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _YyStepBar
{
  GtkWidget parent_instance;

  GtkWidget *squeezer;
  GtkBox *wide;
  GtkLabel *narrow;
};

G_DEFINE_FINAL_TYPE (YyStepBar, yy_step_bar, GTK_TYPE_WIDGET)

static void
yy_step_bar_dispose (GObject *object)
{
  g_clear_pointer (&YY_STEP_BAR (object)->squeezer, gtk_widget_unparent);
  G_OBJECT_CLASS (yy_step_bar_parent_class)->dispose (object);
}

static void
yy_step_bar_class_init (YyStepBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_step_bar_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

/* The accessible name of the bar says it all; its parts would only repeat it. */
static GtkWidget *
make_label (const char *text)
{
  return g_object_new (GTK_TYPE_LABEL, "label", text, "accessible-role",
                       GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
}

static void
yy_step_bar_init (YyStepBar *self)
{
  self->squeezer = adw_squeezer_new ();
  self->wide = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9));
  self->narrow = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->narrow, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (self->narrow), "step-current");
  gtk_widget_set_halign (GTK_WIDGET (self->wide), GTK_ALIGN_CENTER);
  adw_squeezer_set_homogeneous (ADW_SQUEEZER (self->squeezer), FALSE);
  adw_squeezer_add (ADW_SQUEEZER (self->squeezer), GTK_WIDGET (self->wide));
  adw_squeezer_add (ADW_SQUEEZER (self->squeezer), GTK_WIDGET (self->narrow));
  gtk_widget_set_parent (self->squeezer, GTK_WIDGET (self));
}

static void
append_step (YyStepBar *self, const char *title, guint number, guint current)
{
  GtkWidget *step = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autofree char *digits = g_strdup_printf ("%u", number + 1);
  GtkWidget *mark =
      number < current ? gtk_image_new_from_icon_name ("emblem-ok-symbolic") : make_label (digits);

  if (number > 0)
    {
      GtkWidget *line = gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);

      gtk_widget_set_size_request (line, 24, -1);
      gtk_widget_set_valign (line, GTK_ALIGN_CENTER);
      gtk_box_append (self->wide, line);
    }
  gtk_widget_add_css_class (mark, "step-number");
  gtk_box_append (GTK_BOX (step), mark);
  gtk_box_append (GTK_BOX (step), make_label (title));
  gtk_widget_add_css_class (step, number < current    ? "step-done"
                                  : number == current ? "step-current"
                                                      : "dim-label");
  gtk_box_append (self->wide, step);
}

void
yy_step_bar_show (YyStepBar *self, const char *const *titles, guint current)
{
  guint count = g_strv_length ((char **) titles);
  guint shown = MIN (current, count - 1);
  /* Translators: number of the present step, how many there are, and its name. */
  g_autofree char *text =
      g_strdup_printf (_ ("Step %u of %u: %s"), shown + 1, count, titles[shown]);
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->wide))) != NULL)
    gtk_box_remove (self->wide, child);
  for (guint i = 0; i < count; i++)
    append_step (self, titles[i], i, current);
  gtk_label_set_label (self->narrow, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}
