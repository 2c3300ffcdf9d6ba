/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "base/yy-settings.h"
#include "order/yy-profile.h"
#include "service/yy-service.h"
#include "token/yy-token-manager.h"

G_BEGIN_DECLS

/**
 * Cli:
 *
 * One run of yinyaoctl. Commands are straight lines of code: they start an asynchronous call and
 * turn the main loop until its result is there (cli_await()).
 */
typedef struct
{
  gboolean json;
  char *token;
  char *module;
  YySettings *settings;
  YyProfile *profile;
  YyTokenManager *manager;
  YyService *service;
  GCancellable *cancellable; /* cancelled by the first SIGINT, SIGTERM or SIGHUP */
  int status;                /* not 0: the exit status of a failure, in place of the error's own */
} Cli;

/** CommandFunc: @arguments: (array zero-terminated=1): what followed the command's name */
typedef gboolean (*CommandFunc) (Cli *cli, char **arguments, GError **error);

gboolean command_activate (Cli *cli, char **arguments, GError **error);
gboolean command_certificates (Cli *cli, char **arguments, GError **error);
gboolean command_change_pin (Cli *cli, char **arguments, GError **error);
gboolean command_prepare_token (Cli *cli, char **arguments, GError **error);
gboolean command_test_signature (Cli *cli, char **arguments, GError **error);
gboolean command_tokens (Cli *cli, char **arguments, GError **error);
gboolean command_unlock (Cli *cli, char **arguments, GError **error);

/**
 * cli_parse:
 * @name: the command's name
 * @summary: what it does, for --help
 * @entries: its own options besides --token, --module and --json
 *
 * Parses a command's arguments, or prints its help and ends the program. No positional arguments
 * are allowed.
 */
gboolean cli_parse (Cli *cli,
                    const char *name,
                    const char *summary,
                    const GOptionEntry *entries,
                    char **arguments,
                    GError **error);

/**
 * cli_start_tokens:
 *
 * Starts the drivers, waits for what they find, but not for one that hangs when the token that
 * --token names was found, and warns of those that failed.
 */
gboolean cli_start_tokens (Cli *cli, GError **error);
gboolean cli_start_service (Cli *cli, GError **error);

/**
 * cli_find_token:
 * @may_choose: without --token the only one plugged in is meant
 *
 * Returns: (transfer full): the token that --token and --module name
 */
YyToken *cli_find_token (Cli *cli, gboolean may_choose, GError **error);

/** cli_find_tokens: Returns: (transfer full) (element-type YyToken): all that fit, maybe none */
GPtrArray *cli_find_tokens (Cli *cli);

/**
 * cli_check_found:
 * @tokens: what cli_find_tokens() returned
 *
 * Nothing to list is a good answer, unless one token was asked for or every driver failed.
 */
gboolean cli_check_found (Cli *cli, GPtrArray *tokens, GError **error);

/** cli_ready: a #GAsyncReadyCallback for cli_await(); @data is a `GAsyncResult **` */
void cli_ready (GObject *source, GAsyncResult *result, gpointer data);
void cli_await (GAsyncResult **result);

/** cli_sleep: Returns: %FALSE with %G_IO_ERROR_CANCELLED when the program is to end */
gboolean cli_sleep (Cli *cli, guint milliseconds, GError **error);

void cli_warn (const char *format, ...) G_GNUC_PRINTF (1, 2);

/**
 * cli_fail_pin:
 * @cause: (transfer full): what a call that sent a PIN failed with
 *
 * Hands @cause on to @error; if the PIN was wrong, with the tries that are left now.
 *
 * Returns: %FALSE
 */
gboolean cli_fail_pin (Cli *cli, YyToken *token, GError *cause, GError **error);

/** cli_print_json: prints what @builder built */
void cli_print_json (JsonBuilder *builder);
/** cli_add_certificate: adds the object that `certificates --json` prints */
void cli_add_certificate (JsonBuilder *builder, YyToken *token, const YyTokenCertificate *item);
void cli_add_text (JsonBuilder *builder, const char *name, const char *text);
/** cli_begin_result: begins an array with one object about @token; cli_end_result() ends and prints
 */
JsonBuilder *cli_begin_result (YyToken *token, const char *result);
void cli_end_result (JsonBuilder *builder);

G_END_DECLS
