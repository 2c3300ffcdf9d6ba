/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-document.h"

static void
print_memory (void)
{
  g_autofree char *status = NULL;

  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    g_print ("%s", status);
}

/* Says of each file named what yy_document_check() finds: "FAULT SUFFIX WIDTH HEIGHT PAGES"; with
   "--memory" before the names also how much memory this process took. */
int
main (int argc, char **argv)
{
  gboolean memory = argc > 1 && g_str_equal (argv[1], "--memory");

  for (int i = memory ? 2 : 1; i < argc; i++)
    {
      g_autofree char *text = NULL;
      gsize size = 0;
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = NULL;
      YyDocumentInfo info;
      YyDocumentFault fault;

      if (!g_file_get_contents (argv[i], &text, &size, &error))
        g_error ("%s", error->message);
      bytes = g_bytes_new_take (g_steal_pointer (&text), size);
      fault = yy_document_check (bytes, &info);
      g_print ("%s %s %u %u %u\n", yy_document_fault_get_nick (fault),
               yy_document_format_get_suffix (info.format), info.width, info.height, info.pages);
    }
  if (memory)
    print_memory ();
  return 0;
}
