/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * RaConnections:
 *
 * Accepts connections, shakes hands (TLS), hands them to a #SoupServer, and closes those that take
 * longer than they may. libsoup itself has no limit for any of this. Main thread only.
 */
typedef struct _RaConnections RaConnections;

RaConnections *ra_connections_new (GSocket *listener,
                                   GTlsCertificate *certificate,
                                   GTlsDatabase *database,
                                   SoupServer *server);
void ra_connections_free (RaConnections *connections);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaConnections, ra_connections_free)

/** ra_connections_stop: accepts no more; those that are there go on */
void ra_connections_stop (RaConnections *connections);

/**
 * ra_connections_allow:
 * @waiting: for the client, which may be a while; when there is no room for another connection, the
 *   one that has been waited for longest is closed
 *
 * The message's connection is closed when @seconds have passed from now.
 */
void ra_connections_allow (SoupServerMessage *message, guint seconds, gboolean waiting);
/** ra_connections_are_many: whether the message's connection should be closed after its answer */
gboolean ra_connections_are_many (SoupServerMessage *message);
/** ra_connections_drop: closes the message's connection at once */
void ra_connections_drop (SoupServerMessage *message);
/** ra_connections_drop_abuser: the same, and after a few times nobody of its network is let in for
 * an hour */
void ra_connections_drop_abuser (SoupServerMessage *message);

G_END_DECLS
