/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pin-input.h"

#include <fcntl.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "cli/terminal.h"
#include "cli/text.h"
#include "procedure/yy-pin-guard.h"
#include "procedure/yy-pin-policy.h"

gboolean
pin_input_check_descriptors (const char *const *options, const int *fds, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      if (fds[i] == PIN_INPUT_NONE)
        continue;
      if (fds[i] < 0 || fcntl (fds[i], F_GETFD) < 0)
        {
          g_set_error (error, YY_ERROR, YY_ERROR_USAGE, _ ("%s: %d is not an open descriptor"),
                       options[i], fds[i]);
          return FALSE;
        }
      if (isatty (fds[i]))
        {
          g_set_error (error, YY_ERROR, YY_ERROR_USAGE,
                       _ ("%s: %d is a terminal, which would show what is typed; leave the option "
                          "out to be asked"),
                       options[i], fds[i]);
          return FALSE;
        }
      for (guint j = 0; j < i; j++)
        if (fds[i] == fds[j])
          {
            g_set_error (error, YY_ERROR, YY_ERROR_USAGE,
                         _ ("%s and %s must be different descriptors"), options[j], options[i]);
            return FALSE;
          }
    }
  return TRUE;
}

/* Waits for the first bytes in the main loop, so that Ctrl+C ends the wait. @unusable: what an
   empty or endless file means to the caller. */
static YySecret *
read_fd (Cli *cli, int fd, YyError unusable, GError **error)
{
  YySecret *secret = NULL;

  if (!terminal_wait_readable (fd, cli->cancellable, error))
    return NULL;
  secret = yy_secret_new_from_fd (fd, error);
  if (secret == NULL && g_error_matches (*error, YY_ERROR, YY_ERROR_INVALID_DATA))
    (*error)->code = (int) unusable;
  return secret;
}

YySecret *
pin_input_read (Cli *cli, int fd, const char *prompt, GError **error)
{
  if (fd != PIN_INPUT_NONE)
    return read_fd (cli, fd, YY_ERROR_USAGE, error);
  return terminal_read_secret (prompt, cli->cancellable, error);
}

/* What can be refused without knowing the PIN is refused before it is typed. */
static gboolean
check_tries (YyToken *token, gboolean last_try, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (yy_pin_guard_check_state (token, last_try, &local))
    return TRUE;
  if (g_error_matches (local, YY_ERROR, YY_ERROR_PIN_LAST_TRY))
    g_set_error_literal (error, YY_ERROR, YY_ERROR_PIN_LAST_TRY,
                         _ ("Only one try is left for the PIN; to spend it, add --last-try"));
  else if (g_error_matches (local, YY_ERROR, YY_ERROR_PIN_LOCKED))
    g_set_error (error, YY_ERROR, YY_ERROR_PIN_LOCKED,
                 _ ("The PIN is locked; to unlock the token, use “yinyaoctl unlock --token %s”"),
                 yy_token_get_serial (token));
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

YySecret *
pin_input_read_present (Cli *cli, int fd, YyToken *token, gboolean last_try, GError **error)
{
  g_autoptr (YyPinGuard) guard = yy_pin_guard_new ();
  g_autofree char *tries = yy_token_dup_tries_text (token);
  g_autofree char *prompt = g_strdup_printf (_ ("PIN of the token (%s): "), tries);
  g_autoptr (YySecret) pin = NULL;

  if (!check_tries (token, last_try, error))
    return NULL;
  pin = pin_input_read (cli, fd, prompt, error);
  if (pin == NULL)
    return NULL;
  return yy_pin_guard_check (guard, token, pin, last_try, error) ? g_steal_pointer (&pin) : NULL;
}

static void
print_rules (Cli *cli, YyToken *token, guint rules)
{
  for (guint i = 0; i < YY_PIN_N_RULES; i++)
    if ((rules & (1U << i)) != 0)
      {
        g_autofree char *text =
            yy_pin_policy_dup_rule_text (yy_profile_get_pin_policy (cli->profile),
                                         yy_token_get_min_pin_length (token),
                                         yy_token_get_max_pin_length (token), (YyPinRule) (1 << i));

        g_printerr ("  • %s\n", text);
      }
}

static YySecret *
ask_twice (Cli *cli, YyToken *token, GError **error)
{
  g_printerr ("%s\n", _ ("Rules for the new PIN:"));
  print_rules (cli, token, (1U << YY_PIN_N_RULES) - 1);
  for (;;)
    {
      g_autoptr (YySecret) pin = terminal_read_secret (_ ("New PIN: "), cli->cancellable, error);
      g_autoptr (YySecret) again = NULL;
      YyPinVerdict verdict = { 0 };

      if (pin == NULL)
        return NULL;
      verdict = yy_pin_policy_check (yy_profile_get_pin_policy (cli->profile),
                                     yy_token_get_min_pin_length (token),
                                     yy_token_get_max_pin_length (token), pin);
      if (verdict.unmet != 0)
        {
          g_printerr ("%s\n", _ ("This PIN does not meet the rules:"));
          print_rules (cli, token, verdict.unmet);
          continue;
        }
      again = terminal_read_secret (_ ("New PIN again: "), cli->cancellable, error);
      if (again == NULL)
        return NULL;
      if (yy_secret_equal (pin, again))
        return g_steal_pointer (&pin);
      g_printerr ("%s\n", _ ("The two are different. Type the new PIN twice."));
    }
}

YySecret *
pin_input_read_new (Cli *cli, int fd, YyToken *token, GError **error)
{
  g_autoptr (YySecret) pin = NULL;

  if (fd == PIN_INPUT_NONE)
    return ask_twice (cli, token, error);
  pin = read_fd (cli, fd, YY_ERROR_PIN_POLICY, error);
  if (pin == NULL || !yy_pin_policy_require (yy_profile_get_pin_policy (cli->profile),
                                             yy_token_get_min_pin_length (token),
                                             yy_token_get_max_pin_length (token), pin, error))
    return NULL;
  return g_steal_pointer (&pin);
}
