/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-step-list.h"

#include <glib/gi18n.h>

#include "app/yy-mark-row.h"

struct _YyStepList
{
  GtkWidget parent_instance;

  GtkWidget *rows[YY_ACTIVATION_DONE];
};

G_DEFINE_FINAL_TYPE (YyStepList, yy_step_list, GTK_TYPE_WIDGET)

static void
yy_step_list_dispose (GObject *object)
{
  YyStepList *self = YY_STEP_LIST (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->rows); i++)
    g_clear_pointer (&self->rows[i], gtk_widget_unparent);
  G_OBJECT_CLASS (yy_step_list_parent_class)->dispose (object);
}

static void
yy_step_list_class_init (YyStepListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_step_list_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
yy_step_list_init (YyStepList *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 9);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Steps of the activation"), -1);
  for (guint i = 0; i < G_N_ELEMENTS (self->rows); i++)
    {
      self->rows[i] = yy_mark_row_new (yy_activation_step_get_title ((YyActivationStep) i), FALSE);
      gtk_widget_set_parent (self->rows[i], GTK_WIDGET (self));
    }
}

void
yy_step_list_set_step (YyStepList *self, YyActivationStep step)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->rows); i++)
    yy_mark_row_set_mark (YY_MARK_ROW (self->rows[i]), i < (guint) step    ? YY_MARK_DONE
                                                       : i == (guint) step ? YY_MARK_CURRENT
                                                                           : YY_MARK_PENDING);
}
