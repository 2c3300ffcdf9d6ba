/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-command.h"

#include "ra/ra-office.h"

#include <glib/gi18n.h>

static void
print_token (const RaToken *token, JsonArray *array)
{
  JsonObject *object = NULL;

  if (!ra_command_options.json)
    {
      ra_command_print_row (token->serial, token->model == NULL ? "" : token->model, token->state,
                            token->order == NULL ? "" : token->order,
                            token->so_lost ? _ ("has to come to the office") : NULL, NULL);
      return;
    }
  object = json_object_new ();
  json_object_set_string_member (object, "serial", token->serial);
  json_object_set_string_member (object, "model", token->model);
  json_object_set_string_member (object, "state", token->state);
  json_object_set_string_member (object, "order", token->order);
  json_object_set_boolean_member (object, "so_pin_lost", token->so_lost);
  json_array_add_object_element (array, object);
}

static void
print_tokens (GPtrArray *tokens)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < tokens->len; i++)
    print_token (tokens->pdata[i], array);
  if (ra_command_options.json)
    ra_command_print_json (array);
  else
    json_array_unref (array);
}

static gboolean
list (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = ra_command_open (error);
  g_autoptr (GPtrArray) tokens = site == NULL ? NULL : ra_store_list_tokens (site->store, error);

  if (tokens == NULL)
    return FALSE;
  print_tokens (tokens);
  return TRUE;
}

static gboolean
allow (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = ra_command_open (error);
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) ra_token_free);
  RaToken *token = NULL;

  if (site == NULL || !ra_store_begin (site->store, error))
    return FALSE;
  token = ra_office_allow_token (site, ra_command_who (), arguments[0], error);
  if (token == NULL)
    {
      ra_store_rollback (site->store);
      return FALSE;
    }
  g_ptr_array_add (tokens, token);
  if (!ra_store_commit (site->store, error))
    return FALSE;
  print_tokens (tokens);
  return TRUE;
}

const RaCommand ra_command_token_list = {
  "token list", "", 0, list, NULL, N_ ("List the tokens the office has prepared")
};
const RaCommand ra_command_token_allow = {
  "token allow", "SERIAL", 1,
  allow,         NULL,     N_ ("Release the SO PINs of a token again that had refused them")
};
