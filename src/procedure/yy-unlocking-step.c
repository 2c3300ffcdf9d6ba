/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-unlocking.h"

#include <glib/gi18n.h>

#include "procedure/yy-pin-reset.h"

static const struct
{
  const char *nick;
  const char *title;
} steps[] = {
  [YY_UNLOCKING_AUTHORISE] = { "authorise", N_ ("Check the verification code") },
  [YY_UNLOCKING_SET_PIN] = { "set-pin", N_ ("Set the PIN") },
  [YY_UNLOCKING_ROTATE] = { "rotate", N_ ("Change the unlocking code") },
  [YY_UNLOCKING_PROVE] = { "prove", N_ ("Open the token with the new PIN") },
  [YY_UNLOCKING_CLOSE] = { "close", N_ ("Report the token as unlocked") },
  [YY_UNLOCKING_DONE] = { "done", N_ ("Done") },
};

const char *
yy_unlocking_step_get_title (YyUnlockingStep step)
{
  g_return_val_if_fail (step < G_N_ELEMENTS (steps), NULL);

  return _ (steps[step].title);
}

const char *
yy_unlocking_step_get_nick (YyUnlockingStep step)
{
  g_return_val_if_fail (step < G_N_ELEMENTS (steps), NULL);

  return steps[step].nick;
}

YyUnlockingStep
yy_unlocking_next_step (YyGrant *grant, const char *session, gboolean proved)
{
  switch (yy_pin_reset_next_step (grant, session))
    {
    case YY_PIN_RESET_AUTHORISE:
      return YY_UNLOCKING_AUTHORISE;
    case YY_PIN_RESET_SET_PIN:
      return YY_UNLOCKING_SET_PIN;
    case YY_PIN_RESET_ROTATE:
      return YY_UNLOCKING_ROTATE;
    case YY_PIN_RESET_CLOSE:
      return proved ? YY_UNLOCKING_CLOSE : YY_UNLOCKING_PROVE;
    case YY_PIN_RESET_CLOSED:
    default:
      return proved ? YY_UNLOCKING_DONE : YY_UNLOCKING_PROVE;
    }
}
