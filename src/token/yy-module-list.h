/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-settings.h"

G_BEGIN_DECLS

/**
 * YyModulePlaces:
 * @user_config: the user's pkcs11.conf
 * @system_config: the system's pkcs11.conf
 * @user_modules: folder of the user's *.module files
 * @system_modules: (array zero-terminated=1): folders of the system's *.module files; earlier ones
 *   override later ones
 * @module_path: folder that relative names of modules start from
 *
 * Where p11-kit's configuration is, see pkcs11.conf(5).
 */
typedef struct
{
  char *user_config;
  char *system_config;
  char *user_modules;
  char **system_modules;
  char *module_path;
} YyModulePlaces;

/** yy_module_places_new: Returns: (transfer full): this system's places */
YyModulePlaces *yy_module_places_new (void);
void yy_module_places_free (YyModulePlaces *places);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyModulePlaces, yy_module_places_free)

/**
 * yy_module_list_p11_kit:
 * @places: where to look
 *
 * Reads the configuration only: no module is loaded. Left out are sources of trust policy (they
 * hold authorities, not tokens), remote modules, modules that are not for this program (enable-in,
 * disable-in), and files that do not exist.
 *
 * Returns: (transfer full) (element-type utf8): real paths, by priority, then by file name
 */
GPtrArray *yy_module_list_p11_kit (const YyModulePlaces *places);

/**
 * yy_module_list_find:
 * @settings: settings
 * @places: where p11-kit's configuration is
 *
 * The modules to start agents for: those of the settings first, then p11-kit's, each once, by real
 * path. A path in the settings that does not exist stays in: a person put it there, so its failure
 * is shown.
 *
 * Returns: (transfer full) (element-type utf8): paths
 */
GPtrArray *yy_module_list_find (YySettings *settings, const YyModulePlaces *places);

G_END_DECLS
