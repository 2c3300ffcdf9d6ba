/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "cli/text.h"
#include "cli/unlock.h"

static guint
seconds_until (gint64 moment)
{
  gint64 left = moment - g_get_monotonic_time ();

  return left <= 0 ? 0 : (guint) ((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
add_truth (JsonBuilder *builder, const char *name, gboolean truth)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, truth);
}

static void
add_documents (JsonBuilder *builder, GPtrArray *documents)
{
  json_builder_set_member_name (builder, "documents");
  json_builder_begin_array (builder);
  for (guint i = 0; i < documents->len; i++)
    {
      YyTicketDocument *document = documents->pdata[i];

      json_builder_begin_object (builder);
      cli_add_text (builder, "name", yy_document_get_nick (document->document));
      cli_add_text (builder, "title", document->title);
      cli_add_text (builder, "file_name", document->file_name);
      cli_add_text (builder, "sha256", document->sha256);
      add_number (builder, "size", (gint64) document->size);
      add_number (builder, "received", (gint64) document->received);
      add_truth (builder, "complete", document->complete);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_code (JsonBuilder *builder, YyTicket *ticket)
{
  static const char *const nicks[] = {
    [YY_DELIVERY_PENDING] = "pending",
    [YY_DELIVERY_SENT] = "sent",
    [YY_DELIVERY_FAILED] = "failed",
  };

  json_builder_set_member_name (builder, "code");
  if (ticket->delivery == YY_DELIVERY_NONE)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  cli_add_text (builder, "to", ticket->code_to);
  cli_add_text (builder, "delivery", nicks[ticket->delivery]);
  add_number (builder, "resend_after", seconds_until (ticket->code_resend));
  add_number (builder, "expires_in", seconds_until (ticket->code_expires));
  add_number (builder, "tries_left", ticket->code_tries_left);
  json_builder_end_object (builder);
}

/* One that was approved or withdrawn since keeps it for the office. */
static const char *
reason_of (const YyOrder *order)
{
  return order->state == YY_ORDER_REJECTED || order->state == YY_ORDER_CORRECTION_REQUESTED
             ? order->reason
             : NULL;
}

static void
print_json (YyTicket *ticket)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  cli_add_text (builder, "token", ticket->token);
  cli_add_text (builder, "number", ticket->number);
  cli_add_text (builder, "state", yy_order_state_get_nick (ticket->order->state));
  add_truth (builder, "agent_matches", ticket->order->agent_matches);
  cli_add_text (builder, "reason", reason_of (ticket->order));
  add_documents (builder, ticket->documents);
  add_code (builder, ticket);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  cli_print_json (builder);
}

static char *
describe (const YyTicketDocument *document)
{
  if (document->complete)
    return g_strdup_printf (_ ("uploaded: %s, %u KB"),
                            document->file_name == NULL ? "?" : document->file_name,
                            (guint) ((document->size + 1023) / 1024));
  if (document->received > 0)
    return g_strdup_printf (_ ("%u of %u KB were uploaded"), (guint) (document->received / 1024),
                            (guint) ((document->size + 1023) / 1024));
  return g_strdup (_ ("missing"));
}

static void
print_documents (GPtrArray *documents)
{
  g_autoptr (TextTable) table = text_table_new (3);

  for (guint i = 0; i < documents->len; i++)
    {
      YyTicketDocument *document = documents->pdata[i];
      g_autofree char *name = g_strconcat ("  ", yy_document_get_nick (document->document), NULL);
      g_autofree char *state = describe (document);

      text_table_add (table, name);
      text_table_add (table, document->title);
      text_table_add (table, state);
    }
  text_table_print (table);
}

static void
print_code (YyTicket *ticket)
{
  g_autofree char *to = text_clean (ticket->code_to);
  guint minutes = (seconds_until (ticket->code_expires) + 59) / 60;

  if (!unlock_has_code (ticket))
    {
      g_print (ticket->delivery == YY_DELIVERY_FAILED
                   ? _ ("The text message with the code could not be sent to %s.\n")
                   : _ ("The code that was sent to %s cannot be used any more.\n"),
               to);
      return;
    }
  g_print (_ ("A verification code was sent to %s.\n"), to);
  g_print (ngettext ("It is valid for %u more minute.\n", "It is valid for %u more minutes.\n",
                     minutes),
           minutes);
  g_print (ngettext ("%u try is left for it.\n", "%u tries are left for it.\n",
                     ticket->code_tries_left),
           ticket->code_tries_left);
}

static void
print_command (const char *token, const char *what)
{
  g_autofree char *clean = text_clean (token);

  g_print ("  yinyaoctl unlock --token %s %s\n", clean, what);
}

static void
print_missing (YyTicket *ticket)
{
  g_autoptr (GString) uploads = g_string_new (NULL);

  for (guint i = 0; i < ticket->documents->len; i++)
    {
      YyTicketDocument *document = ticket->documents->pdata[i];

      if (!document->complete)
        g_string_append_printf (uploads, "%s--upload %s=FILE", uploads->len > 0 ? " " : "",
                                yy_document_get_nick (document->document));
    }
  g_print ("%s\n", _ ("Next: print the application form, have it signed and sealed, and upload the "
                      "scans:"));
  print_command (ticket->token, "--form FILE.pdf");
  print_command (ticket->token, uploads->str);
}

static void
print_correction (YyTicket *ticket)
{
  g_print ("%s\n", _ ("Next: correct what was found; the order is handed in again when everything "
                      "is there:"));
  print_command (ticket->token, "--details FILE");
  print_command (ticket->token, "--upload NAME=FILE");
}

static void
print_ready (YyTicket *ticket)
{
  if (unlock_has_code (ticket))
    {
      g_print ("%s\n", _ ("Next: plug the token in and set its new PIN:"));
      print_command (ticket->token, "--code CODE");
      return;
    }
  g_print ("%s\n", _ ("Next: have a verification code sent to the agent's phone:"));
  print_command (ticket->token, "--send-code");
}

static void
print_next (YyTicket *ticket)
{
  switch ((int) ticket->order->state)
    {
    case YY_ORDER_DRAFT:
      print_missing (ticket);
      break;
    case YY_ORDER_REJECTED:
    case YY_ORDER_CORRECTION_REQUESTED:
      if (yy_ticket_is_complete (ticket))
        print_correction (ticket);
      else
        print_missing (ticket);
      break;
    case YY_ORDER_READY:
      print_ready (ticket);
      break;
    case YY_ORDER_COMPLETED:
      g_print ("%s\n", _ ("The token is unlocked and has its new PIN."));
      break;
    case YY_ORDER_WITHDRAWN:
    case YY_ORDER_REFUNDED:
      g_print ("%s\n", _ ("Nothing was changed on the token. To begin again:"));
      print_command (ticket->token, "--details FILE");
      break;
    default:
      g_print ("%s\n", _ ("Next: wait until the CA's office has decided:"));
      print_command (ticket->token, "--wait");
      break;
    }
}

static void
print_words (YyTicket *ticket)
{
  g_autofree char *token = text_clean (ticket->token);
  g_autofree char *reason = text_clean (reason_of (ticket->order));

  g_print (_ ("Order %s to unlock the token %s: %s\n"), ticket->number, token,
           yy_order_state_get_title (ticket->order->state));
  if (*reason != '\0')
    g_print (_ ("Reason: %s\n"), reason);
  if (ticket->order->agent_matches && ticket->order->state == YY_ORDER_READY)
    g_print ("%s\n", _ ("The details are those of the last order: nothing has to be handed in."));
  if (unlock_is_open (ticket->order->state))
    print_documents (ticket->documents);
  if (ticket->delivery != YY_DELIVERY_NONE && ticket->order->state == YY_ORDER_READY)
    print_code (ticket);
  print_next (ticket);
}

void
unlock_print (Unlock *unlock)
{
  if (unlock->cli->json)
    print_json (unlock->ticket);
  else
    print_words (unlock->ticket);
}

static void
print_empty (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  json_builder_end_array (builder);
  cli_print_json (builder);
}

void
unlock_print_nothing (Unlock *unlock, gboolean withdraw)
{
  g_autofree char *token = text_clean (unlock->token);

  if (unlock->cli->json)
    print_empty ();
  else if (withdraw)
    g_print (_ ("Nothing to withdraw: no order to unlock the token %s is known on this "
                "computer.\n"),
             token);
  else
    g_print (_ ("Nothing to do: no order to unlock the token %s is known on this computer.\n"),
             token);
}

void
unlock_print_begin (Unlock *unlock)
{
  g_autofree char *token = text_clean (unlock->token);

  if (unlock->cli->json)
    {
      print_empty ();
      return;
    }
  g_print (_ ("No order to unlock the token %s is known on this computer.\n"), token);
  g_print ("%s\n", _ ("To begin one, or to go on with one begun elsewhere, write the "
                      "organization's name and the agent's details into a file:"));
  print_command (unlock->token, "--details FILE");
}
