/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-command.h"

#include <glib/gi18n.h>

RaCommandOptions ra_command_options;

RaSite *
ra_command_open (GError **error)
{
  return ra_site_open (ra_command_options.directory, error);
}

const char *
ra_command_who (void)
{
  static char *who;

  if (who == NULL)
    who = g_strconcat ("local:", g_get_user_name (), NULL);
  return who;
}

void
ra_command_print_json (JsonArray *array)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  g_autofree char *text = NULL;

  json_node_take_array (node, array);
  text = json_to_string (node, TRUE);
  g_print ("%s\n", text);
}
