/* SPDX-License-Identifier: GPL-3.0-or-later */
/* form-writer PROFILE ORDER OUTPUT: writes the form of an order (JSON) as PDF. For the tests, which
   want forms of orders that no service has. */
#include "form/yy-form.h"

#include <stdlib.h>

static GBytes *
read_file (const char *path)
{
  char *text = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &text, &length, &error))
    g_error ("%s", error->message);
  return g_bytes_new_take (text, length);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) profile_text = NULL;
  g_autoptr (GBytes) order_text = NULL;
  g_autoptr (YyProfile) profile = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (YyOrder) order = NULL;
  g_autoptr (YyForm) form = NULL;
  g_autoptr (GBytes) pdf = NULL;

  if (argc != 4)
    return EXIT_FAILURE;
  profile_text = read_file (argv[1]);
  order_text = read_file (argv[2]);
  profile = yy_profile_new (profile_text, &error);
  g_assert_no_error (error);
  node = json_from_string (g_bytes_get_data (order_text, NULL), &error);
  g_assert_no_error (error);
  order = yy_order_new_from_json (node, &error);
  g_assert_no_error (error);
  form = yy_form_new (order, profile);
  pdf = yy_form_to_pdf (form, &error);
  g_assert_no_error (error);
  if (!g_file_set_contents (argv[3], g_bytes_get_data (pdf, NULL), (gssize) g_bytes_get_size (pdf),
                            &error))
    g_error ("%s", error->message);
  g_print ("%u\n", yy_form_get_n_pages (form));
  return EXIT_SUCCESS;
}
