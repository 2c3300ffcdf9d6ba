/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/slot-watch.h"

#define POLL_SECONDS 1
/* More events than this without a second between them are no events: such a module is polled. */
#define MAX_RUSH 20

/* How long a module may take to end a waiting call once it was finalised. */
#define END_SECONDS 2

struct _YySlotWatch
{
  gatomicrefcount references;
  GMutex mutex;
  GCond cond;
  gboolean waiting;        /* the thread is in the module */
  YySlotWatchFunc changed; /* NULL once freed */
  gpointer user_data;
  CK_C_WaitForSlotEvent wait;
  guint poll;
};

static void
watch_unref (gpointer data)
{
  YySlotWatch *self = data;

  if (g_atomic_ref_count_dec (&self->references))
    {
      g_mutex_clear (&self->mutex);
      g_cond_clear (&self->cond);
      g_free (self);
    }
}

static YySlotWatch *
watch_ref (YySlotWatch *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static gboolean
tell (gpointer data)
{
  YySlotWatch *self = data;

  if (self->changed != NULL)
    self->changed (self->user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
tell_once (gpointer data)
{
  tell (data);
  return G_SOURCE_REMOVE;
}

static gboolean
start_poll (gpointer data)
{
  YySlotWatch *self = data;

  if (self->changed != NULL && self->poll == 0)
    self->poll = g_timeout_add_seconds (POLL_SECONDS, tell, self);
  return G_SOURCE_REMOVE;
}

static void
invoke (YySlotWatch *self, GSourceFunc function)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, function, watch_ref (self), watch_unref);
}

static gpointer
wait_for_events (gpointer data)
{
  YySlotWatch *self = data;
  gint64 last = 0;
  guint rush = 0;
  CK_SLOT_ID slot = 0;
  CK_RV rv = CKR_OK;

  while ((rv = self->wait (0, &slot, NULL)) == CKR_OK && rush < MAX_RUSH)
    {
      gint64 now = g_get_monotonic_time ();

      rush = now - last < G_USEC_PER_SEC ? rush + 1 : 0;
      last = now;
      invoke (self, tell_once);
    }
  if (rv != CKR_CRYPTOKI_NOT_INITIALIZED)
    invoke (self, start_poll);
  g_mutex_lock (&self->mutex);
  self->waiting = FALSE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  watch_unref (self);
  return NULL;
}

YySlotWatch *
yy_slot_watch_new (YyModule *module, YySlotWatchFunc changed, gpointer user_data)
{
  YySlotWatch *self = g_new0 (YySlotWatch, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->changed = changed;
  self->user_data = user_data;
  self->wait = module->f->C_WaitForSlotEvent;
  if (self->wait == NULL)
    start_poll (self);
  else
    {
      self->waiting = TRUE;
      g_thread_unref (g_thread_new ("slot-events", wait_for_events, watch_ref (self)));
    }
  return self;
}

void
yy_slot_watch_free (YySlotWatch *self)
{
  gint64 end = g_get_monotonic_time () + END_SECONDS * G_USEC_PER_SEC;

  self->changed = NULL;
  g_clear_handle_id (&self->poll, g_source_remove);
  g_mutex_lock (&self->mutex);
  while (self->waiting && g_cond_wait_until (&self->cond, &self->mutex, end))
    continue;
  g_mutex_unlock (&self->mutex);
  watch_unref (self);
}
