/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-form-parts.h"

#include "form/yy-form-text.h"

/* A round seal has 40 mm at most, 113 points; nobody sets it exactly in the middle. */
#define STAMP_HEIGHT     134.0
#define SIGNATURE_HEIGHT 88.0
#define OFFICE_HEIGHT    27.0
#define STAMP_NOTE_SIZE  8.0

static YyPart *
declaration (const YyTable *table, const YyFormSource *source)
{
  g_autofree char *text =
      yy_form_text_declaration (yy_profile_get_name (source->profile), source->order->type);
  YyTable smaller = *table;
  YyCell cell = { NULL, text };

  smaller.size -= 1;
  return yy_table_row (&smaller, &cell, 1, 0);
}

static void
put_stamp_note (const YyTable *table, YyPart *part, double x, double width)
{
  YyTypeStyle style = { .size = STAMP_NOTE_SIZE, .align = PANGO_ALIGN_CENTER };

  yy_part_text (part, YY_TABLE_FAINT, x, STAMP_HEIGHT - 16,
                yy_typesetter_set (table->typesetter, yy_form_text.stamp_note, &style, width));
}

/* On the left the agent signs and dates, on the right there is room for the seal. */
static YyPart *
signature (const YyTable *table)
{
  double half = YY_TABLE_WIDTH / 2;
  double blank = half - YY_TABLE_LABEL;
  const double rules[] = { YY_TABLE_LABEL, half, half + YY_TABLE_LABEL };
  YyPart *part = yy_part_new ();

  yy_table_center (table, part, yy_form_text.signature, 0, 0, YY_TABLE_LABEL, SIGNATURE_HEIGHT);
  yy_table_center (table, part, yy_form_text.date, 0, SIGNATURE_HEIGHT, YY_TABLE_LABEL,
                   STAMP_HEIGHT - SIGNATURE_HEIGHT);
  yy_table_center (table, part, yy_form_text.date_blank, YY_TABLE_LABEL, SIGNATURE_HEIGHT, blank,
                   STAMP_HEIGHT - SIGNATURE_HEIGHT);
  yy_table_center (table, part, yy_form_text.stamp, half, 0, YY_TABLE_LABEL, STAMP_HEIGHT);
  put_stamp_note (table, part, half + YY_TABLE_LABEL, blank);
  yy_part_line (part, YY_TABLE_DARK, YY_TABLE_RULE, 0, SIGNATURE_HEIGHT, half, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    yy_part_line (part, YY_TABLE_DARK, YY_TABLE_RULE, rules[i], 0, 0, STAMP_HEIGHT);
  yy_part_set_height (part, STAMP_HEIGHT);
  yy_table_rule (part);
  return part;
}

YyPart *
yy_form_closing (const YyTable *table, const YyFormSource *source)
{
  YyCell decision[] = { { yy_form_text.decision, yy_form_text.decisions },
                        { yy_form_text.officer, NULL } };
  YyCell remark[] = { { yy_form_text.remark, NULL }, { yy_form_text.office_date, NULL } };
  YyPart *part = yy_table_bar (table, yy_form_text.declaration);

  yy_part_append (part, declaration (table, source));
  yy_part_append (part, signature (table));
  yy_part_append (part, yy_table_bar (table, yy_form_text.office));
  yy_part_append (part, yy_table_row (table, decision, 2, OFFICE_HEIGHT));
  yy_part_append (part, yy_table_row (table, remark, 2, OFFICE_HEIGHT));
  return part;
}
