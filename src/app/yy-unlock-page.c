/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-unlock-page.h"

#include <glib/gi18n.h>

#include "app/yy-pages.h"
#include "app/yy-question.h"
#include "app/yy-step-bar.h"
#include "app/yy-text.h"
#include "app/yy-unlock-code.h"
#include "app/yy-unlock-details.h"
#include "app/yy-unlock-documents.h"
#include "app/yy-unlock-rejected.h"
#include "app/yy-unlock-run.h"
#include "app/yy-unlock-waiting.h"
#include "app/yy-unlock-way.h"

struct _YyUnlockPage
{
  AdwBin parent_instance;

  YyClient *client;
  YyTickets *tickets; /* the client's */
  YyTicketWatch *watch;
  YyToken *token;
  YyUnlockLook look;
  gboolean problem_shown;
  gboolean known;    /* the agent was */
  const char *shown; /* name of the page */

  GtkWidget *withdraw;
  GtkLabel *organization;
  GtkLabel *token_name;
  YyStepBar *bar;
  GtkStack *pages;
  AdwStatusPage *problem;
  YyUnlockDetails *details;
  YyUnlockDocuments *documents;
  YyUnlockWaiting *waiting;
  YyUnlockRejected *rejected;
  YyUnlockCode *code;
  YyUnlockRun *run;
};

G_DEFINE_FINAL_TYPE (YyUnlockPage, yy_unlock_page, ADW_TYPE_BIN)

static const char *
get_serial (YyUnlockPage *self)
{
  return yy_token_get_serial (self->token);
}

static YyTicket *
get_ticket (YyUnlockPage *self)
{
  return yy_tickets_get (self->tickets, get_serial (self));
}

static gboolean
is_run_shown (YyUnlockPage *self)
{
  return self->run != NULL && yy_unlock_run_is_shown (self->run);
}

static gboolean
is_running (YyUnlockPage *self)
{
  return self->run != NULL && yy_unlock_run_is_running (self->run);
}

static gboolean
is_done (YyUnlockPage *self)
{
  return self->run != NULL && yy_unlock_run_is_done (self->run);
}

static const char *
choose_page (YyUnlockPage *self, YyTicket *ticket)
{
  if (is_run_shown (self))
    return "run";
  if (ticket == NULL || yy_ticket_is_over (ticket))
    return "details";
  if (ticket->order == NULL)
    return self->problem_shown ? "problem" : "loading";
  return yy_unlock_way_choose (ticket->order, self->look);
}

static gpointer
add_page (YyUnlockPage *self, GType type, const char *name)
{
  GtkWidget *page = g_object_new (type, NULL);

  gtk_stack_add_named (self->pages, page, name);
  return page;
}

static void on_details_submitted (YyUnlockPage *self);
static void on_submitted (YyUnlockPage *self);
static void on_start (YyUnlockPage *self);
static void on_ask (YyUnlockPage *self, const GError *error);
static void on_done (YyUnlockPage *self);

static void
add_details (YyUnlockPage *self)
{
  YyTokenCertificate *certificate = yy_text_find_certificate (self->token);

  self->details = add_page (self, YY_TYPE_UNLOCK_DETAILS, "details");
  yy_unlock_details_set_up (self->details, self->client, get_serial (self));
  g_signal_connect_swapped (self->details, "submitted", G_CALLBACK (on_details_submitted), self);
  if (certificate != NULL)
    yy_unlock_details_set_organization (self->details,
                                        yy_certificate_get_common_name (certificate->certificate));
}

static void
show_documents (YyUnlockPage *self, YyTicket *ticket)
{
  if (self->documents == NULL)
    {
      self->documents = add_page (self, YY_TYPE_UNLOCK_DOCUMENTS, "documents");
      yy_unlock_documents_set_up (self->documents, self->client, get_serial (self));
      g_signal_connect_swapped (self->documents, "submitted", G_CALLBACK (on_submitted), self);
    }
  yy_unlock_documents_show (self->documents, ticket);
}

static void
show_waiting (YyUnlockPage *self, YyTicket *ticket)
{
  if (self->waiting == NULL)
    {
      self->waiting = add_page (self, YY_TYPE_UNLOCK_WAITING, "waiting");
      yy_unlock_waiting_set_up (self->waiting, self->watch, get_serial (self));
    }
  yy_unlock_waiting_show (self->waiting, ticket);
}

static void
show_rejected (YyUnlockPage *self, YyTicket *ticket)
{
  YyProfile *profile = yy_client_get_profile (self->client);

  if (self->rejected == NULL)
    self->rejected = add_page (self, YY_TYPE_UNLOCK_REJECTED, "rejected");
  yy_unlock_rejected_show (self->rejected, ticket, yy_profile_get_hotline (profile));
}

static gboolean
is_plugged_in (YyUnlockPage *self)
{
  return yy_token_manager_find (yy_client_get_manager (self->client), get_serial (self),
                                yy_token_get_module (self->token)) != NULL;
}

static void
show_code (YyUnlockPage *self, YyTicket *ticket)
{
  if (self->code == NULL)
    {
      self->code = add_page (self, YY_TYPE_UNLOCK_CODE, "code");
      yy_unlock_code_set_up (self->code, self->client, self->token);
      yy_unlock_code_set_token (self->code, self->token, is_plugged_in (self));
      g_signal_connect_swapped (self->code, "start", G_CALLBACK (on_start), self);
    }
  yy_unlock_code_show (self->code, ticket);
}

/* A page is built when it is needed first, like those of the window. */
static void
fill_page (YyUnlockPage *self, YyTicket *ticket, const char *page)
{
  if (g_str_equal (page, "details") && self->details == NULL)
    add_details (self);
  else if (g_str_equal (page, "documents"))
    show_documents (self, ticket);
  else if (g_str_equal (page, "waiting"))
    show_waiting (self, ticket);
  else if (g_str_equal (page, "rejected"))
    show_rejected (self, ticket);
  else if (g_str_equal (page, "code"))
    show_code (self, ticket);
}

static void
update (YyUnlockPage *self)
{
  YyTicket *ticket = get_ticket (self);
  const char *page = choose_page (self, ticket);

  fill_page (self, ticket, page);
  if (ticket != NULL && ticket->order != NULL)
    self->known = ticket->order->agent_matches;
  else if (!is_run_shown (self))
    self->known = FALSE;
  yy_unlock_way_show (self->bar, self->known, page, is_done (self));
  gtk_widget_set_visible (self->withdraw, ticket != NULL && ticket->order != NULL &&
                                              !yy_ticket_is_over (ticket) && !is_run_shown (self));
  if (g_strcmp0 (page, self->shown) == 0)
    return;
  self->shown = page;
  yy_pages_show (self->pages, page);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_grab_focus (gtk_stack_get_visible_child (self->pages));
}

static void
toast (YyUnlockPage *self, const char *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
}

/* An order that is over makes room for a new one. */
static void
on_ticket_changed (YyUnlockPage *self, const char *token)
{
  YyTicket *ticket = get_ticket (self);

  if (g_strcmp0 (token, get_serial (self)) != 0)
    return;
  if (!yy_unlock_way_is_correctable (ticket))
    self->look = YY_UNLOCK_LOOK_FORWARD;
  if (!yy_ticket_is_over (ticket))
    {
      update (self);
      return;
    }
  if (!is_run_shown (self))
    toast (self, ticket->order->state == YY_ORDER_COMPLETED
                     ? _ ("The token was unlocked with this order")
                     : _ ("The application was withdrawn"));
  yy_tickets_forget (self->tickets, token);
}

static void
on_checked (YyUnlockPage *self, const char *token, const GError *error)
{
  YyTicket *ticket = get_ticket (self);
  g_autofree char *text = NULL;
  g_autofree char *description = NULL;

  if (error == NULL || g_strcmp0 (token, get_serial (self)) != 0 || ticket == NULL ||
      ticket->order != NULL)
    return;
  text = yy_text_dup_problem (error);
  description = g_markup_escape_text (text, -1);
  adw_status_page_set_description (self->problem, description);
  self->problem_shown = TRUE;
  update (self);
}

static void
show_token (YyUnlockPage *self)
{
  YyTokenCertificate *certificate = yy_text_find_certificate (self->token);
  g_autofree char *name = yy_text_dup_token_name (self->token);
  g_autofree char *text = g_strdup_printf ("%s · %s", name, get_serial (self));
  const char *owner =
      certificate == NULL ? name : yy_certificate_get_common_name (certificate->certificate);

  gtk_label_set_label (self->organization, owner);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->organization), owner);
  gtk_label_set_label (self->token_name, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->token_name), text);
}

static void
on_tokens_changed (YyUnlockPage *self)
{
  YyToken *token = yy_token_manager_find (yy_client_get_manager (self->client), get_serial (self),
                                          yy_token_get_module (self->token));

  if (token != NULL && g_set_object (&self->token, token))
    show_token (self);
  if (self->code != NULL)
    yy_unlock_code_set_token (self->code, self->token, token != NULL);
  if (self->run != NULL)
    yy_unlock_run_tokens_changed (self->run);
}

static void
show_details (YyUnlockPage *self)
{
  YyTicket *ticket = get_ticket (self);

  if (self->details == NULL)
    add_details (self);
  if (ticket != NULL && ticket->order != NULL)
    yy_unlock_details_set_order (self->details, ticket->order);
  self->look = YY_UNLOCK_LOOK_AT_DETAILS;
  update (self);
}

/* Details that were good enough to come back are still to be followed by documents. */
static void
on_details_submitted (YyUnlockPage *self)
{
  self->look = yy_unlock_way_is_correctable (get_ticket (self)) ? YY_UNLOCK_LOOK_AT_DOCUMENTS
                                                                : YY_UNLOCK_LOOK_FORWARD;
  update (self);
}

static void
on_submitted (YyUnlockPage *self)
{
  self->look = YY_UNLOCK_LOOK_FORWARD;
  update (self);
}

static void
on_start (YyUnlockPage *self)
{
  YySecret *code = NULL;
  YySecret *pin = NULL;

  if (self->run == NULL)
    {
      self->run = add_page (self, YY_TYPE_UNLOCK_RUN, "run");
      yy_unlock_run_set_up (self->run, self->client);
      g_signal_connect_swapped (self->run, "ask", G_CALLBACK (on_ask), self);
      g_signal_connect_swapped (self->run, "done", G_CALLBACK (on_done), self);
    }
  yy_unlock_code_take (self->code, &code, &pin);
  yy_unlock_run_start (self->run, get_ticket (self), self->token, code, pin);
  update (self);
}

static void
end_run (YyUnlockPage *self)
{
  YySecret *code = NULL;
  YySecret *pin = NULL;

  yy_unlock_run_end (self->run, &code, &pin);
  yy_unlock_code_keep (self->code, code, pin);
  update (self);
}

void
yy_unlock_page_refresh (YyUnlockPage *self)
{
  YyTicket *ticket = get_ticket (self);

  if (ticket != NULL && ticket->order != NULL && !is_run_shown (self))
    yy_tickets_act_async (self->tickets, get_serial (self), YY_TICKET_REFRESH, NULL, NULL, NULL);
}

static void
on_ask (YyUnlockPage *self, const GError *error)
{
  end_run (self);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    yy_unlock_code_tell (self->code, error);
  yy_unlock_page_refresh (self);
}

static void
on_done (YyUnlockPage *self)
{
  yy_unlock_code_clear (self->code);
  yy_tickets_forget (self->tickets, get_serial (self));
}

static void
leave (YyUnlockPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.leave-steps", NULL);
}

static void
on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyUnlockPage *self = YY_UNLOCK_PAGE (widget);
  YyTicket *ticket = get_ticket (self);
  gboolean ended = is_run_shown (self) && !is_running (self);
  gboolean done = is_done (self);

  if (ended)
    end_run (self);
  if (ended && !done)
    return;
  if (!ended && g_strcmp0 (self->shown, "documents") == 0 && ticket != NULL &&
      ticket->order->state == YY_ORDER_DRAFT)
    show_details (self);
  else if (!ended && self->look != YY_UNLOCK_LOOK_FORWARD && ticket != NULL &&
           ticket->order->state != YY_ORDER_DRAFT)
    on_submitted (self);
  else
    leave (self);
}

static void
on_edit_details (GtkWidget *widget, const char *action, GVariant *parameter)
{
  show_details (YY_UNLOCK_PAGE (widget));
}

static void
on_edit_documents (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyUnlockPage *self = YY_UNLOCK_PAGE (widget);

  self->look = YY_UNLOCK_LOOK_AT_DOCUMENTS;
  update (self);
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyUnlockPage) self = YY_UNLOCK_PAGE (user_data);
  g_autoptr (GError) error = NULL;

  if (self->client == NULL) /* the page has gone */
    return;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "steps.withdraw", TRUE);
  if (yy_tickets_finish (YY_TICKETS (source), result, &error))
    leave (self);
  else
    toast (self, error->message);
}

static void
on_withdraw_answered (YyUnlockPage *self, const char *answer)
{
  if (!g_str_equal (answer, "go") || get_ticket (self) == NULL)
    return;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "steps.withdraw", FALSE);
  yy_tickets_act_async (self->tickets, get_serial (self), YY_TICKET_WITHDRAW, NULL, on_withdrawn,
                        g_object_ref (self));
}

static void
on_withdraw (GtkWidget *widget, const char *action, GVariant *parameter)
{
  yy_question_ask (widget, _ ("Withdraw the Application?"),
                   _ ("The CA does not look at it any more, and what was uploaded has to be "
                      "uploaded again for another one. The token stays as it is: it can be "
                      "unlocked only with a new application."),
                   _ ("_Keep It"), _ ("_Withdraw"), G_CALLBACK (on_withdraw_answered), widget);
}

static void
on_retry (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyUnlockPage *self = YY_UNLOCK_PAGE (widget);

  self->problem_shown = FALSE;
  update (self);
  yy_ticket_watch_look (self->watch);
}

static void
yy_unlock_page_map (GtkWidget *widget)
{
  YyUnlockPage *self = YY_UNLOCK_PAGE (widget);

  GTK_WIDGET_CLASS (yy_unlock_page_parent_class)->map (widget);
  yy_ticket_watch_attend (self->watch, get_serial (self));
}

static void
yy_unlock_page_unmap (GtkWidget *widget)
{
  yy_ticket_watch_attend (YY_UNLOCK_PAGE (widget)->watch, NULL);
  GTK_WIDGET_CLASS (yy_unlock_page_parent_class)->unmap (widget);
}

static gboolean
yy_unlock_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (gtk_stack_get_visible_child (YY_UNLOCK_PAGE (widget)->pages));
}

static void
yy_unlock_page_dispose (GObject *object)
{
  YyUnlockPage *self = YY_UNLOCK_PAGE (object);

  g_clear_object (&self->watch);
  g_clear_object (&self->token);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_unlock_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-unlock-page.ui");
  gtk_widget_class_bind_template_child (widget_class, YyUnlockPage, withdraw);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockPage, organization);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockPage, token_name);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockPage, bar);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockPage, pages);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockPage, problem);
}

static void
yy_unlock_page_class_init (YyUnlockPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_unlock_page_dispose;
  widget_class->map = yy_unlock_page_map;
  widget_class->unmap = yy_unlock_page_unmap;
  widget_class->grab_focus = yy_unlock_page_grab_focus;
  g_type_ensure (YY_TYPE_STEP_BAR);
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "steps.back", NULL, on_back);
  gtk_widget_class_install_action (widget_class, "steps.withdraw", NULL, on_withdraw);
  gtk_widget_class_install_action (widget_class, "steps.retry", NULL, on_retry);
  gtk_widget_class_install_action (widget_class, "steps.edit-details", NULL, on_edit_details);
  gtk_widget_class_install_action (widget_class, "steps.edit-documents", NULL, on_edit_documents);
}

static void
yy_unlock_page_init (YyUnlockPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
yy_unlock_page_new (YyClient *client, YyTicketWatch *watch, YyToken *token)
{
  YyUnlockPage *self = g_object_new (YY_TYPE_UNLOCK_PAGE, NULL);

  self->client = g_object_ref (client);
  self->tickets = yy_client_get_tickets (client);
  self->watch = g_object_ref (watch);
  self->token = g_object_ref (token);
  g_signal_connect_object (yy_client_get_manager (client), "items-changed",
                           G_CALLBACK (on_tokens_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->tickets, "changed", G_CALLBACK (on_ticket_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (watch, "checked", G_CALLBACK (on_checked), self, G_CONNECT_SWAPPED);
  show_token (self);
  update (self);
  return GTK_WIDGET (self);
}

YyToken *
yy_unlock_page_get_token (YyUnlockPage *self)
{
  return self->token;
}

void
yy_unlock_page_resume (YyUnlockPage *self)
{
  self->look = YY_UNLOCK_LOOK_FORWARD;
  update (self);
  yy_unlock_page_refresh (self);
}

gboolean
yy_unlock_page_is_running (YyUnlockPage *self)
{
  return is_running (self);
}

gboolean
yy_unlock_page_ask_to_stop (YyUnlockPage *self)
{
  if (!is_running (self))
    return FALSE;
  yy_unlock_run_ask_to_stop (self->run);
  return TRUE;
}
