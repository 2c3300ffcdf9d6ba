/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/exit-status.h"

#include <glib/gi18n.h>

#include "base/yy-error.h"

#define END   -1
#define OTHER 1

/* An interface for scripts, repeated in yinyaoctl(1): numbers are never changed or used again. */
static const struct
{
  int status;
  const char *meaning;
  int codes[6];
} table[] = {
  { 0, N_ ("done"), { END } },
  { OTHER, N_ ("another failure"), { YY_ERROR_FAILED, END } },
  { 2, N_ ("called wrongly"), { YY_ERROR_USAGE, END } },
  { 3, N_ ("no such token"), { YY_ERROR_NO_SUCH_TOKEN, END } },
  { 4, N_ ("wrong PIN"), { YY_ERROR_PIN_INCORRECT, YY_ERROR_PIN_REPEATED, END } },
  { 5, N_ ("the PIN is locked"), { YY_ERROR_PIN_LOCKED, END } },
  { 6, N_ ("the last try was refused (see --last-try)"), { YY_ERROR_PIN_LAST_TRY, END } },
  { 7, N_ ("the token was removed"), { YY_ERROR_TOKEN_REMOVED, END } },
  { 8,
    N_ ("the driver does not respond or failed"),
    { YY_ERROR_DRIVER_NOT_RESPONDING, YY_ERROR_DRIVER_FAILED, END } },
  { 9,
    N_ ("the CA's service cannot be reached or failed"),
    { YY_ERROR_SERVICE_UNREACHABLE, YY_ERROR_SERVICE_FAILED, END } },
  { 10,
    N_ ("refused by the CA: order, token or code"),
    { YY_ERROR_REFUSED, YY_ERROR_CODE_INCORRECT, YY_ERROR_CODE_EXPIRED, YY_ERROR_CODE_USED,
      YY_ERROR_TOKEN_NOT_PREPARED, END } },
  { 11, N_ ("the CA is not trusted"), { YY_ERROR_CA_NOT_TRUSTED, END } },
  { 12, N_ ("the new PIN does not meet the rules"), { YY_ERROR_PIN_POLICY, END } },
  { 13, N_ ("this computer's clock is wrong"), { YY_ERROR_CLOCK, END } },
  { 14, N_ ("the token is full"), { YY_ERROR_TOKEN_FULL, END } },
  { 15,
    N_ ("what the token wrote or signed does not verify"),
    { YY_ERROR_PROOF, YY_ERROR_READ_BACK, END } },
  { EXIT_STATUS_UNUSABLE_FILE, N_ ("the file of details or a document cannot be used"), { END } },
  { 17,
    N_ ("the CA does not know the token's SO PIN any more"),
    { YY_ERROR_SO_PIN_INCORRECT, YY_ERROR_SO_PIN_LOCKED, END } },
  { 130, N_ ("stopped by a signal, such as Ctrl+C"), { END } },
};

int
exit_status_for (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return 130;
  if (error->domain != YY_ERROR)
    return OTHER;
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    for (gsize j = 0; table[i].codes[j] != END; j++)
      if (table[i].codes[j] == error->code)
        return table[i].status;
  return OTHER;
}

char *
exit_status_dup_help (void)
{
  g_autoptr (GString) help = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_string_append_printf (help, "  %3d  %s\n", table[i].status, _ (table[i].meaning));
  return g_string_free (g_steal_pointer (&help), FALSE);
}
