/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yy-error.h"

#include <glib/gi18n.h>

/* The D-Bus names are the wire form: the list follows YyError, one name a code. */
static const GDBusErrorEntry entries[] = {
  { YY_ERROR_FAILED, "org.yinyao.Error.Failed" },
  { YY_ERROR_INVALID_DATA, "org.yinyao.Error.InvalidData" },
  { YY_ERROR_NO_SUCH_TOKEN, "org.yinyao.Error.NoSuchToken" },
  { YY_ERROR_TOKEN_REMOVED, "org.yinyao.Error.TokenRemoved" },
  { YY_ERROR_TOKEN_FULL, "org.yinyao.Error.TokenFull" },
  { YY_ERROR_TOKEN_NOT_PREPARED, "org.yinyao.Error.TokenNotPrepared" },
  { YY_ERROR_NO_SUCH_OBJECT, "org.yinyao.Error.NoSuchObject" },
  { YY_ERROR_PIN_INCORRECT, "org.yinyao.Error.PinIncorrect" },
  { YY_ERROR_PIN_LOCKED, "org.yinyao.Error.PinLocked" },
  { YY_ERROR_PIN_LAST_TRY, "org.yinyao.Error.PinLastTry" },
  { YY_ERROR_PIN_REPEATED, "org.yinyao.Error.PinRepeated" },
  { YY_ERROR_PIN_POLICY, "org.yinyao.Error.PinPolicy" },
  { YY_ERROR_SO_PIN_INCORRECT, "org.yinyao.Error.SoPinIncorrect" },
  { YY_ERROR_SO_PIN_LOCKED, "org.yinyao.Error.SoPinLocked" },
  { YY_ERROR_READ_BACK, "org.yinyao.Error.ReadBack" },
  { YY_ERROR_PROOF, "org.yinyao.Error.Proof" },
  { YY_ERROR_UNSUPPORTED, "org.yinyao.Error.Unsupported" },
  { YY_ERROR_DRIVER_NOT_RESPONDING, "org.yinyao.Error.DriverNotResponding" },
  { YY_ERROR_DRIVER_FAILED, "org.yinyao.Error.DriverFailed" },
  { YY_ERROR_SERVICE_UNREACHABLE, "org.yinyao.Error.ServiceUnreachable" },
  { YY_ERROR_SERVICE_FAILED, "org.yinyao.Error.ServiceFailed" },
  { YY_ERROR_REFUSED, "org.yinyao.Error.Refused" },
  { YY_ERROR_CODE_INCORRECT, "org.yinyao.Error.CodeIncorrect" },
  { YY_ERROR_CODE_EXPIRED, "org.yinyao.Error.CodeExpired" },
  { YY_ERROR_CODE_USED, "org.yinyao.Error.CodeUsed" },
  { YY_ERROR_CA_NOT_TRUSTED, "org.yinyao.Error.CaNotTrusted" },
  { YY_ERROR_CLOCK, "org.yinyao.Error.Clock" },
  { YY_ERROR_USAGE, "org.yinyao.Error.Usage" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (entries) == YY_ERROR_USAGE + 1);

GQuark
yy_error_quark (void)
{
  static gsize quark;

  g_dbus_error_register_error_domain ("yy-error-quark", &quark, entries, G_N_ELEMENTS (entries));
  return (GQuark) quark;
}

static const char *
advice_for_token (YyError code)
{
  switch ((int) code)
    {
    case YY_ERROR_NO_SUCH_TOKEN:
      return N_ ("Plug the token in. If it is plugged in already, pull it out and plug it into "
                 "another USB port.");
    case YY_ERROR_TOKEN_REMOVED:
      return N_ ("Nothing is lost. Plug the token in again and repeat the step: it goes on where "
                 "it stopped.");
    case YY_ERROR_TOKEN_FULL:
      return N_ ("Nothing was deleted. Ask the CA's office which old certificates may be removed "
                 "from the token.");
    case YY_ERROR_TOKEN_NOT_PREPARED:
      return N_ ("Only a token that the CA's office prepared can be activated and unlocked. Check "
                 "that you plugged in the token the office sent you, or call the CA.");
    case YY_ERROR_READ_BACK:
    case YY_ERROR_PROOF:
      return N_ ("The old contents of the token are untouched. Repeat the step; if it fails again "
                 "the token may be damaged: call the CA.");
    case YY_ERROR_NO_SUCH_OBJECT:
      return N_ ("Check that the right token is plugged in.");
    case YY_ERROR_DRIVER_NOT_RESPONDING:
    case YY_ERROR_DRIVER_FAILED:
      return N_ ("The driver was stopped and is started again by itself. If this happens again, "
                 "pull the token out, plug it in, and reinstall its driver.");
    default:
      return NULL;
    }
}

static const char *
advice_for_pin (YyError code)
{
  switch ((int) code)
    {
    case YY_ERROR_PIN_INCORRECT:
      return N_ ("Check Caps Lock and the input method, then type the PIN again.");
    case YY_ERROR_PIN_LOCKED:
      return N_ ("The certificate is still on the token. The agent can unlock it online and set a "
                 "new PIN: “Forgot PIN” in the client, “yinyaoctl unlock” on the command line.");
    case YY_ERROR_PIN_LAST_TRY:
      return N_ ("One more wrong PIN locks the token. If you are not sure of the PIN, set a new "
                 "one online instead: “Forgot PIN” in the client, “yinyaoctl unlock” on the "
                 "command line.");
    case YY_ERROR_PIN_REPEATED:
      return N_ ("It was not sent again, and no try was spent. Type another PIN.");
    case YY_ERROR_PIN_POLICY:
      return N_ ("Choose another PIN. Nothing was changed on the token.");
    case YY_ERROR_SO_PIN_INCORRECT:
    case YY_ERROR_SO_PIN_LOCKED:
      return N_ ("The CA's office and the token disagree about its unlocking code. Do not try "
                 "again; call the CA.");
    default:
      return NULL;
    }
}

static const char *
advice_for_service (YyError code)
{
  switch ((int) code)
    {
    case YY_ERROR_SERVICE_UNREACHABLE:
      return N_ ("Nothing is lost. Check the network connection and repeat the step: it goes on "
                 "where it stopped.");
    case YY_ERROR_SERVICE_FAILED:
      return N_ ("Nothing is lost. Try again in a few minutes; if it fails again, call the CA.");
    case YY_ERROR_REFUSED:
      return N_ ("If you do not know why, call the CA.");
    case YY_ERROR_CODE_INCORRECT:
      return N_ ("Compare the code with the text message and type it again.");
    case YY_ERROR_CODE_EXPIRED:
      return N_ ("Have a new code sent: for unlocking a token, ask for it in the client; for "
                 "activating one, ask the CA's office.");
    case YY_ERROR_CODE_USED:
      return N_ ("The token can be used with the PIN that was set then. If you do not know it, "
                 "set a new one online: “Forgot PIN” in the client, “yinyaoctl unlock” on the "
                 "command line.");
    case YY_ERROR_CA_NOT_TRUSTED:
      return N_ ("Nothing was sent. Do not go on in this network; check the service's address and "
                 "certificate in the settings, or call the CA.");
    case YY_ERROR_CLOCK:
      return N_ ("Set this computer's date and time, then try again.");
    default:
      return NULL;
    }
}

const char *
yy_error_advice (const GError *error)
{
  const char *advice = NULL;

  if (error->domain != YY_ERROR)
    return NULL;
  advice = advice_for_token (error->code);
  if (advice == NULL)
    advice = advice_for_pin (error->code);
  if (advice == NULL)
    advice = advice_for_service (error->code);
  return advice == NULL ? NULL : _ (advice);
}
