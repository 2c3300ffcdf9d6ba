/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-store.h"

G_BEGIN_DECLS

/** ra_grant_state_get_nick: Returns: as in the interface: "pin-set" */
const char *ra_grant_state_get_nick (RaGrantState state);
gboolean ra_grant_state_from_nick (const char *nick, RaGrantState *state);

/**
 * ra_grant_next:
 * @state: where the grant is
 * @same_session: the report comes from the grant's session
 * @report: %RA_GRANT_PIN_SET, %RA_GRANT_ROTATED or %RA_GRANT_CLOSED
 * @next: (out): where it is afterwards
 *
 * The state machine of a grant (src/order/API.md): a pure function. States go forward one by one;
 * a report that was made before is answered as it was; `pin-set` from another session takes the
 * grant over and goes back to that state.
 *
 * Returns: %TRUE, or %FALSE with %RA_FAULT_CONFLICT, %RA_FAULT_NOT_READY or %RA_FAULT_MALFORMED
 */
gboolean ra_grant_next (RaGrantState state,
                        gboolean same_session,
                        RaGrantState report,
                        RaGrantState *next,
                        GError **error);

G_END_DECLS
