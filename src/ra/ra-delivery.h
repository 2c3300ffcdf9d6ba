/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-batch.h"
#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * RaDelivery:
 *
 * Hands text messages of the outbox to the profile's command, if there is one, a few at a time, and
 * records what came of each: "sent", or what went wrong. The command gets the number as its only
 * argument and the text, with the code in it, on its standard input; nothing else of the service:
 * no variables but PATH and LANG, no other descriptors. It has 20 seconds. Main thread only;
 * nothing here waits.
 */
typedef struct _RaDelivery RaDelivery;

/** ra_delivery_new: @batch: what is recorded becomes part of it; it has to live longer */
RaDelivery *ra_delivery_new (RaSite *site, RaBatch *batch);

/** ra_delivery_free: waits 5 seconds for what is running; the rest stays pending for the next start
 */
void ra_delivery_free (RaDelivery *delivery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaDelivery, ra_delivery_free)

/** ra_delivery_add: the message is delivered once the open transaction, if any, is committed */
void ra_delivery_add (RaDelivery *delivery, gint64 message);

/** ra_delivery_resume: takes up what an earlier process left pending. A message may arrive twice
 * when that was killed before it could record that it had been sent. */
void ra_delivery_resume (RaDelivery *delivery);

/** ra_delivery_is_idle: Returns: whether there is nothing left to do */
gboolean ra_delivery_is_idle (RaDelivery *delivery);

G_END_DECLS
