/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-device.h"

G_BEGIN_DECLS

/**
 * VtControl:
 *
 * A Unix stream socket for whoever plays with the token. A line is a command, its answer one line
 * of JSON: {"ok":true,…} or {"ok":false,"error":"…"}.
 *
 * insert, remove          answered when pcscd has seen it
 * cut-before N            the Nth APDU from now is lost, the token is out then
 * cut-after N             the Nth APDU from now takes effect, its answer is lost; 0: no cut
 * wait                    answered when an armed cut has happened
 * delay MS                for each APDU
 * counters                apdus, bytes_in, bytes_out, inserted, cut
 * reset-counters
 * state                   what is on the card
 */
typedef struct _VtControl VtControl;

/** vt_control_new: Listens at @path; a socket nobody listens at any more is replaced. */
VtControl *vt_control_new (VtDevice *device, const char *path, GError **error);
void vt_control_free (VtControl *control);

G_END_DECLS
