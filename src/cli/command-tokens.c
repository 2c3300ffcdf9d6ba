/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <glib/gi18n.h>

#include "cli/text.h"

static void
add_pin (JsonBuilder *builder, YyToken *token)
{
  int tries = yy_token_get_tries_left (token);

  json_builder_set_member_name (builder, "pin");
  json_builder_begin_object (builder);
  cli_add_text (builder, "state", yy_pin_state_to_nick (yy_token_get_pin_state (token)));
  json_builder_set_member_name (builder, "tries_left");
  if (tries < 0)
    json_builder_add_null_value (builder);
  else
    json_builder_add_int_value (builder, tries);
  json_builder_end_object (builder);
}

static void
add_token (JsonBuilder *builder, YyToken *token)
{
  GPtrArray *certificates = yy_token_get_certificates (token);

  json_builder_begin_object (builder);
  cli_add_text (builder, "serial", yy_token_get_serial (token));
  cli_add_text (builder, "label", yy_token_get_label (token));
  cli_add_text (builder, "module", yy_token_get_module (token));
  cli_add_text (builder, "model", yy_token_get_model (token));
  add_pin (builder, token);
  json_builder_set_member_name (builder, "certificates");
  json_builder_begin_array (builder);
  for (guint i = 0; i < certificates->len; i++)
    cli_add_certificate (builder, token, certificates->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_json (GPtrArray *tokens)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < tokens->len; i++)
    add_token (builder, tokens->pdata[i]);
  json_builder_end_array (builder);
  cli_print_json (builder);
}

static void
print_table (GPtrArray *tokens)
{
  g_autoptr (TextTable) table = text_table_new (6);
  const char *const titles[] = {
    _ ("SERIAL"), _ ("LABEL"), _ ("MODEL"), _ ("PIN"), _ ("CERTIFICATES"), _ ("MODULE"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    text_table_add (table, titles[i]);
  for (guint i = 0; i < tokens->len; i++)
    {
      YyToken *token = tokens->pdata[i];
      g_autofree char *tries = yy_token_dup_tries_text (token);
      g_autofree char *count = g_strdup_printf ("%u", yy_token_get_certificates (token)->len);

      text_table_add (table, yy_token_get_serial (token));
      text_table_add (table, yy_token_get_label (token));
      text_table_add (table, yy_token_get_model (token));
      text_table_add (table, tries);
      text_table_add (table, count);
      text_table_add (table, yy_token_get_module (token));
    }
  text_table_print (table);
}

gboolean
command_tokens (Cli *cli, char **arguments, GError **error)
{
  g_autoptr (GPtrArray) tokens = NULL;

  if (!cli_parse (cli, "tokens", _ ("list the tokens that are plugged in"), NULL, arguments,
                  error) ||
      !cli_start_tokens (cli, error))
    return FALSE;
  tokens = cli_find_tokens (cli);
  if (!cli_check_found (cli, tokens, error))
    return FALSE;
  if (cli->json)
    print_json (tokens);
  else if (tokens->len > 0)
    print_table (tokens);
  else
    g_print ("%s\n", _ ("No token is plugged in."));
  return TRUE;
}
