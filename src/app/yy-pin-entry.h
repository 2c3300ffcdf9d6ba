/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyPinEntry:
 *
 * Where a PIN is typed. What is typed stays in GTK's password buffer (memory that is not swapped
 * and is wiped) until it is taken as a #YySecret; there is no other way to it: no undo, no
 * clipboard, no property. It is not a GtkPasswordEntry, because GTK 4.8 lets every program on the
 * accessibility bus read the text of one; a GtkText of its own has no text interface there.
 * Properties: "title", "message" (shown under the entry, for example what is wrong with it).
 * Signals: "changed", "activate".
 */
#define YY_TYPE_PIN_ENTRY (yy_pin_entry_get_type ())
G_DECLARE_FINAL_TYPE (YyPinEntry, yy_pin_entry, YY, PIN_ENTRY, GtkWidget)

/**
 * yy_pin_entry_take:
 *
 * Returns: (transfer full): what was typed; the entry is empty afterwards
 */
YySecret *yy_pin_entry_take (YyPinEntry *self);

/**
 * yy_pin_entry_dup:
 *
 * Returns: (transfer full): what was typed so far, to judge it; free it at once
 */
YySecret *yy_pin_entry_dup (YyPinEntry *self);

gboolean yy_pin_entry_is_empty (YyPinEntry *self);
void yy_pin_entry_clear (YyPinEntry *self);
void yy_pin_entry_set_message (YyPinEntry *self, const char *message);

G_END_DECLS
