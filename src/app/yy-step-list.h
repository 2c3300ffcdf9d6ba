/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "procedure/yy-activation.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyStepList:
 *
 * The steps of an activation: which are done, which one is being done, which are to come.
 */
#define YY_TYPE_STEP_LIST (yy_step_list_get_type ())
G_DECLARE_FINAL_TYPE (YyStepList, yy_step_list, YY, STEP_LIST, GtkWidget)

/** yy_step_list_set_step: @step begins, and those before it are done */
void yy_step_list_set_step (YyStepList *self, YyActivationStep step);

G_END_DECLS
