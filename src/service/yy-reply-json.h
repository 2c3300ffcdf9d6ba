/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "base/yy-secret.h"
#include "service/yy-http.h"

G_BEGIN_DECLS

/* Members of the service's answers, one at a time. Those that read, and fail, set
 * YY_ERROR_SERVICE_FAILED with the member's name. */

/** yy_json_refuse: sets @error, unless it is set; Returns: %FALSE */
gboolean yy_json_refuse (GError **error, const char *name);

/** yy_json_parse: Returns: (transfer none): the root object, which @parser owns, or %NULL */
JsonObject *yy_json_parse (YyHttpAnswer *answer, JsonParser *parser, GError **error);

JsonObject *yy_json_get_object (JsonObject *object, const char *name, GError **error);

/** yy_json_peek_text: @object: (nullable): Returns: (nullable): unchecked */
const char *yy_json_peek_text (JsonObject *object, const char *name);

/** yy_json_peek_number: Returns: @missing when it is not there, or no whole number */
gint64 yy_json_peek_number (JsonObject *object, const char *name, gint64 missing);

/** yy_json_is_null: Returns: whether it is null or not there */
gboolean yy_json_is_null (JsonObject *object, const char *name);

/** yy_json_read_text: text for people: short, and without anything that moves a cursor */
gboolean yy_json_read_text (JsonObject *object, const char *name, char **text, GError **error);

/** yy_json_is_token: @text: (nullable): Returns: whether it is at most @max letters, digits and
 * signs that need no quoting in a header */
gboolean yy_json_is_token (const char *text, gsize max);

/** yy_json_read_token: one that may become a part of an address, too */
gboolean yy_json_read_token (JsonObject *object, const char *name, char **text, GError **error);

/** yy_json_read_bearer: wipes the parser's copy */
gboolean
yy_json_read_bearer (JsonObject *object, const char *name, YySecret **secret, GError **error);

G_END_DECLS
