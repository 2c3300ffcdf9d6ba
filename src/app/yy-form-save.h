/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "form/yy-form.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** yy_form_save_async: Saves @form as PDF, in a file that the person chooses */
void yy_form_save_async (GtkWindow *parent,
                         YyForm *form,
                         GAsyncReadyCallback callback,
                         gpointer user_data);

/** yy_form_save_finish: Returns: %TRUE if it was saved; %G_IO_ERROR_CANCELLED when no file was
 * chosen */
gboolean yy_form_save_finish (GAsyncResult *result, GError **error);

G_END_DECLS
