/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-table.h"

#include "ra/ra-command.h"

#include <unistd.h>

#define GAP 2

struct _RaTable
{
  guint n_columns;
  GPtrArray *cells; /* row by row, the headings first */
};

RaTable *
ra_table_new (const char *const *headings)
{
  RaTable *table = g_new0 (RaTable, 1);

  table->cells = g_ptr_array_new_with_free_func (g_free);
  for (; headings[table->n_columns] != NULL; table->n_columns++)
    ra_table_add (table, headings[table->n_columns]);
  return table;
}

void
ra_table_add (RaTable *table, const char *cell)
{
  g_ptr_array_add (table->cells, ra_command_escape (cell));
}

/* Columns that it takes on a terminal. */
static guint
width_of (const char *text)
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

static guint *
measure (RaTable *table)
{
  guint *widths = g_new0 (guint, table->n_columns);

  for (guint i = 0; i < table->cells->len; i++)
    {
      guint *width = &widths[i % table->n_columns];

      *width = MAX (*width, width_of (table->cells->pdata[i]));
    }
  return widths;
}

void
ra_table_print (RaTable *table)
{
  gboolean terminal = isatty (STDOUT_FILENO) != 0;
  g_autofree guint *widths = measure (table);

  for (guint i = terminal ? 0 : table->n_columns; i < table->cells->len; i++)
    {
      const char *cell = table->cells->pdata[i];
      guint column = i % table->n_columns;

      if (column + 1 == table->n_columns)
        g_print ("%s\n", cell);
      else if (terminal)
        g_print ("%s%*s", cell, (int) (widths[column] - width_of (cell) + GAP), "");
      else
        g_print ("%s\t", cell);
    }
}

void
ra_table_free (RaTable *table)
{
  g_ptr_array_unref (table->cells);
  g_free (table);
}
