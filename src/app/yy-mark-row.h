/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyMark:
 *
 * How something in a list stands. It is told by an icon's shape and in words for screen readers,
 * never by colour alone.
 */
typedef enum
{
  YY_MARK_PENDING,
  YY_MARK_CURRENT,
  YY_MARK_DONE,
  YY_MARK_FAILED,
} YyMark;

/**
 * YyMarkRow:
 *
 * A line of text with a #YyMark before it: a rule of a PIN, a step of a procedure.
 */
#define YY_TYPE_MARK_ROW (yy_mark_row_get_type ())
G_DECLARE_FINAL_TYPE (YyMarkRow, yy_mark_row, YY, MARK_ROW, GtkWidget)

/**
 * yy_mark_row_new:
 * @wrap: whether @text may need several lines; GTK measures a text that may wrap many times over
 */
GtkWidget *yy_mark_row_new (const char *text, gboolean wrap);
void yy_mark_row_set_mark (YyMarkRow *self, YyMark mark);

G_END_DECLS
