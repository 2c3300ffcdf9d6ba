/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "procedure/yy-activation.h"
#include "procedure/yy-unlocking.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyStepList:
 *
 * The steps of a procedure: which are done, which one is being done, which are to come.
 */
#define YY_TYPE_STEP_LIST (yy_step_list_get_type ())
G_DECLARE_FINAL_TYPE (YyStepList, yy_step_list, YY, STEP_LIST, GtkWidget)

/** yy_step_list_add_activation: those of an activation (#YyActivationStep) */
void yy_step_list_add_activation (YyStepList *self);
/** yy_step_list_add_unlocking: those of unlocking a token (#YyUnlockingStep) */
void yy_step_list_add_unlocking (YyStepList *self);

/** yy_step_list_set_step: @step begins, and those before it are done */
void yy_step_list_set_step (YyStepList *self, guint step);

G_END_DECLS
