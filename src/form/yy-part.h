/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pangocairo.h>

G_BEGIN_DECLS

/**
 * YyPart:
 *
 * A horizontal slice of a page: what is drawn in it, in points from its top left corner, and how
 * high it is. The page is made by putting parts below one another.
 */
typedef struct _YyPart YyPart;

YyPart *yy_part_new (void);
void yy_part_free (YyPart *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyPart, yy_part_free)

void yy_part_set_height (YyPart *part, double height);
double yy_part_get_height (YyPart *part);

/** yy_part_fill: @grey: 0 black to 1 white */
void yy_part_fill (YyPart *part, double grey, double x, double y, double width, double height);
/** yy_part_line: from @x, @y to @width further right and @height further down */
void yy_part_line (YyPart *part,
                   double grey,
                   double thickness,
                   double x,
                   double y,
                   double width,
                   double height);
/** yy_part_text: @layout: (transfer full), its top left corner at @x, @y */
void yy_part_text (YyPart *part, double grey, double x, double y, PangoLayout *layout);

/**
 * yy_part_code:
 * @text: ASCII
 *
 * A QR code of @text (ISO/IEC 18004, byte mode, error correction level Q), without its quiet zone;
 * nothing at all if @text is too long for one.
 */
void yy_part_code (YyPart *part, double x, double y, double size, const char *text);

/** yy_part_take: @other: (transfer full): what is drawn in it becomes what is drawn in @part */
void yy_part_take (YyPart *part, double x, double y, YyPart *other);
/** yy_part_append: the same, below what @part has so far, which gets that much higher */
void yy_part_append (YyPart *part, YyPart *other);

void yy_part_draw (YyPart *part, cairo_t *cr, double x, double y);

G_END_DECLS
