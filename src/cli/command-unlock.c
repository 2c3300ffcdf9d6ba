/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "cli/code-input.h"
#include "cli/export.h"
#include "cli/pin-input.h"
#include "cli/text.h"
#include "cli/unlock.h"
#include "form/yy-form.h"
#include "procedure/yy-unlocking.h"
#include "service/yy-ticket-book.h"

typedef struct
{
  char *details;
  char *form;
  char **uploads;
  char *code;
  int fds[2]; /* code, new PIN */
  gboolean force;
  gboolean status;
  gboolean withdraw;
  gboolean send_code;
  gboolean wait;
} Options;

/* Judged before anything is sent. */
typedef struct
{
  YyOrder *details;
  GPtrArray *documents;
} Input;

static void
input_clear (Input *input)
{
  g_clear_pointer (&input->details, yy_order_free);
  g_clear_pointer (&input->documents, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Input, input_clear)

static gboolean
read_input (Cli *cli, const Options *options, Input *input, GError **error)
{
  if (options->details != NULL &&
      (input->details = input_file_read_details (cli, options->details, cli->token, error)) == NULL)
    return FALSE;
  input->documents = input_file_read_documents (cli, options->uploads, error);
  return input->documents != NULL;
}

/* Without --token the only token plugged in is meant. */
static gboolean
decide_token (Cli *cli, GError **error)
{
  g_autoptr (YyToken) token = NULL;

  if (cli->token != NULL)
    return TRUE;
  if (!cli_start_tokens (cli, error) || (token = cli_find_token (cli, TRUE, error)) == NULL)
    return FALSE;
  cli->token = g_strdup (yy_token_get_serial (token));
  return TRUE;
}

static void
tell_saved (const char *path)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *clean = text_clean (name);

  g_print (_ ("Saved to %s.\n"), clean);
}

static gboolean
write_form (Unlock *unlock, const Options *options, GError **error)
{
  g_autoptr (YyForm) form = NULL;
  g_autoptr (GBytes) pdf = NULL;

  if (unlock->ticket->documents->len == 0)
    {
      cli_warn ("%s", _ ("The details are those of the last order, so no form is needed and none "
                         "was written"));
      return TRUE;
    }
  form = yy_form_new (unlock->ticket->order, unlock->cli->profile);
  pdf = yy_form_to_pdf (form, error);
  if (pdf == NULL || !export_file (options->form, pdf, options->force, error))
    return FALSE;
  if (!unlock->cli->json)
    tell_saved (options->form);
  return TRUE;
}

/* Whether something is asked for that an order must be there for. */
static gboolean
needs_order (const Options *options)
{
  return options->form != NULL || options->uploads != NULL || options->send_code || options->wait;
}

/* What is asked for without the token, in the order in which it makes sense. */
static gboolean
follow (Unlock *unlock, const Options *options, const Input *input, GError **error)
{
  if (!(input->details != NULL ? unlock_apply (unlock, input->details, error)
                               : unlock_find (unlock, needs_order (options), error)))
    return FALSE;
  if (unlock->ticket == NULL)
    return TRUE;
  if (options->withdraw)
    return unlock_withdraw (unlock, error);
  return (options->form == NULL || write_form (unlock, options, error)) &&
         unlock_upload (unlock, input->documents, error) &&
         ((input->details == NULL && options->uploads == NULL) || unlock_submit (unlock, error)) &&
         (!options->wait || unlock_wait (unlock, error)) &&
         (!options->send_code || unlock_send_code (unlock, error));
}

static void
drop_when_over (Unlock *unlock)
{
  if (unlock->ticket->order->state == YY_ORDER_COMPLETED ||
      unlock->ticket->order->state == YY_ORDER_WITHDRAWN)
    yy_ticket_book_drop (unlock->cli->service, unlock->token);
}

static gboolean
ask (Unlock *unlock, const Options *options, GError **error)
{
  g_auto (Input) input = { 0 };

  if (!read_input (unlock->cli, options, &input, error) ||
      !cli_start_service (unlock->cli, error) || !follow (unlock, options, &input, error))
    return FALSE;
  if (unlock->ticket == NULL)
    {
      unlock_print_nothing (unlock, options->withdraw);
      return TRUE;
    }
  unlock_print (unlock);
  drop_when_over (unlock);
  return TRUE;
}

static gboolean
tell (Unlock *unlock, GError **error)
{
  if (!cli_start_service (unlock->cli, error) || !unlock_find (unlock, FALSE, error))
    return FALSE;
  if (unlock->ticket == NULL)
    {
      unlock_print_begin (unlock);
      return TRUE;
    }
  unlock_print (unlock);
  drop_when_over (unlock);
  return TRUE;
}

static void
on_progress (YyUnlockingStep step, gpointer data)
{
  Cli *cli = data;
  const char *title = yy_unlocking_step_get_title (step);

  if (cli->json)
    g_printerr ("• %s\n", title);
  else
    g_print ("• %s\n", title);
}

static gboolean
set_pin (Unlock *unlock, YyToken *token, YySecret *code, YySecret *new_pin, GError **error)
{
  Cli *cli = unlock->cli;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (YyTicket) ticket = yy_ticket_ref (unlock->ticket);

  yy_unlocking_run_async (cli->manager, cli->service, yy_profile_get_pin_policy (cli->profile),
                          ticket, yy_token_get_module (token), code, new_pin, on_progress, cli,
                          cli->cancellable, cli_ready, &result);
  cli_await (&result);
  return yy_unlocking_run_finish (result, error);
}

/* The token is unlocked, whatever the service says when it is asked once more. */
static void
print_done (Unlock *unlock)
{
  g_autoptr (GError) local = NULL;

  if (!unlock->cli->json)
    {
      g_print ("%s\n",
               _ ("The token is unlocked and has its new PIN. The old one is void; keys and "
                  "certificates are as they were."));
      return;
    }
  yy_ticket_unref (g_steal_pointer (&unlock->ticket));
  if (unlock_find (unlock, TRUE, &local))
    unlock_print (unlock);
  else
    cli_warn ("%s", local->message);
}

static gboolean
finish (Unlock *unlock, Options *options, GError **error)
{
  Cli *cli = unlock->cli;
  g_autoptr (YyToken) token = NULL;
  g_autoptr (YySecret) code = NULL;
  g_autoptr (YySecret) new_pin = NULL;

  if (!cli_start_service (cli, error) || !unlock_find (unlock, TRUE, error) ||
      (cli->manager == NULL && !cli_start_tokens (cli, error)) ||
      (token = cli_find_token (cli, FALSE, error)) == NULL)
    return FALSE;
  code = code_input_take (cli, YY_CODE_VERIFICATION, options->code, options->fds[0], error);
  if (code == NULL)
    return FALSE;
  new_pin = pin_input_read_new (cli, options->fds[1], token, error);
  if (new_pin == NULL ||
      !set_pin (unlock, token, g_steal_pointer (&code), g_steal_pointer (&new_pin), error))
    return FALSE;
  print_done (unlock);
  yy_ticket_book_drop (cli->service, unlock->token);
  return TRUE;
}

static gboolean
is_finish (const Options *options)
{
  return options->code != NULL || options->fds[0] != PIN_INPUT_NONE ||
         options->fds[1] != PIN_INPUT_NONE;
}

static gboolean
is_ask (const Options *options)
{
  return options->details != NULL || options->form != NULL || options->uploads != NULL ||
         options->status || options->withdraw || options->send_code || options->wait;
}

static gboolean
check_options (const Options *options, GError **error)
{
  const char *problem = NULL;

  if (options->code != NULL && options->fds[0] != PIN_INPUT_NONE)
    problem = _ ("Only one of --code and --code-fd can be given");
  else if (is_finish (options) && is_ask (options))
    problem = _ ("The code and the new PIN are given alone, after --send-code");
  else if (options->withdraw && (options->details != NULL || options->form != NULL ||
                                 options->uploads != NULL || options->send_code || options->wait))
    problem = _ ("--withdraw goes with no other action");
  else if (options->force && options->form == NULL)
    problem = _ ("--force goes with --form");
  if (problem != NULL)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, problem);
  return problem == NULL;
}

static gboolean
run (Cli *cli, Options *options, GError **error)
{
  Unlock unlock = { .cli = cli };
  gboolean good = decide_token (cli, error);

  unlock.token = cli->token;
  if (good && is_finish (options))
    good = finish (&unlock, options, error);
  else if (good && is_ask (options))
    good = ask (&unlock, options, error);
  else if (good)
    good = tell (&unlock, error);
  g_clear_pointer (&unlock.ticket, yy_ticket_unref);
  return good;
}

static gboolean
parse (Cli *cli, Options *options, char **arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "details", 'd', 0, G_OPTION_ARG_FILENAME, &options->details,
      N_ ("Begin an order, or correct or go on with one, with these details"), N_ ("FILE") },
    { "form", 'f', 0, G_OPTION_ARG_FILENAME, &options->form,
      N_ ("Write the application form as a PDF"), N_ ("FILE") },
    { "force", 0, 0, G_OPTION_ARG_NONE, &options->force, N_ ("Replace a form that is there"),
      NULL },
    { "upload", 'u', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->uploads,
      N_ ("Upload a document: certificate-form, licence or agent-identity"), N_ ("NAME=FILE") },
    { "status", 's', 0, G_OPTION_ARG_NONE, &options->status, N_ ("Tell how the order stands"),
      NULL },
    { "wait", 'w', 0, G_OPTION_ARG_NONE, &options->wait,
      N_ ("Wait until the CA's office has decided"), NULL },
    { "withdraw", 0, 0, G_OPTION_ARG_NONE, &options->withdraw, N_ ("Take the order back"), NULL },
    { "send-code", 0, 0, G_OPTION_ARG_NONE, &options->send_code,
      N_ ("Have a verification code sent to the agent's phone"), NULL },
    { "code", 'c', 0, G_OPTION_ARG_STRING, &options->code,
      N_ ("Verification code from the text message: set a new PIN"), N_ ("CODE") },
    { "code-fd", 0, 0, G_OPTION_ARG_INT, &options->fds[0],
      N_ ("Read the verification code from this descriptor"), "N" },
    { "new-pin-fd", 0, 0, G_OPTION_ARG_INT, &options->fds[1],
      N_ ("Read the new PIN from this descriptor"), "N" },
    G_OPTION_ENTRY_NULL,
  };

  return cli_parse (cli, "unlock", _ ("unlock a token whose PIN is locked or forgotten"), entries,
                    arguments, error);
}

gboolean
command_unlock (Cli *cli, char **arguments, GError **error)
{
  static const char *const names[] = { "--code-fd", "--new-pin-fd" };
  Options options = { .fds = { PIN_INPUT_NONE, PIN_INPUT_NONE } };
  gboolean good = parse (cli, &options, arguments, error) &&
                  pin_input_check_descriptors (names, options.fds, 2, error);

  code_input_hide (arguments, options.code);
  good = good && check_options (&options, error) && run (cli, &options, error);
  code_input_free (options.code);
  g_free (options.details);
  g_free (options.form);
  g_strfreev (options.uploads);
  return good;
}
