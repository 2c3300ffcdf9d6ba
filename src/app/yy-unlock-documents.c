/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-unlock-documents.h"

#include <glib/gi18n.h>

#include "app/yy-document-row.h"
#include "app/yy-form-window.h"
#include "app/yy-text.h"

struct _YyUnlockDocuments
{
  AdwBin parent_instance;

  YyClient *client;
  char *token;
  GPtrArray *rows; /* of YyDocumentRow, owned by the group */
  gboolean submitting;

  GtkLabel *reason;
  GtkWidget *correction;
  GtkWidget *intro;
  GtkWidget *show_form;
  AdwPreferencesGroup *group;
  GtkLabel *message;
  GtkSpinner *spinner;
};

static guint submitted_signal;

G_DEFINE_FINAL_TYPE (YyUnlockDocuments, yy_unlock_documents, ADW_TYPE_BIN)

static gboolean
is_any_row_busy (YyUnlockDocuments *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (yy_document_row_is_busy (self->rows->pdata[i]))
      return TRUE;
  return FALSE;
}

static void
update_next (YyUnlockDocuments *self, YyTicket *ticket)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "documents.submit",
                                 ticket != NULL && ticket->order != NULL && !self->submitting &&
                                     !is_any_row_busy (self) && yy_ticket_is_complete (ticket));
}

static void
tell (YyUnlockDocuments *self, const GError *error)
{
  g_autofree char *text = error == NULL ? NULL : yy_text_dup_problem (error);

  gtk_label_set_label (self->message, text == NULL ? "" : text);
  gtk_widget_set_visible (GTK_WIDGET (self->message), text != NULL);
}

static void
on_row_changed (YyUnlockDocuments *self)
{
  YyTicket *ticket = yy_tickets_get (yy_client_get_tickets (self->client), self->token);

  if (ticket != NULL)
    yy_unlock_documents_show (self, ticket);
}

static YyDocumentRow *
find_row (YyUnlockDocuments *self, YyDocuments document)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (yy_document_row_get_document (self->rows->pdata[i]) == document)
      return self->rows->pdata[i];
  return NULL;
}

static YyDocumentRow *
add_row (YyUnlockDocuments *self, YyDocuments document)
{
  GtkWidget *row = yy_document_row_new (self->client, self->token, document);

  g_ptr_array_add (self->rows, row);
  adw_preferences_group_add (self->group, row);
  g_signal_connect_object (row, "changed", G_CALLBACK (on_row_changed), self, G_CONNECT_SWAPPED);
  return YY_DOCUMENT_ROW (row);
}

static void
set_submitting (YyUnlockDocuments *self, gboolean submitting)
{
  self->submitting = submitting;
  gtk_widget_set_sensitive (GTK_WIDGET (self->group), !submitting);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), submitting);
  gtk_spinner_set_spinning (self->spinner, submitting);
  on_row_changed (self);
}

static void
on_submitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyUnlockDocuments) self = YY_UNLOCK_DOCUMENTS (user_data);
  g_autoptr (GError) error = NULL;
  gboolean done = yy_tickets_finish (YY_TICKETS (source), result, &error);

  if (self->client == NULL) /* the page has gone */
    return;
  set_submitting (self, FALSE);
  if (done)
    g_signal_emit (self, submitted_signal, 0);
  else
    tell (self, error);
}

static void
on_submit (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyUnlockDocuments *self = YY_UNLOCK_DOCUMENTS (widget);

  tell (self, NULL);
  set_submitting (self, TRUE);
  yy_tickets_act_async (yy_client_get_tickets (self->client), self->token, YY_TICKET_SUBMIT, NULL,
                        on_submitted, g_object_ref (self));
}

static void
on_show_form (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyUnlockDocuments *self = YY_UNLOCK_DOCUMENTS (widget);
  YyTicket *ticket = yy_tickets_get (yy_client_get_tickets (self->client), self->token);

  if (ticket != NULL && ticket->order != NULL)
    yy_form_window_show (GTK_WINDOW (gtk_widget_get_root (widget)),
                         yy_form_new (ticket->order, yy_client_get_profile (self->client)));
}

static gboolean
yy_unlock_documents_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (YY_UNLOCK_DOCUMENTS (widget)->show_form);
}

static void
yy_unlock_documents_dispose (GObject *object)
{
  YyUnlockDocuments *self = YY_UNLOCK_DOCUMENTS (object);

  if (self->rows != NULL)
    g_ptr_array_foreach (self->rows, (GFunc) (void (*) (void)) yy_document_row_stop, NULL);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->token, g_free);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_unlock_documents_parent_class)->dispose (object);
}

static void
yy_unlock_documents_class_init (YyUnlockDocumentsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_unlock_documents_dispose;
  widget_class->grab_focus = yy_unlock_documents_grab_focus;
  submitted_signal = g_signal_new ("submitted", YY_TYPE_UNLOCK_DOCUMENTS, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-unlock-documents.ui");
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDocuments, reason);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDocuments, correction);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDocuments, intro);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDocuments, show_form);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDocuments, group);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDocuments, message);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDocuments, spinner);
  gtk_widget_class_install_action (widget_class, "documents.submit", NULL, on_submit);
  gtk_widget_class_install_action (widget_class, "documents.show-form", NULL, on_show_form);
}

static void
yy_unlock_documents_init (YyUnlockDocuments *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
yy_unlock_documents_set_up (YyUnlockDocuments *self, YyClient *client, const char *token)
{
  self->client = g_object_ref (client);
  self->token = g_strdup (token);
  update_next (self, NULL);
}

/* Whoever corrects has what the office says before their eyes. */
static void
show_reason (YyUnlockDocuments *self, const YyOrder *order)
{
  gboolean again = order != NULL && (order->state == YY_ORDER_REJECTED ||
                                     order->state == YY_ORDER_CORRECTION_REQUESTED);
  gboolean told = again && order->reason != NULL && *order->reason != '\0';
  g_autofree char *text = NULL;

  /* Translators: why the office did not accept an application. */
  text = told ? g_strdup_printf (_ ("The CA's office says: %s"), order->reason) : NULL;
  gtk_label_set_label (self->reason, text == NULL ? "" : text);
  gtk_widget_set_visible (GTK_WIDGET (self->reason), told);
  gtk_widget_set_visible (self->correction, again);
  gtk_widget_set_visible (self->intro, !again);
}

void
yy_unlock_documents_show (YyUnlockDocuments *self, YyTicket *ticket)
{
  for (guint i = 0; i < ticket->documents->len; i++)
    {
      YyTicketDocument *document = ticket->documents->pdata[i];
      YyDocumentRow *row = find_row (self, document->document);

      if (row == NULL)
        row = add_row (self, document->document);
      yy_document_row_show (row, document);
    }
  show_reason (self, ticket->order);
  update_next (self, ticket);
}
