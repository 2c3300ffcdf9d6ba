/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-options.h"

#include "vtoken/vt-card.h"

#define VPCD_PORT 35963

static const char description[] =
    "The token is plugged into the virtual reader of vsmartcard-vpcd that listens on 127.0.0.1.\n"
    "\n"
    "Commands for the control socket, one a line, each answered with a line of JSON:\n"
    "  insert, remove         answered when pcscd has seen it\n"
    "  cut-before N           the Nth APDU from now is lost, and the token is out\n"
    "  cut-after N            the Nth APDU from now takes effect, its answer is lost\n"
    "  wait                   answered when such a cut has happened\n"
    "  delay MS               answer each APDU that much later\n"
    "  counters               APDUs and bytes since the last reset-counters\n"
    "  reset-counters\n"
    "  state                  PINs, tries, keys, certificates, files, memory\n";

static gboolean
check (const VtOptions *options, int argc, GError **error)
{
  const char *problem = NULL;

  if (argc > 1)
    problem = "there are only options, no arguments";
  else if (options->state == NULL)
    problem = "--state FILE is needed";
  else if (options->serial != NULL && !vt_card_serial_is_valid (options->serial))
    problem = "a serial number is 3 to 15 letters, digits and '-'";
  else if (options->port < 1 || options->port > G_MAXUINT16)
    problem = "a port is a number from 1 to 65535";
  else if (options->delay < 0 || options->cut_before < 0 || options->cut_after < 0)
    problem = "a number must not be negative";
  else if (options->memory < 1 || options->memory > VT_MEMORY_MAX)
    problem = "the memory is at least one byte and at most 16 MB";
  if (problem != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, problem);
  return problem == NULL;
}

gboolean
vt_options_parse (VtOptions *options, int *argc, char ***argv, GError **error)
{
  VtOptions o = { .port = VPCD_PORT, .memory = VT_MEMORY_DEFAULT };
  const GOptionEntry entries[] = {
    { "state", 0, 0, G_OPTION_ARG_FILENAME, &o.state,
      "What the token keeps; a new token if there is no such file", "FILE" },
    { "serial", 0, 0, G_OPTION_ARG_STRING, &o.serial, "Serial number of a new token", "S" },
    { "memory", 0, 0, G_OPTION_ARG_INT64, &o.memory, "Memory of a new token (262144)", "BYTES" },
    { "port", 0, 0, G_OPTION_ARG_INT, &o.port, "Port of the virtual reader (35963)", "PORT" },
    { "removed", 0, 0, G_OPTION_ARG_NONE, &o.removed, "Do not plug it in yet", NULL },
    { "delay", 0, 0, G_OPTION_ARG_INT, &o.delay, "Answer each APDU that much later", "MS" },
    { "apdu-log", 0, 0, G_OPTION_ARG_FILENAME, &o.apdu_log, "Log APDUs, PINs masked", "FILE" },
    { "cut-before", 0, 0, G_OPTION_ARG_INT, &o.cut_before,
      "Pull the token out before the Nth APDU arrives", "N" },
    { "cut-after", 0, 0, G_OPTION_ARG_INT, &o.cut_after,
      "Pull the token out before the answer to the Nth APDU leaves", "N" },
    { "control", 0, 0, G_OPTION_ARG_FILENAME, &o.control, "Listen for commands there", "PATH" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("— a virtual USB token");
  gboolean parsed = FALSE;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context, description);
  parsed = g_option_context_parse (context, argc, argv, error) && check (&o, *argc, error);
  *options = o;
  return parsed;
}

void
vt_options_clear (VtOptions *options)
{
  g_clear_pointer (&options->state, g_free);
  g_clear_pointer (&options->serial, g_free);
  g_clear_pointer (&options->apdu_log, g_free);
  g_clear_pointer (&options->control, g_free);
}
