/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-button.h"

struct _YyButton
{
  GtkButton parent_instance;
};

G_DEFINE_FINAL_TYPE (YyButton, yy_button, GTK_TYPE_BUTTON)

/* The relation to the label inside, which knows mnemonics, stays. */
static void
on_label (GtkButton *self)
{
  gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

static void
yy_button_class_init (YyButtonClass *klass)
{
}

static void
yy_button_init (YyButton *self)
{
  g_signal_connect (self, "notify::label", G_CALLBACK (on_label), NULL);
}

void
yy_button_name_all (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)) != NULL)
    on_label (GTK_BUTTON (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    yy_button_name_all (child);
}
