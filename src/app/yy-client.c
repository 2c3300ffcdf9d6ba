/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-client.h"

struct _YyClient
{
  GObject parent_instance;

  YySettings *settings;
  YyProfile *profile;
  YyTokenManager *manager;
  YyService *service;
  YyTickets *tickets;
  gboolean started;
};

G_DEFINE_FINAL_TYPE (YyClient, yy_client, G_TYPE_OBJECT)

static void
yy_client_finalize (GObject *object)
{
  YyClient *self = YY_CLIENT (object);

  g_clear_object (&self->tickets);
  g_clear_object (&self->service);
  g_clear_object (&self->manager);
  g_clear_object (&self->profile);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (yy_client_parent_class)->finalize (object);
}

static void
yy_client_class_init (YyClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_client_finalize;
}

static void
yy_client_init (YyClient *self)
{
}

YyClient *
yy_client_new (YySettings *settings, YyProfile *profile)
{
  YyClient *self = g_object_new (YY_TYPE_CLIENT, NULL);

  self->settings = g_object_ref (settings);
  self->profile = g_object_ref (profile);
  self->manager = yy_token_manager_new (settings);
  self->tickets = yy_tickets_new (self);
  return self;
}

void
yy_client_start (YyClient *self)
{
  if (self->started)
    return;
  self->started = TRUE;
  yy_token_manager_start (self->manager);
}

void
yy_client_stop (YyClient *self)
{
  if (!self->started)
    return;
  self->started = FALSE;
  yy_token_manager_stop (self->manager);
}

YyProfile *
yy_client_get_profile (YyClient *self)
{
  return self->profile;
}

YyTokenManager *
yy_client_get_manager (YyClient *self)
{
  return self->manager;
}

YyPinGuard *
yy_client_get_pin_guard (YyClient *self)
{
  return yy_pin_guard_of (self->manager);
}

YyTickets *
yy_client_get_tickets (YyClient *self)
{
  return self->tickets;
}

YyService *
yy_client_get_service (YyClient *self, GError **error)
{
  if (self->service == NULL)
    self->service = yy_service_new (self->settings, error);
  return self->service;
}
