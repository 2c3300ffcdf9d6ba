/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/module.h"

G_BEGIN_DECLS

/**
 * YySlotWatch:
 *
 * Tells the main context when something may have changed in the slots: from a thread that waits
 * in C_WaitForSlotEvent where the module can, else by a gentle poll. It does not say what changed:
 * modules swallow and repeat events, so whoever is told looks at all slots.
 */
typedef struct _YySlotWatch YySlotWatch;

typedef void (*YySlotWatchFunc) (gpointer user_data);

/** yy_slot_watch_new: @changed is called on the default main context */
YySlotWatch *yy_slot_watch_new (YyModule *module, YySlotWatchFunc changed, gpointer user_data);

/**
 * yy_slot_watch_free:
 *
 * The caller has finalised the module, which ends a waiting call: the module must not be
 * initialised again before. A module that does not end it keeps the thread until the process exits.
 */
void yy_slot_watch_free (YySlotWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YySlotWatch, yy_slot_watch_free)

G_END_DECLS
