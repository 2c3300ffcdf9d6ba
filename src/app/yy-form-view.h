/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "form/yy-form.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyFormView:
 *
 * The pages of a form, below one another. Actions, enabled while there is a form, for buttons in it
 * or around it (gtk_widget_insert_action_group()):
 *
 * - form.save: saves it as PDF, in a file that the person chooses
 * - form.print: prints it
 *
 * What went wrong is shown in a dialog, that it was saved by win.toast.
 */
#define YY_TYPE_FORM_VIEW (yy_form_view_get_type ())
G_DECLARE_FINAL_TYPE (YyFormView, yy_form_view, YY, FORM_VIEW, AdwBin)

YyFormView *yy_form_view_new (void);
/** yy_form_view_set_form: @form: (transfer full) (nullable) */
void yy_form_view_set_form (YyFormView *self, YyForm *form);

G_END_DECLS
