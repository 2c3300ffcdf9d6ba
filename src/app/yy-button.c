/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-button.h"

struct _YyButton
{
  GtkButton parent_instance;
};

G_DEFINE_FINAL_TYPE (YyButton, yy_button, GTK_TYPE_BUTTON)

/* The relation to the label inside, which knows mnemonics, stays. */
static void
on_label (YyButton *self)
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
