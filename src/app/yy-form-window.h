/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "form/yy-form.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyFormWindow:
 *
 * Shows an application form, and saves or prints it.
 */
#define YY_TYPE_FORM_WINDOW (yy_form_window_get_type ())
G_DECLARE_FINAL_TYPE (YyFormWindow, yy_form_window, YY, FORM_WINDOW, AdwWindow)

/** yy_form_window_show: @form: (transfer full) */
void yy_form_window_show (GtkWindow *parent, YyForm *form);

G_END_DECLS
