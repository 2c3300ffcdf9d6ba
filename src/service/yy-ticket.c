/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-ticket-reply.h"

static void
document_free (gpointer data)
{
  YyTicketDocument *document = data;

  g_free (document->title);
  g_free (document->sha256);
  g_free (document->file_name);
  g_free (document);
}

YyTicketDocument *
yy_ticket_add_document (YyTicket *ticket)
{
  YyTicketDocument *document = g_new0 (YyTicketDocument, 1);

  g_ptr_array_add (ticket->documents, document);
  return document;
}

YyTicket *
yy_ticket_new (void)
{
  YyTicket *ticket = g_new0 (YyTicket, 1);

  g_atomic_ref_count_init (&ticket->ref_count);
  ticket->documents = g_ptr_array_new_with_free_func (document_free);
  return ticket;
}

YyTicket *
yy_ticket_ref (YyTicket *ticket)
{
  g_atomic_ref_count_inc (&ticket->ref_count);
  return ticket;
}

void
yy_ticket_unref (YyTicket *ticket)
{
  if (!g_atomic_ref_count_dec (&ticket->ref_count))
    return;
  g_free (ticket->number);
  g_free (ticket->token);
  yy_secret_free (ticket->key);
  g_clear_pointer (&ticket->order, yy_order_free);
  g_ptr_array_unref (ticket->documents);
  g_free (ticket->code_to);
  g_free (ticket);
}

gboolean
yy_ticket_is_complete (YyTicket *ticket)
{
  for (guint i = 0; i < ticket->documents->len; i++)
    {
      YyTicketDocument *document = ticket->documents->pdata[i];

      if (!document->complete)
        return FALSE;
    }
  return TRUE;
}
