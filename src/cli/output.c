/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"
#include "cli/text.h"

void
cli_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);

  g_print ("%s\n", text);
}

/* Strings of a card need not be UTF-8, those of JSON must be. */
void
cli_add_text (JsonBuilder *builder, const char *name, const char *text)
{
  g_autofree char *valid = text == NULL ? NULL : g_utf8_make_valid (text, -1);

  json_builder_set_member_name (builder, name);
  if (valid == NULL)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, valid);
}

void
cli_add_certificate (JsonBuilder *builder, YyToken *token, const YyTokenCertificate *item)
{
  YyCertificate *certificate = item->certificate;
  g_autofree char *before = text_dup_time (yy_certificate_get_not_before (certificate));
  g_autofree char *after = text_dup_time (yy_certificate_get_not_after (certificate));
  g_autofree char *id = item->id == NULL ? NULL : text_dup_hex (item->id);

  json_builder_begin_object (builder);
  cli_add_text (builder, "token", yy_token_get_serial (token));
  cli_add_text (builder, "subject", yy_certificate_get_subject (certificate));
  cli_add_text (builder, "issuer", yy_certificate_get_issuer (certificate));
  cli_add_text (builder, "serial_number", yy_certificate_get_serial_number (certificate));
  cli_add_text (builder, "not_before", before);
  cli_add_text (builder, "not_after", after);
  cli_add_text (builder, "sha256", yy_certificate_get_sha256 (certificate));
  json_builder_set_member_name (builder, "has_key");
  if (item->has_key < 0)
    json_builder_add_null_value (builder);
  else
    json_builder_add_boolean_value (builder, item->has_key > 0);
  cli_add_text (builder, "id", id);
  json_builder_end_object (builder);
}

JsonBuilder *
cli_begin_result (YyToken *token, const char *result)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  cli_add_text (builder, "token", yy_token_get_serial (token));
  cli_add_text (builder, "module", yy_token_get_module (token));
  cli_add_text (builder, "result", result);
  return builder;
}

void
cli_end_result (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  cli_print_json (builder);
  g_object_unref (builder);
}
