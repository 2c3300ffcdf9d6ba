/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"
#include "cli/cli.h"
#include "service/yy-code.h"

G_BEGIN_DECLS

/** code_input_hide: other users can read the argument list: it shows @code no longer than necessary
 */
void code_input_hide (char **arguments, const char *code);

/**
 * code_input_take:
 * @text: (nullable): value of --code; it is wiped
 * @fd: or %PIN_INPUT_NONE
 *
 * Returns: (transfer full): the code, of the right shape; without @text and @fd it is asked for at
 *   the terminal
 */
YySecret *code_input_take (Cli *cli, YyCodeKind kind, char *text, int fd, GError **error);

/** code_input_free: wipes and frees the value of --code */
void code_input_free (char *text);

G_END_DECLS
