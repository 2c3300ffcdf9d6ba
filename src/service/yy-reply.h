/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "service/yy-http-error.h"
#include "service/yy-http.h"
#include "service/yy-service.h"

G_BEGIN_DECLS

/* Reads the service's answers (src/order/API.md). Whatever is not as it must be is
 * YY_ERROR_SERVICE_FAILED. */

/** yy_reply_check: Returns: %TRUE for a good answer; else %FALSE with the service's error */
gboolean yy_reply_check (YyHttpAnswer *answer, const YyHttpHints *hints, GError **error);

/** yy_reply_is_astray: Returns: whether a piece belongs to no upload that is under way, or
 * elsewhere in it: it has to be begun again */
gboolean yy_reply_is_astray (YyHttpAnswer *answer);

/** yy_reply_read_anchors: Returns: (transfer full) (element-type YyCertificate): at least one */
GPtrArray *yy_reply_read_anchors (YyHttpAnswer *answer, GError **error);

/** yy_reply_read_grant: @issues: a certificate is issued with it: it has CMP reference, key and
 * subject */
YyGrant *yy_reply_read_grant (YyHttpAnswer *answer, gboolean issues, GError **error);

/** yy_reply_update_grant: reads `{"grant": …}` into @grant, or changes nothing */
gboolean yy_reply_update_grant (YyHttpAnswer *answer, YyGrant *grant, GError **error);

/** yy_reply_update_order: reads `{"order": …, "certificate": …}` into @grant, or changes nothing */
gboolean yy_reply_update_order (YyHttpAnswer *answer, YyGrant *grant, GError **error);

/** yy_reply_check_prepared: Returns: %TRUE if the service says that @serial is prepared */
gboolean yy_reply_check_prepared (YyHttpAnswer *answer, const char *serial, GError **error);

/** yy_reply_read_secrets: cuts the one or two (@second not %NULL) lines of a secret answer apart */
gboolean
yy_reply_read_secrets (YyHttpAnswer *answer, YySecret **first, YySecret **second, GError **error);

/** yy_reply_read_label: Returns: (transfer full): the Yinyao-Label header, decoded */
char *yy_reply_read_label (YyHttpAnswer *answer, GError **error);

/** yy_grant_new: Returns: (transfer full): an empty one */
YyGrant *yy_grant_new (void);

/** yy_grant_state_from_nick: Returns: %FALSE for an unknown one */
gboolean yy_grant_state_from_nick (const char *nick, YyGrantState *state);
const char *yy_grant_state_to_nick (YyGrantState state);

G_END_DECLS
