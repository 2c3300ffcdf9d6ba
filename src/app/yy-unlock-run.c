/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-unlock-run.h"

#include <glib/gi18n.h>

#include "app/yy-pages.h"
#include "app/yy-question.h"
#include "app/yy-step-list.h"
#include "app/yy-text.h"
#include "procedure/yy-unlocking.h"

struct _YyUnlockRun
{
  AdwBin parent_instance;

  YyClient *client;
  YyTicket *ticket;
  YyToken *token;
  YySecret *code;
  YySecret *pin;
  GCancellable *cancellable; /* while it runs */
  GtkWindow *question;
  gboolean needs_token;
  gboolean shown;
  gboolean done;

  GtkStack *pages;
  YyStepList *steps;
  GtkWidget *stop;
  AdwStatusPage *failure;
  GtkLabel *waiting;
  GtkButton *retry;
  GtkLabel *hotline;
  GtkWidget *close;
};

enum
{
  ASK,
  DONE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (YyUnlockRun, yy_unlock_run, ADW_TYPE_BIN)

static gboolean
is_plugged_in (YyUnlockRun *self)
{
  return yy_token_manager_find (yy_client_get_manager (self->client),
                                yy_token_get_serial (self->token),
                                yy_token_get_module (self->token)) != NULL;
}

/* After the token was pulled out, going on has to wait for that very one. */
static void
update_retry (YyUnlockRun *self)
{
  gboolean present = is_plugged_in (self);
  g_autofree char *text = NULL;

  if (present)
    text = g_strdup (_ ("The token is plugged in again."));
  else
    text = g_strdup_printf (_ ("Waiting for the token with the serial number %s…"),
                            yy_token_get_serial (self->token));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.retry", present || !self->needs_token);
  gtk_widget_set_visible (GTK_WIDGET (self->waiting), self->needs_token);
  gtk_label_set_label (self->waiting, text);
}

/* Without this the focus would go to the hotline and select it. */
static void
focus_retry (YyUnlockRun *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (!gtk_widget_grab_focus (GTK_WIDGET (self->retry)) && root != NULL)
    gtk_root_set_focus (root, NULL);
}

/* The CA has no unlocking code that this token takes: no try may be wasted. */
static gboolean
is_final (const GError *error)
{
  return g_error_matches (error, YY_ERROR, YY_ERROR_SO_PIN_INCORRECT) ||
         g_error_matches (error, YY_ERROR, YY_ERROR_SO_PIN_LOCKED);
}

static void
show_failure (YyUnlockRun *self, const GError *error)
{
  const char *advice = yy_error_advice (error);
  g_autofree char *description = g_markup_escape_text (advice == NULL ? "" : advice, -1);

  self->needs_token = g_error_matches (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED) ||
                      g_error_matches (error, YY_ERROR, YY_ERROR_NO_SUCH_TOKEN);
  adw_status_page_set_title (self->failure, error->message);
  adw_status_page_set_description (self->failure, description);
  gtk_button_set_label (self->retry, self->needs_token ? _ ("_Go On") : _ ("_Try Again"));
  gtk_widget_set_visible (GTK_WIDGET (self->retry), !is_final (error));
  update_retry (self);
  yy_pages_show (self->pages, "failure");
  focus_retry (self);
}

static void
show_done (YyUnlockRun *self)
{
  g_clear_pointer (&self->code, yy_secret_free);
  g_clear_pointer (&self->pin, yy_secret_free);
  self->done = TRUE;
  yy_pages_show (self->pages, "done");
  gtk_widget_grab_focus (self->close);
  g_signal_emit (self, signals[DONE], 0);
}

/* What was wrong is forgotten; the rest need not be typed again. */
static void
handle_failure (YyUnlockRun *self, const GError *error)
{
  gboolean code = g_error_matches (error, YY_ERROR, YY_ERROR_CODE_INCORRECT) ||
                  g_error_matches (error, YY_ERROR, YY_ERROR_CODE_EXPIRED);
  gboolean pin = g_error_matches (error, YY_ERROR, YY_ERROR_PIN_POLICY);

  if (code)
    g_clear_pointer (&self->code, yy_secret_free);
  if (pin)
    g_clear_pointer (&self->pin, yy_secret_free);
  if (code || pin || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[ASK], 0, error);
  else
    show_failure (self, error);
}

static void
on_step (YyUnlockingStep step, gpointer user_data)
{
  YyUnlockRun *self = YY_UNLOCK_RUN (user_data);

  if (self->client != NULL)
    yy_step_list_set_step (self->steps, step);
}

static void
on_finished (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyUnlockRun) self = YY_UNLOCK_RUN (user_data);
  g_autoptr (GError) error = NULL;
  gboolean done = yy_unlocking_run_finish (result, &error);

  g_clear_object (&self->cancellable);
  if (self->client == NULL) /* the window has gone */
    return;
  if (self->question != NULL)
    gtk_window_close (self->question);
  if (done)
    show_done (self);
  else
    handle_failure (self, error);
}

/* Code and PIN stay here for going on after an error; the procedure wipes its own. */
static void
run (YyUnlockRun *self)
{
  YyProfile *profile = yy_client_get_profile (self->client);
  g_autoptr (GError) error = NULL;
  YyService *service = yy_client_get_service (self->client, &error);

  if (service == NULL)
    {
      show_failure (self, error);
      return;
    }
  self->cancellable = g_cancellable_new ();
  yy_step_list_set_step (self->steps, YY_UNLOCKING_AUTHORISE);
  yy_pages_show (self->pages, "progress");
  gtk_widget_grab_focus (self->stop);
  yy_unlocking_run_async (yy_client_get_manager (self->client), service,
                          yy_profile_get_pin_policy (profile), self->ticket,
                          yy_token_get_module (self->token), yy_secret_dup (self->code),
                          yy_secret_dup (self->pin), on_step, self, self->cancellable, on_finished,
                          g_object_ref (self));
}

static void
on_retry (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyUnlockRun *self = YY_UNLOCK_RUN (widget);

  if (self->cancellable == NULL && self->code != NULL && self->pin != NULL)
    run (self);
}

static void
on_stop (GtkWidget *widget, const char *action, GVariant *parameter)
{
  yy_unlock_run_ask_to_stop (YY_UNLOCK_RUN (widget));
}

static void
yy_unlock_run_dispose (GObject *object)
{
  YyUnlockRun *self = YY_UNLOCK_RUN (object);

  g_clear_pointer (&self->code, yy_secret_free);
  g_clear_pointer (&self->pin, yy_secret_free);
  g_clear_pointer (&self->ticket, yy_ticket_unref);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->token);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_unlock_run_parent_class)->dispose (object);
}

static void
yy_unlock_run_class_init (YyUnlockRunClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_unlock_run_dispose;
  signals[ASK] = g_signal_new ("ask", YY_TYPE_UNLOCK_RUN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[DONE] = g_signal_new ("done", YY_TYPE_UNLOCK_RUN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  g_type_ensure (YY_TYPE_STEP_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-unlock-run.ui");
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRun, pages);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRun, steps);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRun, stop);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRun, failure);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRun, waiting);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRun, retry);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRun, hotline);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRun, close);
  gtk_widget_class_install_action (widget_class, "run.retry", NULL, on_retry);
  gtk_widget_class_install_action (widget_class, "run.stop", NULL, on_stop);
}

static void
yy_unlock_run_init (YyUnlockRun *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  yy_step_list_add_unlocking (self->steps);
}

void
yy_unlock_run_set_up (YyUnlockRun *self, YyClient *client)
{
  g_autofree char *hotline =
      g_strdup_printf (_ ("Hotline: %s"), yy_profile_get_hotline (yy_client_get_profile (client)));

  self->client = g_object_ref (client);
  gtk_label_set_label (self->hotline, hotline);
}

void
yy_unlock_run_start (YyUnlockRun *self,
                     YyTicket *ticket,
                     YyToken *token,
                     YySecret *code,
                     YySecret *pin)
{
  g_clear_pointer (&self->ticket, yy_ticket_unref);
  g_clear_pointer (&self->code, yy_secret_free);
  g_clear_pointer (&self->pin, yy_secret_free);
  self->ticket = yy_ticket_ref (ticket);
  self->code = code;
  self->pin = pin;
  self->shown = TRUE;
  self->done = FALSE;
  g_set_object (&self->token, token);
  run (self);
}

gboolean
yy_unlock_run_is_running (YyUnlockRun *self)
{
  return self->cancellable != NULL;
}

gboolean
yy_unlock_run_is_shown (YyUnlockRun *self)
{
  return self->shown;
}

gboolean
yy_unlock_run_is_done (YyUnlockRun *self)
{
  return self->done;
}

void
yy_unlock_run_tokens_changed (YyUnlockRun *self)
{
  gboolean could = gtk_widget_is_sensitive (GTK_WIDGET (self->retry));

  if (!self->shown || self->cancellable != NULL)
    return;
  update_retry (self);
  if (!could && gtk_widget_is_sensitive (GTK_WIDGET (self->retry)))
    focus_retry (self);
}

static void
on_question_answered (YyUnlockRun *self, const char *response)
{
  self->question = NULL;
  if (g_str_equal (response, "go") && self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

void
yy_unlock_run_ask_to_stop (YyUnlockRun *self)
{
  if (self->question != NULL || self->cancellable == NULL)
    return;
  self->question =
      yy_question_ask (GTK_WIDGET (self), _ ("Stop the Unlocking?"),
                       _ ("Nothing is lost. What is done stays done, and you can go on later, here "
                          "or on another computer."),
                       _ ("_Go On"), _ ("_Stop"), G_CALLBACK (on_question_answered), self);
}

void
yy_unlock_run_end (YyUnlockRun *self, YySecret **code, YySecret **pin)
{
  self->shown = FALSE;
  self->done = FALSE;
  *code = g_steal_pointer (&self->code);
  *pin = g_steal_pointer (&self->pin);
}
