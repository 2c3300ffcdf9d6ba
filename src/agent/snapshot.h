/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/object.h"

G_BEGIN_DECLS

/**
 * YyInfo:
 *
 * What a token says of itself, without its objects: CK_TOKEN_INFO with its texts cleaned.
 */
typedef struct
{
  char *serial;
  char *label;
  char *manufacturer;
  char *model;
  CK_FLAGS flags;
  guint min_pin_length;
  guint max_pin_length;
  gint64 free_memory;
} YyInfo;

/**
 * yy_info_read:
 *
 * One fresh C_GetTokenInfo: flags are those of this moment.
 *
 * Returns: (transfer full): the description, or %NULL
 */
YyInfo *yy_info_read (YyModule *module, CK_SLOT_ID slot, GError **error);
void yy_info_free (YyInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyInfo, yy_info_free)

/**
 * YyKeyHint:
 * @certificate: a certificate object
 *
 * Returns: 1, 0 or -1: whether the private key of @certificate is on the token, when the objects
 *   visible without login do not decide it
 */
typedef int (*YyKeyHint) (YyObject *certificate, gpointer user_data);

/**
 * yy_snapshot_certificates:
 * @objects: (element-type YyObject): all objects visible
 * @logged_in: private keys are among them
 *
 * Returns: (transfer floating): the property "Certificates"
 */
GVariant *yy_snapshot_certificates (GPtrArray *objects,
                                    gboolean logged_in,
                                    YyKeyHint hint,
                                    gpointer user_data);
/** yy_snapshot_keys: Returns: (transfer floating): the property "Keys" */
GVariant *yy_snapshot_keys (GPtrArray *objects);
/** yy_snapshot_data_objects: Returns: (transfer floating): the property "DataObjects" */
GVariant *yy_snapshot_data_objects (GPtrArray *objects);

G_END_DECLS
