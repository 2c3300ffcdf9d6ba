/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-form-parts.h"

#include "form/yy-form-text.h"
#include "order/yy-document.h"

#define CODE_SIZE    66.0
#define CODE_TEXT    "YINYAO-FORM:1:certificate-form:%s"
#define TITLE_SIZE   22.0
#define CA_SIZE      11.0
#define NOTE_SIZE    8.0
#define MAX_NUMBER   64
#define PORTAL_LIMIT "5 MB"

char *
yy_form_dup_title (YyProfile *profile)
{
  char *title = g_key_file_get_string (yy_profile_get_key_file (profile), "documents",
                                       yy_document_get_nick (YY_DOCUMENT_CERTIFICATE_FORM), NULL);

  if (title != NULL && *title != '\0')
    return title;
  g_free (title);
  return g_strdup (yy_form_text.title);
}

/* No service's numbers are longer. */
static char *
dup_number (const YyOrder *order)
{
  return g_utf8_strlen (order->number, -1) > MAX_NUMBER
             ? g_utf8_substring (order->number, 0, MAX_NUMBER)
             : g_strdup (order->number);
}

static void
put_line (const YyTable *table,
          YyPart *part,
          const char *text,
          const YyTypeStyle *style,
          double x,
          double width)
{
  PangoLayout *layout = yy_typesetter_set (table->typesetter, text, style, width);
  double ascent = 0;
  double descent = 0;
  double y = yy_part_get_height (part);

  yy_typesetter_measure (layout, &ascent, &descent);
  yy_part_text (part, YY_TABLE_DARK, x, y + ascent, layout);
  yy_part_set_height (part, y + ascent + descent);
}

YyPart *
yy_form_head (const YyTable *table, const YyFormSource *source)
{
  /* Tracking follows the last character, too: centred text would stand too far to the left. */
  YyTypeStyle ca = { .size = CA_SIZE, .align = PANGO_ALIGN_CENTER, .tracking = 2 };
  YyTypeStyle title = {
    .size = TITLE_SIZE, .bold = TRUE, .align = PANGO_ALIGN_CENTER, .tracking = 3
  };
  double side = CODE_SIZE + 8;
  double width = YY_TABLE_WIDTH - 2 * side;
  g_autofree char *name = yy_form_dup_title (source->profile);
  g_autofree char *number = dup_number (source->order);
  g_autofree char *code = g_strdup_printf (CODE_TEXT, number);
  YyPart *part = yy_part_new ();

  yy_part_code (part, YY_TABLE_WIDTH - CODE_SIZE, 0, CODE_SIZE, code);
  yy_part_set_height (part, 6);
  put_line (table, part, yy_profile_get_name (source->profile), &ca, side + ca.tracking / 2, width);
  put_line (table, part, name, &title, side + title.tracking / 2, width);
  yy_part_set_height (part, MAX (yy_part_get_height (part), CODE_SIZE) + 9);
  return part;
}

static void
add_row (const YyTable *table, GPtrArray *parts, const YyCell *cells, guint n_cells)
{
  g_ptr_array_add (parts, yy_table_row (table, cells, n_cells, 0));
}

/* Pairs side by side when both are short, else each cell in a row of its own. */
static void
add_cells (const YyTable *table, GPtrArray *parts, const YyCell *cells, guint n_cells)
{
  for (guint i = 0; i < n_cells; i += 2)
    {
      guint n = MIN (2, n_cells - i);

      if (n == 2 && yy_table_fits (table, cells[i].value) &&
          yy_table_fits (table, cells[i + 1].value))
        add_row (table, parts, &cells[i], 2);
      else
        for (guint j = 0; j < n; j++)
          add_row (table, parts, &cells[i + j], 1);
    }
}

/* Joins the part at @index with the one behind it: a heading never ends a page. */
static void
join (GPtrArray *parts, guint index)
{
  if (index + 1 < parts->len)
    yy_part_append (parts->pdata[index], g_ptr_array_steal_index (parts, index + 1));
}

/* The value of the field at @index, with those that go on behind it. */
static char *
dup_value (const YyFormField *fields, guint count, guint index, const YyOrder *order)
{
  GString *text = g_string_new (yy_form_field_value (&fields[index], order));

  for (guint i = index + 1; i < count && fields[i].label == NULL; i++)
    {
      const char *value = yy_form_field_value (&fields[i], order);

      if (value != NULL)
        g_string_append_printf (text, "%s%s", text->len == 0 ? "" : "\u3000", value);
    }
  return g_string_free (text, FALSE);
}

static void
clear_cell (gpointer data)
{
  g_free ((char *) ((YyCell *) data)->value);
}

static void
add_section (const YyTable *table, const YyOrder *order, YyFormSection section, GPtrArray *parts)
{
  guint count = 0;
  const YyFormField *fields = yy_form_fields (&count);
  g_autoptr (GArray) cells = g_array_new (FALSE, FALSE, sizeof (YyCell));
  guint first = parts->len;

  g_array_set_clear_func (cells, clear_cell);
  g_ptr_array_add (parts, yy_table_bar (table, yy_form_text.sections[section]));
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *value = dup_value (fields, count, i, order);
      YyCell cell = { fields[i].label, value };

      if (fields[i].section != section || cell.label == NULL || *value == '\0')
        continue;
      if (fields[i].wide)
        {
          add_cells (table, parts, (const YyCell *) cells->data, cells->len);
          g_array_set_size (cells, 0);
          add_row (table, parts, &cell, 1);
          continue;
        }
      cell.value = g_steal_pointer (&value);
      g_array_append_val (cells, cell);
    }
  add_cells (table, parts, (const YyCell *) cells->data, cells->len);
  join (parts, first);
}

/* All business types, the order's one ticked. */
static char *
dup_types (YyOrderType type)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < YY_ORDER_N_TYPES; i++)
    g_string_append_printf (text, "%s%s %s", i == 0 ? "" : "\u3000",
                            i == type ? YY_TICKED_BOX : "□",
                            yy_form_type_text ((YyOrderType) i)->title);
  return g_string_free (text, FALSE);
}

/* In the time of Beijing, which is the time of all of China: where a form is made does not matter.
 */
static char *
dup_created (const YyOrder *order)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 60 * 60);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (order->created);
  g_autoptr (GDateTime) date = utc == NULL ? NULL : g_date_time_to_timezone (utc, zone);

  if (order->created == 0 || date == NULL)
    return NULL;
  return g_date_time_format (date, yy_form_text.created_format);
}

/* What the order is to end with: a certificate, a seal. */
static void
add_result (const YyTable *table, const YyOrder *order, GPtrArray *parts)
{
  gboolean seal = order->seal && order->seal_name != NULL;
  g_autofree char *years = yy_form_text_years (order->years);
  YyCell cells[] = { { yy_form_text.years, years },
                     { yy_form_text.seal, seal ? order->seal_name : yy_form_text.seal_declined } };

  if (yy_order_type_get_info (order->type)->issues)
    add_cells (table, parts, cells, 2);
  else if (seal)
    add_row (table, parts, &cells[1], 1);
}

static void
add_business (const YyTable *table, const YyOrder *order, GPtrArray *parts)
{
  g_autofree char *types = dup_types (order->type);
  g_autofree char *created = dup_created (order);
  YyCell number[] = { { yy_form_text.number, order->number }, { yy_form_text.created, created } };
  YyCell type = { yy_form_text.type, types };
  YyCell token = { yy_form_text.token, order->token };
  guint first = parts->len;

  g_ptr_array_add (parts, yy_table_bar (table, yy_form_text.business));
  add_cells (table, parts, number, created == NULL ? 1 : 2);
  join (parts, first);
  add_row (table, parts, &type, 1);
  add_result (table, order, parts);
  if (order->token != NULL)
    add_row (table, parts, &token, 1);
}

void
yy_form_add_data (const YyTable *table, const YyFormSource *source, GPtrArray *parts)
{
  add_business (table, source->order, parts);
  for (guint i = 0; i < YY_FORM_N_SECTIONS; i++)
    add_section (table, source->order, (YyFormSection) i, parts);
}

YyPart *
yy_form_notes (const YyTable *table, const YyFormSource *source)
{
  const YyOrderTypeInfo *info = yy_order_type_get_info (source->order->type);
  YyTypeStyle style = { .size = NOTE_SIZE };
  g_autofree char *limit = info->start == YY_START_PORTAL
                               ? g_strdup (PORTAL_LIMIT)
                               : g_strdup_printf ("%u KB", YY_DOCUMENT_MAX_SIZE / 1024);
  g_autofree char *scan = yy_form_text_note_scan (limit);
  const char *notes[] = { yy_form_text.note_check, yy_form_text.note_sign, scan,
                          yy_form_text.note_papers };
  guint count = (info->post & YY_POST_PAPERS) != 0 ? 4 : 3;
  g_autoptr (GString) text = g_string_new (yy_form_text.notes);
  YyPart *part = yy_part_new ();

  for (guint i = 0; i < count; i++)
    g_string_append_printf (text, "\n%u. %s", i + 1, notes[i]);
  yy_part_set_height (part, 5);
  put_line (table, part, text->str, &style, 0, YY_TABLE_WIDTH);
  return part;
}

YyPart *
yy_form_foot (const YyTable *table, const YyFormSource *source, guint page, guint n_pages)
{
  YyTypeStyle left = { .size = NOTE_SIZE };
  YyTypeStyle right = { .size = NOTE_SIZE, .align = PANGO_ALIGN_RIGHT };
  double half = YY_TABLE_WIDTH / 2;
  g_autofree char *ca = yy_form_text_foot (yy_profile_get_name (source->profile),
                                           yy_profile_get_hotline (source->profile));
  g_autofree char *number = dup_number (source->order);
  g_autofree char *where = yy_form_text_page (number, page + 1, n_pages);
  YyPart *part = yy_part_new ();
  double height = 0;

  yy_part_line (part, YY_TABLE_FAINT, YY_TABLE_RULE, 0, 0, YY_TABLE_WIDTH, 0);
  yy_part_set_height (part, 4);
  put_line (table, part, ca, &left, 0, half - 4);
  height = yy_part_get_height (part);
  yy_part_set_height (part, 4);
  put_line (table, part, where, &right, half + 4, half - 4);
  yy_part_set_height (part, MAX (height, yy_part_get_height (part)));
  return part;
}
