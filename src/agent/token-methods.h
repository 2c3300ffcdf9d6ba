/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent/token-object.h"

G_BEGIN_DECLS

/** yy_token_methods_connect: Connects the handlers of all methods of @skeleton to @object. */
void yy_token_methods_connect (YyDBusAgentToken *skeleton, YyTokenObject *object);

G_END_DECLS
