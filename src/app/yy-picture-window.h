/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyPictureWindow:
 *
 * Shows a document larger than there is room for beside its name.
 */
#define YY_TYPE_PICTURE_WINDOW (yy_picture_window_get_type ())
G_DECLARE_FINAL_TYPE (YyPictureWindow, yy_picture_window, YY, PICTURE_WINDOW, AdwWindow)

void yy_picture_window_show (GtkWindow *parent, const char *title, GBytes *document);

G_END_DECLS
