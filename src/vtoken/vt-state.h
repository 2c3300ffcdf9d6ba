/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-card.h"

G_BEGIN_DECLS

#define VT_STATE_ERROR (vt_state_error_quark ())
GQuark vt_state_error_quark (void);

typedef enum
{
  VT_STATE_ERROR_DAMAGED,     /* cut short or changed */
  VT_STATE_ERROR_NOT_A_STATE, /* a file of something else */
  VT_STATE_ERROR_VERSION,     /* of a newer program */
  VT_STATE_ERROR_IO,
} VtStateError;

/** vt_state_encode: Returns: (transfer full): the bytes of a state file */
GByteArray *vt_state_encode (VtCard *card);
/** vt_state_decode: Returns: (transfer full): a card that was switched off */
VtCard *vt_state_decode (VtSpan bytes, GError **error);

/** vt_state_load: Reads @path; the error of a missing file is G_FILE_ERROR_NOENT. */
VtCard *vt_state_load (const char *path, GError **error);

/**
 * vt_state_save:
 *
 * Writes a new file beside @path, makes it durable and puts it in the place of the old one: a
 * power cut leaves one of them, whole.
 */
gboolean vt_state_save (VtCard *card, const char *path, GError **error);

G_END_DECLS
