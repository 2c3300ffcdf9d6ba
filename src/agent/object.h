/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/module.h"
#include "base/yy-openssl.h"

G_BEGIN_DECLS

/**
 * YyObject:
 * @handle: valid for the session it was found in
 * @object_class: CKO_CERTIFICATE, CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, CKO_DATA or another
 * @id: CKA_ID, empty when there is none
 * @label: CKA_LABEL as valid UTF-8
 * @application: CKA_APPLICATION of a data object
 * @object_id: CKA_OBJECT_ID of a data object, empty when there is none
 * @value: (nullable): DER of an X.509 certificate
 * @spki: (nullable): DER of SubjectPublicKeyInfo of a key whose public half is known
 * @authority: a CA's certificate by its CKA_CERTIFICATE_CATEGORY
 *
 * One object of a token, as it was when it was read.
 */
typedef struct
{
  CK_OBJECT_HANDLE handle;
  CK_OBJECT_CLASS object_class;
  GBytes *id;
  char *label;
  char *application;
  GBytes *object_id;
  GBytes *value;
  GBytes *spki;
  gboolean authority;
} YyObject;

void yy_object_free (YyObject *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyObject, yy_object_free)

/**
 * yy_objects_list:
 * @strict: for a decision to delete something: a key that cannot be described is an error.
 * Otherwise it is left out.
 *
 * All objects visible in @session, in one C_FindObjects pass. Values of data objects are not read:
 * on a card that costs as much as everything else together.
 *
 * Returns: (transfer full) (element-type YyObject): in the module's order
 */
GPtrArray *
yy_objects_list (YyModule *module, CK_SESSION_HANDLE session, gboolean strict, GError **error);

/**
 * yy_objects_find:
 *
 * Returns: (transfer none) (nullable): the first object of this class and CKA_ID
 */
YyObject *yy_objects_find (GPtrArray *objects, CK_OBJECT_CLASS object_class, GBytes *id);

G_END_DECLS
