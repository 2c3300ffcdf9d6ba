/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-step-list.h"

#include <glib/gi18n.h>

#include "app/yy-mark-row.h"

struct _YyStepList
{
  GtkWidget parent_instance;

  GPtrArray *rows; /* of YyMarkRow, its children */
};

G_DEFINE_FINAL_TYPE (YyStepList, yy_step_list, GTK_TYPE_WIDGET)

static void
yy_step_list_dispose (GObject *object)
{
  YyStepList *self = YY_STEP_LIST (object);

  if (self->rows != NULL)
    g_ptr_array_foreach (self->rows, (GFunc) (void (*) (void)) gtk_widget_unparent, NULL);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
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
  self->rows = g_ptr_array_new ();
}

static void
add (YyStepList *self, const char *title)
{
  GtkWidget *row = yy_mark_row_new (title, FALSE);

  gtk_widget_set_parent (row, GTK_WIDGET (self));
  g_ptr_array_add (self->rows, row);
}

static void
set_name (YyStepList *self, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

void
yy_step_list_add_activation (YyStepList *self)
{
  set_name (self, _ ("Steps of the activation"));
  for (guint i = 0; i < YY_ACTIVATION_DONE; i++)
    add (self, yy_activation_step_get_title ((YyActivationStep) i));
}

void
yy_step_list_add_unlocking (YyStepList *self)
{
  set_name (self, _ ("Steps of the unlocking"));
  for (guint i = 0; i < YY_UNLOCKING_DONE; i++)
    add (self, yy_unlocking_step_get_title ((YyUnlockingStep) i));
}

void
yy_step_list_set_step (YyStepList *self, guint step)
{
  for (guint i = 0; i < self->rows->len; i++)
    yy_mark_row_set_mark (YY_MARK_ROW (self->rows->pdata[i]), i < step    ? YY_MARK_DONE
                                                              : i == step ? YY_MARK_CURRENT
                                                                          : YY_MARK_PENDING);
}
