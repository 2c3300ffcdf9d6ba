/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-api.h"

#include "ra/ra-fault.h"

static gboolean
tell (RaApi *api, const char *who, const char *kind, const char *key, GError **error)
{
  g_autofree char *what = g_strconcat (kind, ".rate-limited", NULL);

  return !ra_limiter_is_news (api->limiter, key) ||
         ra_store_audit (api->site->store, who, what, key, "too many tries", error);
}

gboolean
ra_api_tell_limited (RaApi *api,
                     const char *who,
                     const char *kind,
                     const char *subject,
                     GError **error)
{
  g_autofree char *key = ra_limiter_key (kind, subject);

  ra_limiter_count (api->limiter, key);
  return tell (api, who, kind, key, error);
}

/* Numbers can be guessed, keys cannot: nobody is kept out for trying, but the audit log, which
   forgets nothing, takes only so many lines about it. */
gboolean
ra_api_tell_wrong_key (RaApi *api, const RaRequest *request, const char *kind, GError **error)
{
  g_autofree char *key = ra_limiter_key_of_address ("wrong-key", request->address);
  g_autofree char *what = g_strconcat (kind, ".refused", NULL);

  if (ra_limiter_wait (api->limiter, key, api->site->rules->wrong_codes_per_address) > 0)
    return TRUE;
  ra_limiter_count (api->limiter, key);
  return ra_store_audit (api->site->store, request->address, what, request->variables[0],
                         RA_FAULT_WRONG_KEY, error);
}

static gboolean
check (RaApi *api, const char *who, const char *kind, const char *key, guint limit, GError **error)
{
  guint wait = ra_limiter_wait (api->limiter, key, limit);

  if (wait == 0)
    return TRUE;
  return tell (api, who, kind, key, error) &&
         ra_fault_set_number (error, RA_FAULT_RATE_LIMITED, "too many tries", "retry_after", wait);
}

gboolean
ra_api_check_rate (RaApi *api,
                   const RaRequest *request,
                   const char *who,
                   const RaRate *rate,
                   GError **error)
{
  g_autofree char *address = ra_limiter_key_of_address (rate->kind, request->address);
  g_autofree char *token = NULL;

  if (!check (api, who, rate->kind, address, rate->per_address, error))
    return FALSE;
  if (rate->token == NULL)
    return TRUE;
  token = ra_limiter_key (rate->kind, rate->token);
  return check (api, who, rate->kind, token, rate->per_token, error);
}

void
ra_api_count (RaApi *api, const RaRequest *request, const RaRate *rate)
{
  g_autofree char *address = ra_limiter_key_of_address (rate->kind, request->address);
  g_autofree char *token = NULL;

  ra_limiter_count (api->limiter, address);
  if (rate->token == NULL)
    return;
  token = ra_limiter_key (rate->kind, rate->token);
  ra_limiter_count (api->limiter, token);
}
