/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-delivery.h"

#include "ra/ra-sms.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#define MAX_RUNNING      4
#define DELIVERY_SECONDS 20
#define GRACE_SECONDS    5
/* A message is no news any more after a day. */
#define MAX_AGE_SECONDS (24 * 60 * 60)

struct _RaDelivery
{
  RaSite *site;
  RaBatch *batch;
  GQueue waiting;      /* of gint64 *: messages that are committed */
  guint held;          /* messages that are not committed yet */
  GHashTable *running; /* set of Job */
};

typedef struct
{
  RaDelivery *owner;
  gint64 message;
  GSubprocess *process;
  YySecret *text;
  GBytes *input; /* borrows @text */
  GCancellable *cancellable;
  guint timer;
  gboolean late;
} Job;

typedef struct
{
  RaDelivery *owner;
  gint64 message;
} Held;

RaDelivery *
ra_delivery_new (RaSite *site, RaBatch *batch)
{
  RaDelivery *self = g_new0 (RaDelivery, 1);

  self->site = site;
  self->batch = batch;
  g_queue_init (&self->waiting);
  self->running = g_hash_table_new (g_direct_hash, g_direct_equal);
  return self;
}

static void
record (RaDelivery *self, gint64 message, const char *delivery)
{
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  if (ra_batch_enter (self->batch, &error))
    {
      done = ra_store_set_delivery (self->site->store, message, delivery, &error);
      done = ra_batch_leave (self->batch, done, done ? &error : NULL) && done;
    }
  if (!done)
    g_warning ("%s", error->message);
}

static void
fail (RaDelivery *self, gint64 message, const char *problem)
{
  g_warning ("The text message %" G_GINT64_FORMAT " was not sent: %s", message, problem);
  record (self, message, problem);
}

static void
job_free (Job *job)
{
  g_clear_handle_id (&job->timer, g_source_remove);
  g_clear_object (&job->process);
  g_clear_object (&job->cancellable);
  g_clear_pointer (&job->input, g_bytes_unref);
  g_clear_pointer (&job->text, yy_secret_free);
  g_free (job);
}

static void start_some (RaDelivery *self);

/* The command and whatever it started. */
static void
kill_all (GSubprocess *process)
{
  const char *identifier = g_subprocess_get_identifier (process);
  gint64 pid = identifier == NULL ? 0 : g_ascii_strtoll (identifier, NULL, 10);

  if (pid > 0)
    (void) kill (-(pid_t) pid, SIGKILL);
}

static char *
describe_end (Job *job, const GError *error)
{
  if (job->late)
    return g_strdup_printf ("the command took longer than %d seconds", DELIVERY_SECONDS);
  if (error != NULL)
    return g_strdup (error->message);
  if (!g_subprocess_get_if_exited (job->process))
    return g_strdup ("the command was killed");
  if (g_subprocess_get_exit_status (job->process) == 0)
    return NULL;
  return g_strdup_printf ("the command failed with status %d",
                          g_subprocess_get_exit_status (job->process));
}

static void
end (Job *job, const GError *error)
{
  RaDelivery *self = job->owner;
  g_autofree char *problem = NULL;

  if (error != NULL)
    kill_all (job->process);
  /* Stopped because the service stops: it stays pending. */
  if (job->late || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      problem = describe_end (job, error);
      if (problem == NULL)
        record (self, job->message, "sent");
      else
        fail (self, job->message, problem);
    }
  g_hash_table_remove (self->running, job);
  job_free (job);
  start_some (self);
}

static void
waited (GObject *source, GAsyncResult *result, gpointer job)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, &error);
  end (job, error);
}

static void
communicated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_finish (G_SUBPROCESS (source), result, NULL, NULL, &error);
  /* A command may end well without having read the text. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    g_subprocess_wait_async (job->process, job->cancellable, waited, job);
  else
    end (job, error);
}

static gboolean
too_late (gpointer user_data)
{
  Job *job = user_data;

  job->timer = 0;
  job->late = TRUE;
  g_cancellable_cancel (job->cancellable);
  return G_SOURCE_REMOVE;
}

/* A group of its own, so that all of it can be ended. */
static void
set_group (gpointer unused)
{
  (void) setpgid (0, 0);
}

static GSubprocess *
spawn (const char *command, const char *to, GError **error)
{
  static const char *const environment[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8",
                                             NULL };
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                 G_SUBPROCESS_FLAGS_STDERR_SILENCE);

  g_subprocess_launcher_set_environ (launcher, (char **) environment);
  g_subprocess_launcher_set_cwd (launcher, "/");
  g_subprocess_launcher_set_child_setup (launcher, set_group, NULL, NULL);
  return g_subprocess_launcher_spawn (launcher, error, command, to, NULL);
}

/* The code is in the text, so the text travels on standard input, not in an argument list. */
static void
start (RaDelivery *self, const RaMessage *message)
{
  Job *job = g_new0 (Job, 1);
  g_autoptr (GError) error = NULL;

  job->owner = self;
  job->message = message->id;
  job->text = ra_sms_dup_text (self->site, message, &error);
  if (job->text != NULL)
    job->process = spawn (self->site->rules->sms_command, message->to, &error);
  if (job->process == NULL)
    {
      fail (self, message->id, error->message);
      job_free (job);
      return;
    }
  job->input = g_bytes_new_static (yy_secret_bytes (job->text), yy_secret_length (job->text));
  job->cancellable = g_cancellable_new ();
  job->timer = g_timeout_add_seconds (DELIVERY_SECONDS, too_late, job);
  g_hash_table_add (self->running, job);
  g_subprocess_communicate_async (job->process, job->input, job->cancellable, communicated, job);
}

/* Why a message is not to be delivered, NULL when it is. */
static gboolean
find_obstacle (RaSite *site, const RaMessage *message, const char **obstacle, GError **error)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GPtrArray) codes = NULL;
  const RaCode *newest = NULL;

  *obstacle = NULL;
  if (site->rules->sms_command == NULL)
    *obstacle = "outbox";
  else if (message->time < now - MAX_AGE_SECONDS)
    *obstacle = "too late: the service did not run";
  if (*obstacle != NULL || !ra_sms_has_code (message))
    return TRUE;
  codes = ra_store_list_codes (site->store, message->order, error);
  if (codes == NULL)
    return FALSE;
  newest = codes->len == 0 ? NULL : codes->pdata[0];
  if (newest == NULL || newest->message != message->id || newest->state != RA_CODE_VALID)
    *obstacle = "too late: the code is void";
  else if (newest->expires <= now)
    *obstacle = "too late: the code is expired";
  return TRUE;
}

static void
start_one (RaDelivery *self, gint64 id)
{
  g_autoptr (RaMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  const char *obstacle = NULL;

  /* What a failed request had put there is gone again. */
  if (ra_store_get_message (self->site->store, id, &message, &error) &&
      (message == NULL || !g_str_equal (message->delivery, "pending")))
    return;
  if (message == NULL || !find_obstacle (self->site, message, &obstacle, &error))
    g_warning ("%s", error->message);
  else if (obstacle != NULL)
    record (self, id, obstacle);
  else
    start (self, message);
}

static void
start_some (RaDelivery *self)
{
  while (g_hash_table_size (self->running) < MAX_RUNNING && !g_queue_is_empty (&self->waiting))
    {
      g_autofree gint64 *id = g_queue_pop_head (&self->waiting);

      start_one (self, *id);
    }
}

static void
enqueue (RaDelivery *self, gint64 message)
{
  g_queue_push_tail (&self->waiting, g_memdup2 (&message, sizeof message));
  start_some (self);
}

static void
committed (gboolean done, gpointer user_data)
{
  g_autofree Held *held = user_data;

  held->owner->held--;
  if (done)
    enqueue (held->owner, held->message);
}

void
ra_delivery_add (RaDelivery *self, gint64 message)
{
  Held *held = NULL;

  if (!ra_batch_is_open (self->batch))
    {
      enqueue (self, message);
      return;
    }
  held = g_new (Held, 1);
  *held = (Held){ self, message };
  self->held++;
  ra_batch_hold (self->batch, committed, held);
}

void
ra_delivery_resume (RaDelivery *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = ra_store_list_pending_messages (self->site->store, &error);

  if (messages == NULL)
    g_warning ("%s", error->message);
  for (guint i = 0; messages != NULL && i < messages->len; i++)
    ra_delivery_add (self, ((const RaMessage *) messages->pdata[i])->id);
}

gboolean
ra_delivery_is_idle (RaDelivery *self)
{
  return self->held == 0 && g_queue_is_empty (&self->waiting) &&
         g_hash_table_size (self->running) == 0;
}

static void
cancel_all (RaDelivery *self)
{
  GHashTableIter iter;
  gpointer key = NULL;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_cancellable_cancel (((Job *) key)->cancellable);
}

static gboolean
end_grace (gpointer user_data)
{
  cancel_all (user_data);
  return G_SOURCE_CONTINUE;
}

void
ra_delivery_free (RaDelivery *self)
{
  guint timer = g_timeout_add_seconds (GRACE_SECONDS, end_grace, self);

  ra_batch_flush (self->batch);
  g_queue_clear_full (&self->waiting, g_free);
  while (g_hash_table_size (self->running) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
  g_hash_table_unref (self->running);
  g_free (self);
}
