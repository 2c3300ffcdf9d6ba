/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pangocairo.h>

G_BEGIN_DECLS

/**
 * yy_glyphs_show_layout:
 *
 * Draws @layout with its top left corner at the current point, as pango_cairo_show_layout() does,
 * but from the outlines of its glyphs. cairo 1.16 writes subsets of CFF fonts into PDFs (and so to
 * printers) in which single characters have no outline: of Noto Sans CJK, the 如 of 例如 is one.
 * A form on which a character of a name may be missing is no form. Outlines are wrapped in a font
 * of their own (Type 3 in a PDF), so the text can still be copied.
 */
void yy_glyphs_show_layout (cairo_t *cr, PangoLayout *layout);

/** yy_glyphs_show: one run of glyphs, its base line beginning at the current point; @text is what
 * @item's offset and clusters refer to */
void yy_glyphs_show (cairo_t *cr, PangoContext *context, const char *text, PangoGlyphItem *item);

G_END_DECLS
