/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "form/yy-form.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * yy_form_print_async:
 *
 * Lets the person choose a printer, and prints the pages of @form on it, each on a sheet of A4, or
 * as large as the paper allows.
 */
void yy_form_print_async (GtkWindow *parent,
                          YyForm *form,
                          GAsyncReadyCallback callback,
                          gpointer user_data);

/** yy_form_print_finish: Returns: %TRUE if it was printed; %G_IO_ERROR_CANCELLED when the person
 * changed their mind */
gboolean yy_form_print_finish (GAsyncResult *result, GError **error);

G_END_DECLS
