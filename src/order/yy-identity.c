/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-identity.h"

#include <string.h>

#define LENGTH 18

/* GB 32100-2015, table 4: the letters I, O, S, V and Z are left out. */
static const char credit_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

gboolean
yy_identity_check_credit_code (const char *text)
{
  guint sum = 0;
  guint weight = 1;
  guint check = 0;

  if (strlen (text) != LENGTH)
    return FALSE;
  for (guint i = 0; i < LENGTH; i++)
    {
      const char *position = strchr (credit_alphabet, text[i]);

      if (position == NULL)
        return FALSE;
      check = (guint) (position - credit_alphabet);
      if (i < LENGTH - 1)
        sum += check * weight;
      weight = weight * 3 % 31;
    }
  return check == (31 - sum % 31) % 31;
}

static guint
number_at (const char *digits, guint length)
{
  guint value = 0;

  for (guint i = 0; i < length; i++)
    value = value * 10 + (guint) (digits[i] - '0');
  return value;
}

gboolean
yy_identity_check_person_number (const char *text)
{
  /* ISO 7064 MOD 11-2, the check characters in the order of the remainder. */
  static const char checks[] = "10X98765432";
  guint sum = 0;
  guint weight = 1;

  if (strlen (text) != LENGTH)
    return FALSE;
  for (int i = LENGTH - 2; i >= 0; i--)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      weight = weight * 2 % 11;
      sum += number_at (text + i, 1) * weight;
    }
  return g_date_valid_dmy ((GDateDay) number_at (text + 12, 2), number_at (text + 10, 2),
                           (GDateYear) number_at (text + 6, 4)) &&
         text[LENGTH - 1] == checks[sum % 11];
}
