/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-tlv.h"

G_BEGIN_DECLS

/** VtLog: what goes over the wire, one line each, in hexadecimal; never a PIN. */
typedef struct _VtLog VtLog;

/** vt_log_open: Appends to @path, which only its owner may read. */
VtLog *vt_log_open (const char *path, GError **error);
void vt_log_close (VtLog *log);

/* All of these do nothing with a %NULL @log. */
void vt_log_command (VtLog *log, const guint8 *bytes, gsize length);
void vt_log_answer (VtLog *log, const guint8 *bytes, gsize length);
void vt_log_event (VtLog *log, const char *event);

/**
 * vt_log_format_command:
 *
 * Returns: (transfer full): the command in hexadecimal, "XX" for each byte that may be a PIN or SO
 *   PIN, whatever class byte or damage the command has
 */
char *vt_log_format_command (const guint8 *bytes, gsize length);

G_END_DECLS
