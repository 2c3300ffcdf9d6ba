/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "form/yy-form-table.h"
#include "order/yy-order.h"
#include "order/yy-profile.h"

G_BEGIN_DECLS

/** YyFormSource: what a form is made from */
typedef struct
{
  const YyOrder *order;
  YyProfile *profile;
} YyFormSource;

/** yy_form_dup_title: Returns: (transfer full): as the CA's profile has it */
char *yy_form_dup_title (YyProfile *profile);

/** yy_form_head: the CA, the title, the QR code */
YyPart *yy_form_head (const YyTable *table, const YyFormSource *source);

/** yy_form_add_data: appends the parts with the order's data to @parts; no page ends within one */
void yy_form_add_data (const YyTable *table, const YyFormSource *source, GPtrArray *parts);

/** yy_form_closing: what is signed, sealed and decided: declaration, signature, seal, office */
YyPart *yy_form_closing (const YyTable *table, const YyFormSource *source);

/** yy_form_notes: how to fill in the form, below the table */
YyPart *yy_form_notes (const YyTable *table, const YyFormSource *source);

/** yy_form_foot: the last line of a page */
YyPart *yy_form_foot (const YyTable *table, const YyFormSource *source, guint page, guint n_pages);

G_END_DECLS
