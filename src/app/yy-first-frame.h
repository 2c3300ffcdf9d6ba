/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** YyFirstFrameFunc: the first frame of the window was drawn */
typedef void (*YyFirstFrameFunc) (gpointer user_data);

/**
 * yy_first_frame_notify:
 * @window: not shown yet
 * @notify: called once, after the first frame was drawn and given to the display
 *
 * Logs "first frame after N ms" too (debug level), counted from the start of the process.
 */
void yy_first_frame_notify (GtkWidget *window, YyFirstFrameFunc notify, gpointer user_data);

G_END_DECLS
