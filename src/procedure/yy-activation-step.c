/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-activation.h"

#include <glib/gi18n.h>

#include "procedure/yy-pin-reset.h"

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

G_STATIC_ASSERT ((int) YY_ACTIVATION_AUTHORISE == (int) YY_PIN_RESET_AUTHORISE &&
                 (int) YY_ACTIVATION_SET_PIN == (int) YY_PIN_RESET_SET_PIN &&
                 (int) YY_ACTIVATION_ROTATE == (int) YY_PIN_RESET_ROTATE &&
                 (int) YY_ACTIVATION_CLOSE == (int) YY_PIN_RESET_CLOSE);

YyActivationStep
yy_activation_next_step (YyToken *token, YyGrant *grant, const char *session, gboolean logged_in)
{
  YyPinResetStep step = yy_pin_reset_next_step (grant, session);

  if (step != YY_PIN_RESET_CLOSED)
    return (YyActivationStep) step;
  if (is_completed (token, grant))
    return YY_ACTIVATION_DONE;
  if (!logged_in || yy_token_find_key (token, grant->key_id) == NULL)
    return YY_ACTIVATION_KEY;
  return YY_ACTIVATION_REQUEST;
}
