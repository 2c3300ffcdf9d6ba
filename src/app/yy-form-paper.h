/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "form/yy-form.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyFormPaper:
 *
 * One page of a form as a sheet of white paper, as wide as there is room and as high as A4 is then.
 */
#define YY_TYPE_FORM_PAPER (yy_form_paper_get_type ())
G_DECLARE_FINAL_TYPE (YyFormPaper, yy_form_paper, YY, FORM_PAPER, GtkWidget)

/** yy_form_paper_new: @form: (transfer none) */
GtkWidget *yy_form_paper_new (YyForm *form, guint page);

G_END_DECLS
