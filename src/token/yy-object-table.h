/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "token/yy-token.h"

G_BEGIN_DECLS

/**
 * YyObjectTable:
 *
 * What one agent says it exports, kept up to date from its messages, and the snapshots made from
 * it. No I/O. Each function that takes a message returns %FALSE with %YY_ERROR_INVALID_DATA when
 * the message is not what the interface says: the agent babbles.
 */
typedef struct _YyObjectTable YyObjectTable;

/** yy_object_table_new: @module: goes into the snapshots */
YyObjectTable *yy_object_table_new (const char *module);
void yy_object_table_free (YyObjectTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyObjectTable, yy_object_table_free)

/** yy_object_table_load: @reply: answer of GetManagedObjects; replaces everything */
gboolean yy_object_table_load (YyObjectTable *self, GVariant *reply, GError **error);
/** yy_object_table_add: @parameters: of InterfacesAdded */
gboolean yy_object_table_add (YyObjectTable *self, GVariant *parameters, GError **error);
/** yy_object_table_remove: @parameters: of InterfacesRemoved */
gboolean yy_object_table_remove (YyObjectTable *self, GVariant *parameters, GError **error);
/** yy_object_table_change: @parameters: of PropertiesChanged of the object @path */
gboolean yy_object_table_change (YyObjectTable *self,
                                 const char *path,
                                 GVariant *parameters,
                                 GError **error);
/** yy_object_table_refresh: @reply: answer of GetAll for the token @path */
gboolean
yy_object_table_refresh (YyObjectTable *self, const char *path, GVariant *reply, GError **error);

/** yy_object_table_find: Returns: (nullable): path of the token with this serial number */
const char *yy_object_table_find (YyObjectTable *self, const char *serial);
/** yy_object_table_get_library: Returns: (nullable): what the module calls itself */
const char *yy_object_table_get_library (YyObjectTable *self);

/**
 * yy_object_table_dup_tokens:
 *
 * Of two tokens with one serial number only the first is listed, because nothing could tell them
 * apart. A token whose properties did not change has the same snapshot as last time.
 *
 * Returns: (transfer full) (element-type YyToken): in order of arrival
 */
GPtrArray *yy_object_table_dup_tokens (YyObjectTable *self);

G_END_DECLS
