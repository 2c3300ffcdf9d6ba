/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-reply.h"

static const char *const nicks[] = {
  [YY_GRANT_AUTHORISED] = "authorised", [YY_GRANT_RELEASED] = "released",
  [YY_GRANT_PIN_SET] = "pin-set",       [YY_GRANT_ROTATED] = "rotated",
  [YY_GRANT_CLOSED] = "closed",
};

YyGrant *
yy_grant_new (void)
{
  YyGrant *grant = g_new0 (YyGrant, 1);

  g_atomic_ref_count_init (&grant->ref_count);
  return grant;
}

YyGrant *
yy_grant_ref (YyGrant *grant)
{
  g_atomic_ref_count_inc (&grant->ref_count);
  return grant;
}

void
yy_grant_unref (YyGrant *grant)
{
  if (!g_atomic_ref_count_dec (&grant->ref_count))
    return;
  g_free (grant->order_number);
  g_free (grant->order_state);
  g_free (grant->organization);
  g_free (grant->id);
  g_free (grant->session);
  yy_secret_free (grant->key);
  g_free (grant->cmp_reference);
  g_free (grant->key_type);
  g_clear_pointer (&grant->key_id, g_bytes_unref);
  g_free (grant->key_label);
  g_clear_pointer (&grant->subject, g_bytes_unref);
  g_clear_object (&grant->certificate);
  g_free (grant);
}

gboolean
yy_grant_state_from_nick (const char *nick, YyGrantState *state)
{
  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    if (g_strcmp0 (nick, nicks[i]) == 0)
      {
        *state = (YyGrantState) i;
        return TRUE;
      }
  return FALSE;
}

const char *
yy_grant_state_to_nick (YyGrantState state)
{
  return nicks[state];
}
