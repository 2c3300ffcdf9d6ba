/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-order.h"

G_BEGIN_DECLS

/* Every word on the form. They are not translated: the form is a Chinese document that a Chinese
   office reads, seals and files, whatever language the person at the client speaks. */

/** YyFormSection: the parts of the table with an order's data */
typedef enum
{
  YY_FORM_ORGANIZATION,
  YY_FORM_AGENT,
} YyFormSection;
#define YY_FORM_N_SECTIONS 2

/**
 * YyFormField:
 * @label: what stands before the value; %NULL: the value goes on where the one before it ends
 * @offset: of the char * in #YyOrder
 * @wide: has a row of its own; others stand in pairs
 * @words: (nullable): pairs of a value and what is written for it, ended by %NULL
 */
typedef struct
{
  YyFormSection section;
  const char *label;
  gsize offset;
  gboolean wide;
  const char *const *words;
} YyFormField;

/** yy_form_fields: Returns: (array length=count): in the order in which they stand on the form */
const YyFormField *yy_form_fields (guint *count);

/** yy_form_field_value: Returns: (transfer none) (nullable): as it is written on the form */
const char *yy_form_field_value (const YyFormField *field, const YyOrder *order);

/** YyFormTypeText: @request: what the organization asks the CA for, in its declaration */
typedef struct
{
  const char *title;
  const char *request;
} YyFormTypeText;

const YyFormTypeText *yy_form_type_text (YyOrderType type);

/** YyFormText: the rest, from top to bottom */
typedef struct
{
  const char *title;
  const char *business;
  const char *number;
  const char *created;
  const char *created_format; /* g_date_time_format() */
  const char *type;
  const char *token;
  const char *years;
  const char *seal;
  const char *seal_declined;
  const char *sections[YY_FORM_N_SECTIONS];
  const char *declaration;
  const char *signature;
  const char *date;
  const char *date_blank;
  const char *stamp;
  const char *stamp_note;
  const char *office;
  const char *decision;
  const char *decisions;
  const char *officer;
  const char *remark;
  const char *office_date;
  const char *notes;
  const char *note_check;
  const char *note_sign;
  const char *note_papers;
} YyFormText;

extern const YyFormText yy_form_text;

/* With something in them. All (transfer full). */
char *yy_form_text_years (guint years);
char *yy_form_text_declaration (const char *ca, YyOrderType type);
/** yy_form_text_note_scan: @limit: size with its unit */
char *yy_form_text_note_scan (const char *limit);
char *yy_form_text_foot (const char *ca, const char *hotline);
/** yy_form_text_page: @page: from 1 */
char *yy_form_text_page (const char *number, guint page, guint n_pages);

G_END_DECLS
