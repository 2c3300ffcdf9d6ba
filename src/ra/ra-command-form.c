/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-command.h"

#include "form/yy-form.h"
#include "ra/ra-office.h"

#include <glib/gi18n.h>

static char *output;

static gboolean
form (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = NULL;
  g_autoptr (YyOrder) order = NULL;
  g_autoptr (YyForm) made = NULL;
  g_autoptr (GBytes) pdf = NULL;

  if (output == NULL)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("--output is needed"));
      return FALSE;
    }
  site = ra_command_open (error);
  order = site == NULL ? NULL : ra_office_get_order (site, arguments[0], error);
  if (order == NULL)
    return FALSE;
  made = yy_form_new (order, site->profile);
  pdf = yy_form_to_pdf (made, error);
  return pdf != NULL && ra_command_write_file (output, pdf, error);
}

static const GOptionEntry form_options[] = { { "output", 0, 0, G_OPTION_ARG_FILENAME, &output,
                                               N_ ("Where to write it"), "FILE" },
                                             G_OPTION_ENTRY_NULL };

const RaCommand ra_command_order_form = {
  "order form", "NUMBER", 1, form, form_options, N_ ("Write the application form as a PDF")
};
