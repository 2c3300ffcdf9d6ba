/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/ck-error.h"

G_BEGIN_DECLS

/**
 * YyModule:
 * @path: as it was given
 * @library: what the module says of itself: "description version (manufacturer)"
 * @f: its functions
 * @keyrings: (element-type YyKeyring): see there
 *
 * The one PKCS #11 module of this process, loaded and initialised. Everything else in this folder
 * runs on the main thread; only the thread that waits for slot events calls @f beside it, which
 * the module was told at C_Initialize.
 */
typedef struct
{
  char *path;
  char *library;
  CK_FUNCTION_LIST *f;
  void *handle;
  GPtrArray *keyrings;
} YyModule;

typedef struct _YyKeyring YyKeyring;

/**
 * yy_module_open:
 *
 * Loads and initialises a module. May take as long as the module likes: it usually reads all
 * tokens here. The process must not have started other threads that change the environment.
 *
 * Returns: (transfer full): the module, or %NULL with %YY_ERROR_DRIVER_FAILED
 */
YyModule *yy_module_open (const char *path, GError **error);

/** yy_module_initialize: C_Initialize again, after yy_module_finalize() */
gboolean yy_module_initialize (YyModule *self, GError **error);
/** yy_module_finalize: C_Finalize: ends all sessions and wakes who waits for slot events */
void yy_module_finalize (YyModule *self);

/** yy_module_keep_keyring: Keeps @keyring (transfer full) until the module is finalised. */
void yy_module_keep_keyring (YyModule *self, YyKeyring *keyring);

/**
 * yy_module_list_slots:
 * @present: only those with a token in them
 *
 * Makes the module look at its readers.
 *
 * Returns: (transfer full) (element-type CK_SLOT_ID): slots
 */
GArray *yy_module_list_slots (YyModule *self, CK_BBOOL present, GError **error);

/**
 * yy_module_free:
 *
 * Does not finalise the module. Its code stays mapped: threads of it may still run.
 */
void yy_module_free (YyModule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyModule, yy_module_free)

/**
 * yy_ck_text:
 * @text: a blank-padded field of a CK_… structure, not terminated
 *
 * Returns: (transfer full): the text without padding, made valid UTF-8
 */
char *yy_ck_text (const unsigned char *text, gsize length);

G_END_DECLS
