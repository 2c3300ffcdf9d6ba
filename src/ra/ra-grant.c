/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-grant.h"

#include "ra/ra-fault.h"

static const char *const nicks[] = {
  [RA_GRANT_AUTHORISED] = "authorised", [RA_GRANT_RELEASED] = "released",
  [RA_GRANT_PIN_SET] = "pin-set",       [RA_GRANT_ROTATED] = "rotated",
  [RA_GRANT_CLOSED] = "closed",
};

const char *
ra_grant_state_get_nick (RaGrantState state)
{
  return nicks[state];
}

gboolean
ra_grant_state_from_nick (const char *nick, RaGrantState *state)
{
  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    if (g_strcmp0 (nick, nicks[i]) == 0)
      {
        *state = (RaGrantState) i;
        return TRUE;
      }
  return FALSE;
}

gboolean
ra_grant_next (RaGrantState state,
               gboolean same_session,
               RaGrantState report,
               RaGrantState *next,
               GError **error)
{
  if (report < RA_GRANT_PIN_SET)
    return ra_fault_set (error, RA_FAULT_MALFORMED, "this state cannot be reported");
  if (!same_session && (report != RA_GRANT_PIN_SET || state == RA_GRANT_CLOSED))
    return ra_fault_set (error, RA_FAULT_CONFLICT, "another session has taken the grant over");
  if (report > state + 1)
    return ra_fault_set_state (error, "the grant is not in the state before this one",
                               nicks[state]);
  *next = same_session ? MAX (state, report) : report;
  return TRUE;
}
