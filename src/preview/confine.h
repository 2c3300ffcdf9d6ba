/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * yy_confine:
 * @seconds: of the processor's time
 *
 * Gives this process less memory and time than a document could ask for, and no right to write a
 * file: decoders are large programs, and what they read is hostile. Call it before the first byte
 * is read. A limit that cannot be set ends the process.
 */
void yy_confine (guint seconds);

G_END_DECLS
