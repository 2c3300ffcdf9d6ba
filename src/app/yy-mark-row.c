/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-mark-row.h"

#include <glib/gi18n.h>

struct _YyMarkRow
{
  GtkWidget parent_instance;

  GtkStack *marks;
  GtkImage *image;
  GtkSpinner *spinner;
  GtkLabel *label;
};

G_DEFINE_FINAL_TYPE (YyMarkRow, yy_mark_row, GTK_TYPE_WIDGET)

static const struct
{
  const char *icon;
  const char *style;
  const char *words;
} marks[] = {
  [YY_MARK_PENDING] = { "yinyao-pending-symbolic", "dim-label", N_ ("not yet") },
  [YY_MARK_CURRENT] = { NULL, "step-current", N_ ("in progress") },
  [YY_MARK_DONE] = { "emblem-ok-symbolic", "success", N_ ("done") },
  [YY_MARK_FAILED] = { "window-close-symbolic", "error", N_ ("not met") },
};

static void
yy_mark_row_dispose (GObject *object)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (yy_mark_row_parent_class)->dispose (object);
}

static void
yy_mark_row_class_init (YyMarkRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_mark_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-mark-row.ui");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_widget_class_bind_template_child (widget_class, YyMarkRow, marks);
  gtk_widget_class_bind_template_child (widget_class, YyMarkRow, image);
  gtk_widget_class_bind_template_child (widget_class, YyMarkRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, YyMarkRow, label);
}

static void
yy_mark_row_init (YyMarkRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
yy_mark_row_new (const char *text, gboolean wrap)
{
  YyMarkRow *self = g_object_new (YY_TYPE_MARK_ROW, NULL);

  gtk_label_set_label (self->label, text);
  gtk_label_set_wrap (self->label, wrap);
  yy_mark_row_set_mark (self, YY_MARK_PENDING);
  return GTK_WIDGET (self);
}

void
yy_mark_row_set_mark (YyMarkRow *self, YyMark mark)
{
  const char *style[] = { marks[mark].style, NULL };
  const char *words = _ (marks[mark].words);
  g_autofree char *name = g_strdup_printf ("%s: %s", gtk_label_get_label (self->label), words);

  gtk_spinner_set_spinning (self->spinner, mark == YY_MARK_CURRENT);
  if (marks[mark].icon != NULL)
    gtk_image_set_from_icon_name (self->image, marks[mark].icon);
  gtk_stack_set_visible_child (self->marks, mark == YY_MARK_CURRENT ? GTK_WIDGET (self->spinner)
                                                                    : GTK_WIDGET (self->image));
  gtk_widget_set_css_classes (GTK_WIDGET (self), style);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}
