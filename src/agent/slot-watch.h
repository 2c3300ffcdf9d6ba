/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/module.h"

G_BEGIN_DECLS

/**
 * YySlotWatch:
 *
 * Tells the main context when something may have changed in the slots. Where they are PC/SC readers
 * it waits for those; else in C_WaitForSlotEvent, on a thread of its own; and if the module cannot
 * wait, it polls gently. It does not say what changed: modules swallow and repeat events, so
 * whoever is told looks at all slots.
 */
typedef struct _YySlotWatch YySlotWatch;

typedef void (*YySlotWatchFunc) (gpointer user_data);

/** yy_slot_watch_new: @changed is called on the default main context */
YySlotWatch *yy_slot_watch_new (YyModule *module, YySlotWatchFunc changed, gpointer user_data);

/**
 * yy_slot_watch_is_in_module:
 *
 * Returns: whether a thread is in C_WaitForSlotEvent now. Then the module must not be finalised:
 * that ends the call only in theory, OpenSC for one frees what the waiting thread still uses.
 */
gboolean yy_slot_watch_is_in_module (YySlotWatch *self);

/** yy_slot_watch_free: A thread that is in the module stays there until the process exits. */
void yy_slot_watch_free (YySlotWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YySlotWatch, yy_slot_watch_free)

G_END_DECLS
