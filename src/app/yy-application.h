/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define YY_TYPE_APPLICATION (yy_application_get_type ())
G_DECLARE_FINAL_TYPE (YyApplication, yy_application, YY, APPLICATION, AdwApplication)

/**
 * yy_application_new:
 * @client: (nullable): what the windows work on
 * @problem: (nullable): why there is no @client; it is shown instead of a window
 */
YyApplication *yy_application_new (YyClient *client, const GError *problem);

G_END_DECLS
