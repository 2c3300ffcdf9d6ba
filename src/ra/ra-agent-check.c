/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-agent-check.h"

#include "order/yy-agent-match.h"
#include "ra/ra-fault.h"

#define KIND "match"
#define DAY  (24 * 60 * 60)

static gboolean
count (RaSite *site, const char *who, const char *token, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 first = 0;
  guint before = 0;

  if (!ra_store_count_attempts (site->store, token, KIND, now - DAY, &before, &first, error))
    return FALSE;
  if (before < site->rules->matches_per_token)
    return ra_store_add_attempt (site->store, token, KIND, error);
  /* The clock may have been set back meanwhile. */
  return ra_store_audit (site->store, who, "order.refused", token, "too many comparisons", error) &&
         ra_fault_set_number (error, RA_FAULT_RATE_LIMITED, "too many tries for this token",
                              "retry_after", (guint) CLAMP (first + DAY - now, 1, DAY));
}

gboolean
ra_agent_check (RaSite *site,
                const char *who,
                const YyOrder *details,
                gboolean *matches,
                GError **error)
{
  g_autoptr (YyOrder) last = NULL;

  if (!count (site, who, details->token, error) ||
      !ra_store_get_last_order (site->store, details->token, &last, error))
    return FALSE;
  *matches = last != NULL && yy_agent_match (last, details);
  return ra_store_audit (site->store, who, *matches ? "agent.matches" : "agent.differs",
                         details->token, NULL, error);
}
