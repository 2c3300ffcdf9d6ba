/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pango.h>

G_BEGIN_DECLS

/** yy_stand_in_prepare: layouts of @context can have stand-ins */
void yy_stand_in_prepare (PangoContext *context);

/**
 * yy_stand_in_new:
 * @c: a character that no font has, or ☑
 * @size: of the text around it
 *
 * A box as wide as an ideograph, with the character's code in it in hexadecimal digits (a tick for
 * ☑). In a PDF the box carries the character: text copied out of it has it, not the box.
 *
 * Returns: (transfer full): an attribute for that character
 */
PangoAttribute *yy_stand_in_new (gunichar c, double size);

G_END_DECLS
