/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pango.h>

G_BEGIN_DECLS

/** YY_TICKED_BOX: the one sign that is drawn here rather than taken from a font: ☑ */
#define YY_TICKED_BOX "\u2611"

/**
 * YyTypeStyle:
 * @size: of the characters, in points
 * @tracking: added between characters, in points
 * @leading: distance of lines, as a multiple of their natural one; 0 for 1
 */
typedef struct
{
  double size;
  gboolean bold;
  PangoAlignment align;
  double tracking;
  double leading;
} YyTypeStyle;

/**
 * YyTypesetter:
 *
 * Sets Chinese text for print: fonts, language, breaking, and what to do with characters that no
 * font has. Sizes do not depend on the screen. One thread; needs no display.
 */
typedef struct _YyTypesetter YyTypesetter;

YyTypesetter *yy_typesetter_new (void);
void yy_typesetter_free (YyTypesetter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyTypesetter, yy_typesetter_free)

/**
 * yy_typesetter_set:
 * @text: UTF-8
 * @width: in points, where lines are broken; negative for one line
 *
 * A character that no font has, and every one for private use, on whose look no two fonts agree, is
 * drawn as a box with its code in it, and can be copied like any other.
 *
 * Returns: (transfer full): lives on without the typesetter
 */
PangoLayout *
yy_typesetter_set (YyTypesetter *self, const char *text, const YyTypeStyle *style, double width);

/** yy_typesetter_measure: @ascent, @descent: (out): what @layout takes above and below its top left
 * corner, signs that rise above their line included; @descent is from that corner, too */
void yy_typesetter_measure (PangoLayout *layout, double *ascent, double *descent);

G_END_DECLS
