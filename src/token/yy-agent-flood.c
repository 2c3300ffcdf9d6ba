/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-agent-flood.h"

/* In one second. A busy token with 20 certificates needs a tenth of either. */
#define MAX_MESSAGES 500
#define MAX_BYTES    (16 * 1024 * 1024)

struct _YyAgentFlood
{
  GDBusConnection *connection;
  guint filter;

  /* Main context only, and NULL after yy_agent_flood_free(). */
  YyAgentFloodFunc callback;
  gpointer user_data;

  /* The connection's thread only. */
  gint64 second;
  guint messages;
  gsize bytes;
  gboolean flooded;
};

static void
flood_clear (gpointer data)
{
  YyAgentFlood *self = data;

  g_clear_object (&self->connection);
}

static void
flood_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, flood_clear);
}

static gboolean
tell (gpointer data)
{
  YyAgentFlood *self = data;

  if (self->callback != NULL)
    self->callback (self->user_data);
  return G_SOURCE_REMOVE;
}

static GDBusMessage *
count_message (GDBusConnection *connection,
               GDBusMessage *message,
               gboolean incoming,
               gpointer user_data)
{
  YyAgentFlood *self = user_data;
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;
  GVariant *body = NULL;

  if (!incoming)
    return message;
  body = g_dbus_message_get_body (message);
  if (second != self->second)
    self->messages = 0, self->bytes = 0;
  self->second = second;
  self->messages++;
  self->bytes += body == NULL ? 0 : g_variant_get_size (body);
  if (!self->flooded && (self->messages > MAX_MESSAGES || self->bytes > MAX_BYTES))
    {
      self->flooded = TRUE;
      g_idle_add_full (G_PRIORITY_DEFAULT, tell, g_atomic_rc_box_acquire (self), flood_release);
    }
  if (self->flooded)
    g_clear_object (&message);
  return message;
}

YyAgentFlood *
yy_agent_flood_new (GDBusConnection *connection, YyAgentFloodFunc callback, gpointer user_data)
{
  YyAgentFlood *self = g_atomic_rc_box_new0 (YyAgentFlood);

  self->connection = g_object_ref (connection);
  self->callback = callback;
  self->user_data = user_data;
  self->filter = g_dbus_connection_add_filter (connection, count_message,
                                               g_atomic_rc_box_acquire (self), flood_release);
  return self;
}

void
yy_agent_flood_free (YyAgentFlood *self)
{
  self->callback = NULL;
  g_dbus_connection_remove_filter (self->connection, self->filter);
  flood_release (self);
}
