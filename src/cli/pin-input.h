/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"
#include "cli/cli.h"

G_BEGIN_DECLS

/** PIN_INPUT_NONE: no descriptor was given: ask at the terminal */
#define PIN_INPUT_NONE -1

/**
 * pin_input_check_descriptors:
 * @options: (array length=n): names of the options, for the message
 * @fds: (array length=n): their values
 *
 * Refuses a descriptor that cannot be one, is a terminal, or is given twice.
 */
gboolean
pin_input_check_descriptors (const char *const *options, const int *fds, guint n, GError **error);

/**
 * pin_input_read:
 * @fd: or %PIN_INPUT_NONE
 * @prompt: what to ask for at the terminal, where nothing typed is shown
 */
YySecret *pin_input_read (Cli *cli, int fd, const char *prompt, GError **error);

/** pin_input_read_present: the token's PIN, checked by a guard; tells the tries left first */
YySecret *
pin_input_read_present (Cli *cli, int fd, YyToken *token, gboolean last_try, GError **error);

/** pin_input_read_new: a new PIN that meets the rules; at the terminal it is asked for twice */
YySecret *pin_input_read_new (Cli *cli, int fd, YyToken *token, GError **error);

G_END_DECLS
