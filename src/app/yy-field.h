/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyField:
 *
 * A line of a form: a caption, an entry, and under it what is wrong with what was typed.
 * Properties: "title", "purpose" (#GtkInputPurpose), "placeholder". Signals: "changed", "activate",
 * "left" (the focus went elsewhere).
 */
#define YY_TYPE_FIELD (yy_field_get_type ())
G_DECLARE_FINAL_TYPE (YyField, yy_field, YY, FIELD, GtkWidget)

const char *yy_field_get_text (YyField *self);
/** yy_field_set_text: @text: (nullable) */
void yy_field_set_text (YyField *self, const char *text);
/** yy_field_set_message: @message: (nullable): what is wrong; %NULL when nothing is */
void yy_field_set_message (YyField *self, const char *message);

G_END_DECLS
