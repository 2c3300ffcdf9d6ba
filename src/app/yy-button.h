/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyButton:
 *
 * A button with a text. GTK 4.8 names a GtkButton twice for screen readers, once with the
 * mnemonic's underscore ("_Done Done"); this one has the name that is read on it.
 */
#define YY_TYPE_BUTTON (yy_button_get_type ())
G_DECLARE_FINAL_TYPE (YyButton, yy_button, YY, BUTTON, GtkButton)

/** yy_button_name_all: does the same for the buttons that a widget of libadwaita made for itself */
void yy_button_name_all (GtkWidget *widget);

G_END_DECLS
