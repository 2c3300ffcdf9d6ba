/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * yy_json_is_harmless:
 * @text: hostile; UTF-8
 * @max_depth: how many objects and arrays may be inside each other
 *
 * Looks at what is to be given to a JsonParser. That calls itself for every level, so brackets
 * alone would overflow the stack; and a NUL character within a text would end it early.
 */
gboolean yy_json_is_harmless (const char *text, gsize length, guint max_depth);

G_END_DECLS
