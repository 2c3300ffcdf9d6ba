/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** VtOptions: the command line, checked. */
typedef struct
{
  char *state;
  char *serial; /* NULL: the state's own, or the default of a new one */
  char *apdu_log;
  char *control;
  int port;
  int delay;
  int cut_before;
  int cut_after;
  gint64 memory;
  gboolean removed;
} VtOptions;

gboolean vt_options_parse (VtOptions *options, int *argc, char ***argv, GError **error);
void vt_options_clear (VtOptions *options);

G_END_DECLS
