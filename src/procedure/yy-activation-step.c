/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-activation.h"

#include <string.h>

#include <glib/gi18n.h>

static const struct
{
  const char *nick;
  const char *title;
} steps[] = {
  [YY_ACTIVATION_AUTHORISE] = { "authorise", N_ ("Check the activation code") },
  [YY_ACTIVATION_SET_PIN] = { "set-pin", N_ ("Set the PIN") },
  [YY_ACTIVATION_ROTATE] = { "rotate", N_ ("Change the unlocking code") },
  [YY_ACTIVATION_CLOSE] = { "close", N_ ("Report the PIN as set") },
  [YY_ACTIVATION_KEY] = { "key", N_ ("Generate the key on the token") },
  [YY_ACTIVATION_REQUEST] = { "request", N_ ("Request the certificate") },
  [YY_ACTIVATION_WRITE] = { "write", N_ ("Write the certificate to the token") },
  [YY_ACTIVATION_READ_BACK] = { "read-back", N_ ("Read the certificate back") },
  [YY_ACTIVATION_PROVE] = { "prove", N_ ("Make and verify a test signature") },
  [YY_ACTIVATION_CONFIRM] = { "confirm", N_ ("Confirm the certificate to the CA") },
  [YY_ACTIVATION_DONE] = { "done", N_ ("Done") },
};

const char *
yy_activation_step_get_title (YyActivationStep step)
{
  g_return_val_if_fail (step < G_N_ELEMENTS (steps), NULL);

  return _ (steps[step].title);
}

const char *
yy_activation_step_get_nick (YyActivationStep step)
{
  g_return_val_if_fail (step < G_N_ELEMENTS (steps), NULL);

  return steps[step].nick;
}

static gboolean
is_completed (YyToken *token, YyGrant *grant)
{
  YyTokenCertificate *present = yy_token_find_certificate (token, grant->key_id);

  return g_strcmp0 (grant->order_state, "completed") == 0 && grant->certificate != NULL &&
         present != NULL &&
         g_bytes_equal (yy_certificate_get_der (present->certificate),
                        yy_certificate_get_der (grant->certificate));
}

YyActivationStep
yy_activation_next_step (YyToken *token, YyGrant *grant, const char *session, gboolean logged_in)
{
  gboolean ours = FALSE;

  if (grant == NULL)
    return YY_ACTIVATION_AUTHORISE;
  ours = g_strcmp0 (grant->session, session) == 0;
  switch (grant->state)
    {
    case YY_GRANT_AUTHORISED:
    case YY_GRANT_RELEASED:
      return YY_ACTIVATION_SET_PIN;
    /* A PIN that another run set is not the one this person just chose. */
    case YY_GRANT_PIN_SET:
      return ours ? YY_ACTIVATION_ROTATE : YY_ACTIVATION_SET_PIN;
    case YY_GRANT_ROTATED:
      return ours ? YY_ACTIVATION_CLOSE : YY_ACTIVATION_SET_PIN;
    case YY_GRANT_CLOSED:
    default:
      break;
    }
  /* Closed by another run: the service has a new grant for this one. */
  if (!ours)
    return YY_ACTIVATION_AUTHORISE;
  if (is_completed (token, grant))
    return YY_ACTIVATION_DONE;
  if (!logged_in || yy_token_find_key (token, grant->key_id) == NULL)
    return YY_ACTIVATION_KEY;
  return YY_ACTIVATION_REQUEST;
}
