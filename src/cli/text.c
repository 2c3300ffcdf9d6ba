/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/text.h"

#include <glib/gi18n.h>

#define GAP 2

struct _TextTable
{
  guint n_columns;
  GPtrArray *cells;
};

/* Control characters, and those that change the order of what is written around them. */
static gboolean
steers (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
         type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

char *
text_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text == NULL ? "" : text, -1);
  g_autoptr (GString) clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (clean, steers (c) ? '?' : c);
    }
  return g_string_free (g_steal_pointer (&clean), FALSE);
}

guint
text_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

static char *
days_left (YyCertificate *certificate)
{
  gulong days = (gulong) yy_certificate_get_days_left (certificate);

  if (days == 0)
    return g_strdup (_ ("less than a day left"));
  return g_strdup_printf (ngettext ("%lu day left", "%lu days left", days), days);
}

char *
text_dup_validity (YyCertificate *certificate)
{
  GDateTime *before = yy_certificate_get_not_before (certificate);
  GDateTime *after = yy_certificate_get_not_after (certificate);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) before_here = g_date_time_to_local (before);
  g_autoptr (GDateTime) after_here = g_date_time_to_local (after);
  g_autofree char *first_day = g_date_time_format (before_here, "%F");
  g_autofree char *last_day = g_date_time_format (after_here, "%F");
  g_autofree char *left = NULL;

  if (g_date_time_compare (now, after) > 0)
    return g_strdup_printf (_ ("expired on %s"), last_day);
  if (g_date_time_compare (now, before) < 0)
    return g_strdup_printf (_ ("not valid before %s"), first_day);
  left = days_left (certificate);
  return g_strdup_printf (_ ("until %s (%s)"), last_day, left);
}

char *
text_dup_time (GDateTime *time)
{
  g_autoptr (GDateTime) utc = g_date_time_to_utc (time);

  return g_date_time_format (utc, "%Y-%m-%dT%H:%M:%SZ");
}

char *
text_dup_hex (GBytes *bytes)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autoptr (GString) hex = g_string_sized_new (2 * length);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (g_steal_pointer (&hex), FALSE);
}

TextTable *
text_table_new (guint n_columns)
{
  TextTable *table = g_new0 (TextTable, 1);

  table->n_columns = n_columns;
  table->cells = g_ptr_array_new_with_free_func (g_free);
  return table;
}

void
text_table_add (TextTable *table, const char *cell)
{
  g_ptr_array_add (table->cells, text_clean (cell));
}

static guint
column_width (TextTable *table, guint column)
{
  guint width = 0;

  for (guint i = column; i < table->cells->len; i += table->n_columns)
    width = MAX (width, text_width (table->cells->pdata[i]));
  return width;
}

void
text_table_print (TextTable *table)
{
  for (guint i = 0; i < table->cells->len; i++)
    {
      const char *cell = table->cells->pdata[i];
      guint column = i % table->n_columns;

      if (column + 1 == table->n_columns)
        g_print ("%s\n", cell);
      else
        g_print ("%s%*s", cell, (int) (column_width (table, column) + GAP - text_width (cell)), "");
    }
}

void
text_table_free (TextTable *table)
{
  g_ptr_array_unref (table->cells);
  g_free (table);
}
