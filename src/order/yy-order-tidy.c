/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-order-fields.h"

#include <string.h>

/* Numbers are typed with an input method for Chinese, with spaces, with a small x at the end. */
static void
tidy_number (char **text, const char *left_out)
{
  g_autofree char *plain =
      *text == NULL ? NULL : g_utf8_normalize (*text, -1, G_NORMALIZE_ALL_COMPOSE);
  GString *number = NULL;

  if (plain == NULL)
    return;
  number = g_string_new (NULL);
  for (const char *c = plain; *c != '\0'; c++)
    if (strchr (left_out, *c) == NULL)
      g_string_append_c (number, g_ascii_toupper (*c));
  g_free (*text);
  *text = g_string_free (number, FALSE);
}

/* The space of a Chinese input method is one, too. */
static void
tidy_text (char **text)
{
  const char *start = *text;
  const char *end = NULL;
  char *tidy = NULL;

  if (start == NULL)
    return;
  end = start + strlen (start);
  while (start < end && g_unichar_isspace (g_utf8_get_char (start)))
    start = g_utf8_next_char (start);
  while (end > start && g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (end))))
    end = g_utf8_prev_char (end);
  tidy = g_strndup (start, (gsize) (end - start));
  g_free (*text);
  *text = tidy;
}

void
yy_order_tidy (YyOrder *order)
{
  guint count = 0;
  const YyOrderField *fields = yy_order_fields (&count);

  for (guint i = 0; i < count; i++)
    tidy_text (yy_order_field_value (order, &fields[i]));
  tidy_number (&order->organization_document_number, " ");
  tidy_number (&order->agent_document_number, " ");
  tidy_number (&order->agent_mobile, " -");
}
