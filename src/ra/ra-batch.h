/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-store.h"

G_BEGIN_DECLS

/**
 * RaBatch:
 *
 * Group commit: requests that arrive together share one transaction and one write to the disk.
 * Their answers are held back until it is done. Main thread only.
 */
typedef struct _RaBatch RaBatch;

/** RaBatchFunc: @committed: what was done is on the disk; otherwise all of it is undone */
typedef void (*RaBatchFunc) (gboolean committed, gpointer user_data);

RaBatch *ra_batch_new (RaStore *store);
/** ra_batch_free: commits what is there */
void ra_batch_free (RaBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaBatch, ra_batch_free)

/** ra_batch_enter: makes sure that there is a transaction, and begins a part of it */
gboolean ra_batch_enter (RaBatch *batch, GError **error);
/** ra_batch_leave: ends that part; @keep: otherwise it is undone. When it fails, everything is, and
 * whoever holds something back is told. */
gboolean ra_batch_leave (RaBatch *batch, gboolean keep, GError **error);

/** ra_batch_is_open: Returns: whether an answer given now could tell what is not on the disk yet */
gboolean ra_batch_is_open (RaBatch *batch);
/** ra_batch_hold: @func is called when the open transaction has ended */
void ra_batch_hold (RaBatch *batch, RaBatchFunc func, gpointer user_data);
/** ra_batch_flush: commits now */
void ra_batch_flush (RaBatch *batch);

G_END_DECLS
