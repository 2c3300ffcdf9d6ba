/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "token/yy-token.h"

G_BEGIN_DECLS

/**
 * YyTokenFields:
 *
 * What yy_token_parse() understood of an agent's properties; a snapshot takes it over.
 */
typedef struct
{
  char *serial;
  char *label;
  char *manufacturer;
  char *model;
  char *reader;
  guint64 flags;
  int tries_left;
  guint min_pin_length;
  guint max_pin_length;
  gint64 free_memory;
  GPtrArray *certificates; /* of YyTokenCertificate */
  GPtrArray *keys;         /* of YyTokenKey */
  GPtrArray *data_objects; /* of YyTokenData */
} YyTokenFields;

/**
 * yy_token_parse:
 * @properties: (element-type utf8 GVariant): properties of one org.yinyao.Agent.Token
 * @fields: (out): what was understood, to be cleared with yy_token_fields_clear()
 * @error: return location
 *
 * Everything comes from a card by way of a driver, so nothing is believed: a property of the wrong
 * type or too long counts as missing, a malformed certificate is left out, control characters in
 * texts are replaced.
 *
 * Returns: %FALSE with %YY_ERROR_INVALID_DATA when there is no usable serial number
 */
gboolean yy_token_parse (GHashTable *properties, YyTokenFields *fields, GError **error);
void yy_token_fields_clear (YyTokenFields *fields);

/**
 * yy_token_clean_text:
 * @text: UTF-8 from a card or a driver
 *
 * Returns: (transfer full): at most 256 bytes of it, without control characters
 */
char *yy_token_clean_text (const char *text);

/**
 * yy_token_new:
 * @module: path of the module
 * @properties: (element-type utf8 GVariant): see yy_token_parse()
 *
 * Returns: (transfer full): a snapshot, or %NULL with %YY_ERROR_INVALID_DATA
 */
YyToken *yy_token_new (const char *module, GHashTable *properties, GError **error);

G_END_DECLS
