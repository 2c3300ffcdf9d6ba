/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** exit_status_for: Returns: the program's exit status for @error */
int exit_status_for (const GError *error);

/** exit_status_dup_help: Returns: (transfer full): all of them, one a line, translated */
char *exit_status_dup_help (void);

G_END_DECLS
