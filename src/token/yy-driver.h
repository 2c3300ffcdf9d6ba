/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/**
 * YyDriverState:
 * @YY_DRIVER_STARTING: the agent is being started or reads its tokens
 * @YY_DRIVER_READY: its tokens are in the model
 * @YY_DRIVER_NOT_RESPONDING: missed its deadline; it is being replaced
 * @YY_DRIVER_FAILED: crashed, cannot be loaded or babbles; started again later
 */
typedef enum
{
  YY_DRIVER_STARTING,
  YY_DRIVER_READY,
  YY_DRIVER_NOT_RESPONDING,
  YY_DRIVER_FAILED,
} YyDriverState;

/**
 * YyDriver:
 *
 * One PKCS#11 module as the client sees it: the agent process that has it loaded now, whichever
 * it is. Main context only. Properties, all notified: "state" (an int), "problem", "name",
 * "module".
 */
#define YY_TYPE_DRIVER (yy_driver_get_type ())
G_DECLARE_FINAL_TYPE (YyDriver, yy_driver, YY, DRIVER, GObject)

/** yy_driver_get_module: Returns: path of the module */
const char *yy_driver_get_module (YyDriver *self);
/** yy_driver_get_name: Returns: for people: what the module calls itself, else its file name */
const char *yy_driver_get_name (YyDriver *self);
YyDriverState yy_driver_get_state (YyDriver *self);
/** yy_driver_get_problem: Returns: (nullable): why it failed or does not respond */
const GError *yy_driver_get_problem (YyDriver *self);
/** yy_driver_refresh: looks at all slots again */
void yy_driver_refresh (YyDriver *self);
/** yy_driver_read_tries: asks a token for the tries left for its PIN; spends none */
void yy_driver_read_tries (YyDriver *self, const char *serial);

G_END_DECLS
