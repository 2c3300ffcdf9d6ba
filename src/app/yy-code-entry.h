/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyCodeEntry:
 *
 * Where a code that came by text message is typed or pasted: digits only, all of them. Property:
 * "complete" (read-only). Signal: "activate", when Enter was pressed on a complete code.
 */
#define YY_TYPE_CODE_ENTRY (yy_code_entry_get_type ())
G_DECLARE_FINAL_TYPE (YyCodeEntry, yy_code_entry, YY, CODE_ENTRY, GtkWidget)

/** yy_code_entry_set_title: what kind of code; an activation code unless said otherwise */
void yy_code_entry_set_title (YyCodeEntry *self, const char *title);
/** yy_code_entry_set_length: the number of digits a code has */
void yy_code_entry_set_length (YyCodeEntry *self, guint length);
gboolean yy_code_entry_is_complete (YyCodeEntry *self);

/** yy_code_entry_take: Returns: (transfer full): the code; the entry is empty afterwards */
YySecret *yy_code_entry_take (YyCodeEntry *self);
void yy_code_entry_set_message (YyCodeEntry *self, const char *message);

G_END_DECLS
