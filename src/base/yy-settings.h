/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/**
 * YySettings:
 *
 * The settings of client, command line and agents: key files, so that an administrator can put one
 * in place with any tool. Later files override earlier ones, key by key:
 * SYSCONFDIR/yinyao/yinyao.conf, then $XDG_CONFIG_HOME/yinyao/yinyao.conf. If the environment
 * names a file in YINYAO_CONFIG, only that one is read.
 *
 * |[
 * [service]
 * url=https://ca.example:8443        base address of the CA's service
 * ca-file=/etc/yinyao/ca.pem         trust this instead of the system's authorities (optional)
 * office-key-file=…                  key of an office account, for prepare-token (optional)
 * timeout=30                         seconds without progress before a request fails
 * profile=/etc/yinyao/profile.ini    CA profile (optional; default: the one installed)
 *
 * [modules]
 * p11-kit=true                       also the modules p11-kit is configured with
 * paths=/usr/lib/vendor/libkey.so;   more PKCS#11 modules
 * call-timeout=30                    seconds a driver may take for an ordinary call
 * key-timeout=180                    seconds it may take to generate a key
 * agent=…                            the program that hosts a driver (optional; default: the one
 * installed)
 *
 * [interface]
 * language=zh_CN                     overrides locale and CA profile (optional)
 * ]|
 *
 * Immutable after loading; may be read from any thread.
 */
#define YY_TYPE_SETTINGS (yy_settings_get_type ())
G_DECLARE_FINAL_TYPE (YySettings, yy_settings, YY, SETTINGS, GObject)

/**
 * yy_settings_load:
 *
 * Returns: (transfer full): the settings, or %NULL with %YY_ERROR_INVALID_DATA that names file and
 *   key. Files that do not exist are no error.
 */
YySettings *yy_settings_load (GError **error);

/** yy_settings_get_service_url: Returns: (nullable): without a slash at the end */
const char *yy_settings_get_service_url (YySettings *self);
const char *yy_settings_get_ca_file (YySettings *self);
const char *yy_settings_get_office_key_file (YySettings *self);
const char *yy_settings_get_language (YySettings *self);
/** yy_settings_get_profile: Returns: path of the CA profile, never %NULL */
const char *yy_settings_get_profile (YySettings *self);
guint yy_settings_get_service_timeout (YySettings *self);
gboolean yy_settings_get_use_p11_kit (YySettings *self);
/** yy_settings_get_module_paths: Returns: (array zero-terminated=1): never %NULL */
const char *const *yy_settings_get_module_paths (YySettings *self);
/** yy_settings_get_agent: Returns: the program that hosts a driver, never %NULL */
const char *yy_settings_get_agent (YySettings *self);
guint yy_settings_get_call_timeout (YySettings *self);
guint yy_settings_get_key_timeout (YySettings *self);

G_END_DECLS
