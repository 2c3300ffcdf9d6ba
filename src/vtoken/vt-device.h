/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-card.h"
#include "vtoken/vt-log.h"

G_BEGIN_DECLS

/** VtDevice: the token as a thing: a card, its memory on disk, a plug, and what can go wrong. */
typedef struct _VtDevice VtDevice;

/** VtEvent: what somebody can wait for. */
typedef enum
{
  VT_EVENT_INSERTED, /* pcscd has seen the token */
  VT_EVENT_GONE,     /* pcscd has seen that it is away */
  VT_EVENT_CUT,      /* an armed cut has happened */
} VtEvent;

typedef void (*VtEventFunc) (VtEvent event, gpointer user_data);

/**
 * vt_device_new:
 * @card: (transfer full)
 * @state_path: (nullable): where to save it after each change
 * @log: (nullable) (transfer full)
 * @port: of vpcd
 */
VtDevice *vt_device_new (VtCard *card, const char *state_path, VtLog *log, guint16 port);
void vt_device_free (VtDevice *device);
void vt_device_set_event_func (VtDevice *device, VtEventFunc func, gpointer user_data);

void vt_device_insert (VtDevice *device);
/** vt_device_remove: Pulls it out. What is under way takes no effect. */
void vt_device_remove (VtDevice *device);
void vt_device_set_delay (VtDevice *device, guint milliseconds);

/** vt_device_cut_before: The @n-th APDU from now never arrives, and the token is out. 0: not. */
void vt_device_cut_before (VtDevice *device, guint n);
/** vt_device_cut_after: The @n-th APDU from now takes effect, its answer is lost with the token. */
void vt_device_cut_after (VtDevice *device, guint n);

/** vt_device_is: Returns: whether what @event tells is so now */
gboolean vt_device_is (VtDevice *device, VtEvent event);

void vt_device_reset_counters (VtDevice *device);
/** These append JSON members. */
void vt_device_describe_counters (VtDevice *device, GString *out);
void vt_device_describe_state (VtDevice *device, GString *out);

G_END_DECLS
