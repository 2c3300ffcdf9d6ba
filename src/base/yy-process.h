/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * yy_process_init:
 *
 * The first call of every program's main(): sets the locale, gettext and the error domain up and
 * makes sure that no core file of this process is ever written (a PIN may be in its memory). Call
 * it before any thread is started. Call it once.
 */
void yy_process_init (void);

/**
 * yy_process_set_language:
 * @wanted: (nullable): the language the settings ask for, for example "zh_CN"
 * @fallback: (nullable): the CA profile's language, for when the environment names none
 *
 * Decides the language of messages: @wanted, else the one the environment names (LANGUAGE, LC_ALL,
 * LC_MESSAGES, LANG; "C" and "POSIX" name none), else @fallback. It need not be installed as a
 * system locale: gettext looks for LANGUAGE in every locale but "C", so "C.UTF-8" is enough. The
 * choice is put into the environment, so that toolkits and child processes make the same one.
 * Call it once, after yy_process_init() and before any thread is started.
 */
void yy_process_set_language (const char *wanted, const char *fallback);

/**
 * yy_process_overwrite_freed:
 *
 * From now on the C library overwrites what is freed: TLS and JSON libraries and drivers free
 * secrets without wiping them. Call it before the first secret comes into the process; the window
 * does so after its first frame, which it would delay.
 */
void yy_process_overwrite_freed (void);

/**
 * yy_process_find_helper:
 * @name: a program of this project, for example "yinyao-token-agent"
 * @folder: its folder below the build directory, for example "src/agent"
 *
 * Finds a helper: in a development build in the build tree this program was started from, else
 * in libexecdir.
 *
 * Returns: (transfer full): a path
 */
char *yy_process_find_helper (const char *name, const char *folder);

/**
 * yy_process_find_data:
 * @name: a file below the project's data folder, for example "profiles/demo.ini"
 *
 * Finds a data file: in a development build in the source tree, else in pkgdatadir.
 *
 * Returns: (transfer full): a path
 */
char *yy_process_find_data (const char *name);

G_END_DECLS
