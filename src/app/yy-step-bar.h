/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyStepBar:
 *
 * Where one stands on a way of several pages: all steps side by side, or, where there is no room,
 * the present one and how many there are.
 */
#define YY_TYPE_STEP_BAR (yy_step_bar_get_type ())
G_DECLARE_FINAL_TYPE (YyStepBar, yy_step_bar, YY, STEP_BAR, GtkWidget)

/**
 * yy_step_bar_show:
 * @titles: (array zero-terminated=1): the steps of this way
 * @current: the present one; all are done when it is their number
 */
void yy_step_bar_show (YyStepBar *self, const char *const *titles, guint current);

G_END_DECLS
