/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-order.h"
#include "order/yy-profile.h"

#include <cairo.h>

G_BEGIN_DECLS

/** A4, in points (1/72 inch) */
#define YY_FORM_WIDTH  595.276
#define YY_FORM_HEIGHT 841.890

/**
 * YyForm:
 *
 * 《机构数字证书申请表》 filled in with an order's data, as pages of A4 to be printed, signed,
 * sealed and scanned. Immutable. Drawing is deterministic: the same order and profile give the same
 * bytes. One thread; needs no display.
 *
 * Each page has a QR code: "YINYAO-FORM:1:certificate-form:NUMBER", 1 being the version of this
 * text, NUMBER that of the order.
 */
typedef struct _YyForm YyForm;

/**
 * yy_form_new:
 * @order: with its number; fields that an order of its type does not have are left out of the form
 *
 * Returns: (transfer full): the form, laid out; keeps no reference to @order
 */
YyForm *yy_form_new (const YyOrder *order, YyProfile *profile);
YyForm *yy_form_ref (YyForm *form);
/** yy_form_free: drops a reference; the last one frees it */
void yy_form_free (YyForm *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyForm, yy_form_free)

/** yy_form_get_title: Returns: (transfer none): as in the CA's profile; Chinese */
const char *yy_form_get_title (YyForm *form);
/** yy_form_get_number: Returns: (transfer none): the order's number */
const char *yy_form_get_number (YyForm *form);
guint yy_form_get_n_pages (YyForm *form);

/** yy_form_draw_page: draws one page, %YY_FORM_WIDTH by %YY_FORM_HEIGHT units, on white paper that
 * is there already: for a widget, a printer or a file */
void yy_form_draw_page (YyForm *form, guint page, cairo_t *cr);

/** yy_form_to_pdf: Returns: (transfer full): a PDF whose text can be copied; or %NULL */
GBytes *yy_form_to_pdf (YyForm *form, GError **error);

/** yy_form_dup_file_name: Returns: (transfer full): "机构数字证书申请表-NUMBER.pdf" */
char *yy_form_dup_file_name (YyForm *form);

G_END_DECLS
