/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-order.h"

G_BEGIN_DECLS

/**
 * yy_agent_normalise:
 * @text: a detail as somebody typed it, UTF-8
 *
 * The form in which details are compared: Unicode NFKC, case folded, without white space and
 * variation selectors, and with one character for all the middle dots that stand in foreign names.
 *
 * Returns: (transfer full): the normalised text
 */
char *yy_agent_normalise (const char *text);

/**
 * yy_agent_match:
 *
 * Whether the organization's name and the agent's name, kind of document, document number and
 * mobile number are there and the same in both orders, normalised. Takes the same time wherever
 * they differ.
 */
gboolean yy_agent_match (const YyOrder *a, const YyOrder *b);

G_END_DECLS
