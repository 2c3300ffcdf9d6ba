/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * RaCommand:
 * @name: one or two words
 * @arguments: what follows, for the usage text
 * @run: does it; @arguments are checked to be at least @n_arguments
 */
typedef struct
{
  const char *name;
  const char *arguments;
  guint n_arguments;
  gboolean (*run) (char **arguments, GError **error);
  const GOptionEntry *options;
  const char *summary; /* marked for translation */
} RaCommand;

/** ra_command_options: what every office command has: --dir, --json */
typedef struct
{
  char *directory;
  gboolean json;
} RaCommandOptions;
extern RaCommandOptions ra_command_options;

/** ra_command_open: Returns: (transfer full): the site in --dir */
RaSite *ra_command_open (GError **error);
/** ra_command_who: Returns: (transfer none): who runs this, for the audit log */
const char *ra_command_who (void);
/** ra_command_print_json: (transfer full) @array: prints it */
void ra_command_print_json (JsonArray *array);
/**
 * ra_command_escape:
 * @text: (nullable): what somebody typed, anywhere
 *
 * Returns: (transfer full): @text for a terminal: what would move the cursor, change the direction
 *   of writing or begin another line stands as \\x1b or \\u{202e}
 */
char *ra_command_escape (const char *text);
/** ra_command_print_row: prints texts, ended by %NULL, escaped and with tabs between them */
void ra_command_print_row (const char *first, ...) G_GNUC_NULL_TERMINATED;
/** ra_command_format_time: Returns: (transfer full): seconds since 1970 in UTC, RFC 3339 */
char *ra_command_format_time (gint64 time);

/** ra_command_write_file: writes a new file that only its owner can read; nothing that is there is
 * written over */
gboolean ra_command_write_file (const char *path, GBytes *contents, GError **error);

extern const RaCommand ra_command_init;
extern const RaCommand ra_command_serve;
extern const RaCommand ra_command_order_add;
extern const RaCommand ra_command_order_list;
extern const RaCommand ra_command_order_show;
extern const RaCommand ra_command_order_approve;
extern const RaCommand ra_command_order_reject;
extern const RaCommand ra_command_order_resend;
extern const RaCommand ra_command_order_withdraw;
extern const RaCommand ra_command_order_open;
extern const RaCommand ra_command_order_form;
extern const RaCommand ra_command_outbox;
extern const RaCommand ra_command_audit;
extern const RaCommand ra_command_token_list;
extern const RaCommand ra_command_token_allow;
extern const RaCommand ra_command_office_add;

G_END_DECLS
