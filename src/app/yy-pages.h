/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * yy_pages_show:
 *
 * Shows the page @name of @stack and makes the others invisible. Without that GTK 4.8 leaves them
 * in the accessibility tree, as if they could be seen.
 */
void yy_pages_show (GtkStack *stack, const char *name);

G_END_DECLS
