/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** EXIT_STATUS_UNUSABLE_FILE: no error's own: only the command knows whose file it was */
#define EXIT_STATUS_UNUSABLE_FILE 16

/** exit_status_for: Returns: the program's exit status for @error */
int exit_status_for (const GError *error);

/** exit_status_dup_help: Returns: (transfer full): all of them, one a line, translated */
char *exit_status_dup_help (void);

G_END_DECLS
