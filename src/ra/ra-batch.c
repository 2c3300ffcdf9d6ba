/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-batch.h"

#include <glib/gi18n.h>

/* A batch ends when nothing else is to be done, or when one of these is reached. */
#define MAX_PARTS  128
#define MAX_AGE_US 25000
/* SQLite waits for another program that holds the database, and everybody with it. When that was in
   vain it is not tried again for a while. */
#define LONG_WAIT_US G_USEC_PER_SEC
#define PAUSE_US     (5 * G_USEC_PER_SEC)

struct _RaBatch
{
  RaStore *store;
  gboolean open;
  gint64 begun;
  gint64 paused_until; /* monotonic microseconds */
  guint parts;
  guint idle;
  GArray *held;
};

typedef struct
{
  RaBatchFunc func;
  gpointer user_data;
} Held;

RaBatch *
ra_batch_new (RaStore *store)
{
  RaBatch *batch = g_new0 (RaBatch, 1);

  batch->store = store;
  batch->held = g_array_new (FALSE, FALSE, sizeof (Held));
  return batch;
}

void
ra_batch_free (RaBatch *batch)
{
  ra_batch_flush (batch);
  g_array_unref (batch->held);
  g_free (batch);
}

/* The transaction has ended. */
static void
end (RaBatch *batch, gboolean committed)
{
  g_autoptr (GArray) held = batch->held;

  g_clear_handle_id (&batch->idle, g_source_remove);
  batch->open = FALSE;
  batch->held = g_array_new (FALSE, FALSE, sizeof (Held));
  for (guint i = 0; i < held->len; i++)
    {
      const Held *one = &g_array_index (held, Held, i);

      one->func (committed, one->user_data);
    }
}

void
ra_batch_flush (RaBatch *batch)
{
  g_autoptr (GError) error = NULL;
  gboolean committed = FALSE;

  if (!batch->open)
    return;
  committed = ra_store_commit (batch->store, &error);
  if (!committed)
    g_warning ("%s", error->message);
  end (batch, committed);
}

static gboolean
flush_when_idle (gpointer user_data)
{
  RaBatch *batch = user_data;

  batch->idle = 0;
  ra_batch_flush (batch);
  return G_SOURCE_REMOVE;
}

static gboolean
begin (RaBatch *batch, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  gboolean begun = FALSE;

  if (start < batch->paused_until)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_FAILED,
                           _ ("The database is being used by another program"));
      return FALSE;
    }
  begun = ra_store_begin (batch->store, error);
  batch->begun = g_get_monotonic_time ();
  if (!begun && batch->begun - start > LONG_WAIT_US)
    batch->paused_until = batch->begun + PAUSE_US;
  return begun;
}

gboolean
ra_batch_enter (RaBatch *batch, GError **error)
{
  if (batch->open &&
      (batch->parts >= MAX_PARTS || g_get_monotonic_time () - batch->begun > MAX_AGE_US))
    ra_batch_flush (batch);
  if (!batch->open)
    {
      if (!begin (batch, error))
        return FALSE;
      batch->open = TRUE;
      batch->parts = 0;
      batch->idle = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, flush_when_idle, batch, NULL);
    }
  batch->parts++;
  return ra_store_mark (batch->store, error);
}

gboolean
ra_batch_leave (RaBatch *batch, gboolean keep, GError **error)
{
  if (keep ? ra_store_keep_mark (batch->store, error) : ra_store_undo_mark (batch->store, error))
    return TRUE;
  /* SQLite may have undone the whole transaction by itself, after a full disk for example. What
     came now would be committed each for itself, and told as if it were not. */
  ra_store_rollback (batch->store);
  end (batch, FALSE);
  return FALSE;
}

gboolean
ra_batch_is_open (RaBatch *batch)
{
  return batch->open;
}

void
ra_batch_hold (RaBatch *batch, RaBatchFunc func, gpointer user_data)
{
  const Held held = { func, user_data };

  g_array_append_val (batch->held, held);
}
