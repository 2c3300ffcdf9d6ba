/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <glib/gi18n.h>

#include "cli/export.h"
#include "cli/text.h"

/* A certificate and the token it is on; both belong to the snapshot. */
typedef struct
{
  YyToken *token;
  YyTokenCertificate *item;
} Found;

static GArray *
find_certificates (GPtrArray *tokens, const char *id)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (Found));

  for (guint i = 0; i < tokens->len; i++)
    {
      GPtrArray *certificates = yy_token_get_certificates (tokens->pdata[i]);

      for (guint j = 0; j < certificates->len; j++)
        {
          Found one = { .token = tokens->pdata[i], .item = certificates->pdata[j] };
          g_autofree char *hex = text_dup_hex (one.item->id);

          if (id == NULL || g_ascii_strcasecmp (hex, id) == 0)
            g_array_append_val (found, one);
        }
    }
  return found;
}

static void
print_json (GArray *found)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < found->len; i++)
    cli_add_certificate (builder, g_array_index (found, Found, i).token,
                         g_array_index (found, Found, i).item);
  json_builder_end_array (builder);
  cli_print_json (builder);
}

static const char *
key_text (int has_key)
{
  if (has_key < 0)
    return _ ("unknown");
  return has_key > 0 ? _ ("yes") : _ ("no");
}

static void
print_table (GArray *found)
{
  g_autoptr (TextTable) table = text_table_new (6);
  const char *const titles[] = {
    _ ("TOKEN"), _ ("SUBJECT"), _ ("ISSUER"), _ ("VALID"), _ ("KEY"), _ ("ID"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    text_table_add (table, titles[i]);
  for (guint i = 0; i < found->len; i++)
    {
      Found *one = &g_array_index (found, Found, i);
      g_autofree char *validity = text_dup_validity (one->item->certificate);
      g_autofree char *id = text_dup_hex (one->item->id);

      text_table_add (table, yy_token_get_serial (one->token));
      text_table_add (table, yy_certificate_get_common_name (one->item->certificate));
      text_table_add (table, yy_certificate_get_issuer_name (one->item->certificate));
      text_table_add (table, validity);
      text_table_add (table, key_text (one->item->has_key));
      text_table_add (table, id);
    }
  text_table_print (table);
}

static gboolean
export_one (GArray *found, const char *path, gboolean replace, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  if (found->len == 1)
    return export_certificate (g_array_index (found, Found, 0).item->certificate, path, replace,
                               error);
  if (found->len == 0)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_NO_SUCH_OBJECT,
                           _ ("There is no such certificate to export"));
      return FALSE;
    }
  for (guint i = 0; i < found->len; i++)
    {
      Found *one = &g_array_index (found, Found, i);
      g_autofree char *id = text_dup_hex (one->item->id);

      g_string_append_printf (list, "\n  --token %s --id %s", yy_token_get_serial (one->token), id);
    }
  g_set_error (error, YY_ERROR, YY_ERROR_USAGE, _ ("Say which certificate is meant:%s"), list->str);
  return FALSE;
}

static void
print_saved (const char *path)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *clean = text_clean (name);

  g_print (_ ("Saved to %s.\n"), clean);
}

static gboolean
list_or_export (Cli *cli, const char *id, const char *path, gboolean replace, GError **error)
{
  g_autoptr (GPtrArray) tokens = cli_find_tokens (cli);
  g_autoptr (GArray) found = find_certificates (tokens, id);

  if (!cli_check_found (cli, tokens, error) ||
      (path != NULL && !export_one (found, path, replace, error)))
    return FALSE;
  if (cli->json)
    print_json (found);
  else if (g_strcmp0 (path, "-") != 0 && found->len > 0)
    print_table (found);
  else if (found->len == 0)
    g_print ("%s\n", _ ("There is no certificate on it."));
  if (!cli->json && path != NULL && g_strcmp0 (path, "-") != 0)
    print_saved (path);
  return TRUE;
}

gboolean
command_certificates (Cli *cli, char **arguments, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *id = NULL;
  gboolean replace = FALSE;
  const GOptionEntry entries[] = {
    { "export", 'e', 0, G_OPTION_ARG_FILENAME, &path,
      N_ ("Save the certificate: DER for .cer and .der, else PEM; - for standard output"),
      N_ ("FILE") },
    { "id", 'i', 0, G_OPTION_ARG_STRING, &id, N_ ("Only the certificate with this id"),
      N_ ("HEX") },
    { "force", 'f', 0, G_OPTION_ARG_NONE, &replace, N_ ("Replace an existing file"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!cli_parse (cli, "certificates", _ ("list the certificates on the tokens, or save one"),
                  entries, arguments, error))
    return FALSE;
  if (cli->json && g_strcmp0 (path, "-") == 0)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE,
                           _ ("--json and --export - cannot be used together"));
      return FALSE;
    }
  return cli_start_tokens (cli, error) && list_or_export (cli, id, path, replace, error);
}
