/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/reader-watch.h"

#include <string.h>

#include <winscard.h>

/* What fits into CK_SLOT_INFO.slotDescription. */
#define MAX_DESCRIPTION 64
#define MAX_READERS     64
/* Before the service is asked for again that was not there. */
#define RETRY_SECONDS 1
/* Between two attempts to end a wait. */
#define CANCEL_MS 20
/* The “reader” whose state changes when readers come and go. */
#define ANY_READER "\\\\?PnP?\\Notification"

struct _YyReaderWatch
{
  gatomicrefcount references;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean stopped;
  gboolean ended;
  SCARDCONTEXT context;
  gboolean has_context;
  YyReaderWatchFunc changed; /* main thread only, NULL once freed */
  gpointer user_data;
};

static char **
list_readers (SCARDCONTEXT context)
{
  DWORD length = SCARD_AUTOALLOCATE;
  char *names = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (SCardListReaders (context, NULL, (LPSTR) &names, &length) == SCARD_S_SUCCESS)
    {
      for (const char *name = names; *name != '\0'; name += strlen (name) + 1)
        g_strv_builder_add (builder, name);
      (void) SCardFreeMemory (context, names);
    }
  return g_strv_builder_end (builder);
}

char **
yy_readers_list (void)
{
  SCARDCONTEXT context = 0;
  char **readers = NULL;

  if (SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS)
    return NULL;
  readers = list_readers (context);
  (void) SCardReleaseContext (context);
  return readers;
}

static gboolean
is_described (const char *reader, const char *description)
{
  gsize length = strlen (description);

  if (length == 0 || strncmp (reader, description, length) != 0)
    return FALSE;
  return reader[length] == '\0' || length >= MAX_DESCRIPTION - 1;
}

const char *
yy_readers_find (const char *const *readers, const char *description)
{
  const char *found = NULL;

  for (gsize i = 0; readers[i] != NULL; i++)
    if (is_described (readers[i], description))
      {
        if (found != NULL)
          return NULL;
        found = readers[i];
      }
  return found;
}

static void
watch_unref (gpointer data)
{
  YyReaderWatch *self = data;

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

static gboolean
tell (gpointer data)
{
  YyReaderWatch *self = data;

  if (self->changed != NULL)
    self->changed (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
notify (YyReaderWatch *self)
{
  g_atomic_ref_count_inc (&self->references);
  g_idle_add_full (G_PRIORITY_DEFAULT, tell, self, watch_unref);
}

/* FALSE when the thread is to end. */
static gboolean
set_context (YyReaderWatch *self, SCARDCONTEXT context, gboolean has_context)
{
  gboolean going = FALSE;

  g_mutex_lock (&self->mutex);
  self->context = context;
  self->has_context = has_context;
  going = !self->stopped;
  g_mutex_unlock (&self->mutex);
  return going;
}

/* What counts of a state: whether a card is in, and how often that changed (the upper half). */
static DWORD
essence (DWORD state)
{
  return state & (0xFFFF0000 | SCARD_STATE_PRESENT | SCARD_STATE_UNAVAILABLE);
}

static gboolean
has_changed (const SCARD_READERSTATE *state)
{
  return essence (state->dwCurrentState) != essence (state->dwEventState);
}

/*
 * Tells of every change until readers come or go; FALSE when the service is gone or the wait was
 * ended. The first answer says how things are: it is told too, for what changed just before it.
 */
static gboolean
watch_readers (YyReaderWatch *self, SCARDCONTEXT context, const char *const *readers)
{
  SCARD_READERSTATE states[MAX_READERS + 1] = { 0 };
  DWORD count = 0;
  gboolean known = FALSE;
  gboolean changed = FALSE;

  while (readers[count] != NULL && count < MAX_READERS)
    {
      states[count].szReader = readers[count];
      count++;
    }
  states[count++].szReader = ANY_READER;
  while (SCardGetStatusChange (context, INFINITE, states, count) == SCARD_S_SUCCESS)
    {
      gboolean readers_changed = known && has_changed (&states[count - 1]);

      for (DWORD i = 0; i < count; i++)
        {
          if (!known || has_changed (&states[i]))
            changed = TRUE;
          states[i].dwCurrentState = states[i].dwEventState & ~(DWORD) SCARD_STATE_CHANGED;
        }
      known = TRUE;
      if (readers_changed)
        return TRUE;
      if (changed)
        notify (self);
      changed = FALSE;
    }
  return FALSE;
}

static void
watch_context (YyReaderWatch *self, SCARDCONTEXT context)
{
  gboolean going = TRUE;

  while (going)
    {
      g_auto (GStrv) readers = list_readers (context);

      going = watch_readers (self, context, (const char *const *) readers);
    }
}

/* Waits a moment, or less if the thread is to end. */
static void
rest (YyReaderWatch *self)
{
  gint64 end = g_get_monotonic_time () + RETRY_SECONDS * G_USEC_PER_SEC;

  g_mutex_lock (&self->mutex);
  while (!self->stopped && g_cond_wait_until (&self->cond, &self->mutex, end))
    continue;
  g_mutex_unlock (&self->mutex);
}

static gpointer
watch (gpointer data)
{
  YyReaderWatch *self = data;
  SCARDCONTEXT context = 0;
  gboolean going = TRUE;

  while (going)
    {
      if (SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &context) == SCARD_S_SUCCESS)
        {
          if (set_context (self, context, TRUE))
            watch_context (self, context);
          going = set_context (self, 0, FALSE);
          (void) SCardReleaseContext (context);
          notify (self);
        }
      rest (self);
      going = set_context (self, 0, FALSE);
    }
  g_mutex_lock (&self->mutex);
  self->ended = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  watch_unref (self);
  return NULL;
}

YyReaderWatch *
yy_reader_watch_new (YyReaderWatchFunc changed, gpointer user_data)
{
  YyReaderWatch *self = g_new0 (YyReaderWatch, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->changed = changed;
  self->user_data = user_data;
  g_atomic_ref_count_inc (&self->references);
  self->thread = g_thread_new ("readers", watch, self);
  return self;
}

void
yy_reader_watch_free (YyReaderWatch *self)
{
  self->changed = NULL;
  g_mutex_lock (&self->mutex);
  self->stopped = TRUE;
  g_cond_signal (&self->cond);
  /* A wait that begins just after it was cancelled is not cancelled: do it until it is over. */
  while (!self->ended)
    {
      if (self->has_context)
        (void) SCardCancel (self->context);
      g_cond_wait_until (&self->cond, &self->mutex,
                         g_get_monotonic_time () + CANCEL_MS * G_TIME_SPAN_MILLISECOND);
    }
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  watch_unref (self);
}
