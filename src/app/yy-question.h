/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * yy_question_ask:
 * @stay, @go: labels of the answers, with mnemonics; @go cannot be undone
 * @callback: called, swapped with @object, with the answer as its only argument: "stay" or "go";
 * not when @object is gone
 *
 * Returns: (transfer none): the window with the question, shown
 */
GtkWindow *yy_question_ask (GtkWidget *parent,
                            const char *title,
                            const char *text,
                            const char *stay,
                            const char *go,
                            GCallback callback,
                            gpointer object);

G_END_DECLS
