/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/slot-watch.h"

#include "agent/reader-watch.h"

#define POLL_SECONDS 1
/* More events than this without a second between them are no events: such a module is polled. */
#define MAX_RUSH 20

struct _YySlotWatch
{
  gatomicrefcount references;
  YySlotWatchFunc changed; /* main thread only, NULL once freed */
  gpointer user_data;
  CK_C_WaitForSlotEvent wait;
  int in_module; /* atomic */
  guint poll;
  YyReaderWatch *readers;
};

static void
watch_unref (gpointer data)
{
  YySlotWatch *self = data;

  if (g_atomic_ref_count_dec (&self->references))
    g_free (self);
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
  g_atomic_int_set (&self->in_module, 0);
  if (rv != CKR_CRYPTOKI_NOT_INITIALIZED)
    invoke (self, start_poll);
  watch_unref (self);
  return NULL;
}

/* A module whose slots are not described at all may yet have any. */
static gboolean
are_slots_readers (YyModule *module, gboolean *empty)
{
  g_auto (GStrv) readers = yy_readers_list ();
  g_autoptr (GArray) slots = readers == NULL ? NULL : yy_module_list_slots (module, CK_FALSE, NULL);

  if (slots == NULL)
    return FALSE;
  *empty = slots->len == 0;
  for (guint i = 0; i < slots->len; i++)
    {
      CK_SLOT_INFO info = { 0 };
      g_autofree char *description = NULL;

      if (module->f->C_GetSlotInfo (g_array_index (slots, CK_SLOT_ID, i), &info) != CKR_OK)
        continue;
      description = yy_ck_text (info.slotDescription, sizeof info.slotDescription);
      if (yy_readers_find ((const char *const *) readers, description) == NULL)
        return FALSE;
    }
  return TRUE;
}

YySlotWatch *
yy_slot_watch_new (YyModule *module, YySlotWatchFunc changed, gpointer user_data)
{
  YySlotWatch *self = g_new0 (YySlotWatch, 1);
  gboolean empty = FALSE;

  g_atomic_ref_count_init (&self->references);
  self->changed = changed;
  self->user_data = user_data;
  self->wait = module->f->C_WaitForSlotEvent;
  if (are_slots_readers (module, &empty))
    {
      self->readers = yy_reader_watch_new (changed, user_data);
      if (empty)
        start_poll (self);
    }
  else if (self->wait == NULL)
    start_poll (self);
  else
    {
      self->in_module = 1;
      g_thread_unref (g_thread_new ("slot-events", wait_for_events, watch_ref (self)));
    }
  return self;
}

gboolean
yy_slot_watch_is_in_module (YySlotWatch *self)
{
  return g_atomic_int_get (&self->in_module) != 0;
}

void
yy_slot_watch_free (YySlotWatch *self)
{
  self->changed = NULL;
  g_clear_handle_id (&self->poll, g_source_remove);
  g_clear_pointer (&self->readers, yy_reader_watch_free);
  watch_unref (self);
}
