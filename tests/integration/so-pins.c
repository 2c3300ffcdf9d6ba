/* SPDX-License-Identifier: GPL-3.0-or-later */
/* so-pins DIRECTORY SERIAL: the SO PINs that a CA's service knows of a token, one a line: the
 * current one, the pending one and the one before; "-" where there is none. */
#include "ra/ra-site.h"

static gboolean
print_so_pin (RaSite *site, const RaToken *token, GBytes *sealed, GError **error)
{
  g_autoptr (YySecret) so_pin = NULL;

  if (sealed == NULL)
    {
      g_print ("-\n");
      return TRUE;
    }
  so_pin = ra_vault_decrypt (site->vault, "so-pin", token->serial, sealed, error);
  if (so_pin == NULL)
    return FALSE;
  g_print ("%s\n", yy_secret_bytes (so_pin));
  return TRUE;
}

static gboolean
print_so_pins (RaSite *site, const char *serial, GError **error)
{
  g_autoptr (RaToken) token = NULL;

  if (!ra_store_get_token (site->store, serial, &token, error))
    return FALSE;
  if (token == NULL)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_NO_SUCH_TOKEN, "there is no token %s", serial);
      return FALSE;
    }
  return print_so_pin (site, token, token->so_pin, error) &&
         print_so_pin (site, token, token->pending, error) &&
         print_so_pin (site, token, token->previous, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RaSite) site = argc == 3 ? ra_site_open (argv[1], &error) : NULL;

  if (site != NULL && print_so_pins (site, argv[2], &error))
    return 0;
  g_printerr ("%s\n", error == NULL ? "usage: so-pins DIRECTORY SERIAL" : error->message);
  return 1;
}
