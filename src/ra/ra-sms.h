/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-site.h"

G_BEGIN_DECLS

/**
 * ra_sms_post:
 * @pattern: the text, with what is to be replaced in braces
 * @code: (nullable): the activation or verification code in it
 * @id: (out): number of the message in the outbox
 *
 * Puts a text message to the order's agent into the outbox. Needs a transaction.
 */
gboolean ra_sms_post (RaSite *site,
                      const YyOrder *order,
                      const char *pattern,
                      const YySecret *code,
                      gint64 *id,
                      GError **error);

/** RaNotices: numbers of text messages to deliver after the commit; 0: there is none */
typedef struct
{
  gint64 agent;
  gint64 former;
} RaNotices;

/**
 * ra_sms_post_notices:
 * @last: (nullable): the token's last order before this one
 * @pattern: the text for the order's agent
 * @notices: (out): what to deliver
 *
 * ra_sms_post() to the order's agent. When that is another person than the agent of @last, who may
 * know nothing of it, they are told, too; neither is told the other's name or number.
 */
gboolean ra_sms_post_notices (RaSite *site,
                              const YyOrder *order,
                              const YyOrder *last,
                              const char *pattern,
                              RaNotices *notices,
                              GError **error);

/** ra_sms_dup_text: Returns: (transfer full): the text with the code filled in; wipe it after use
 */
YySecret *ra_sms_dup_text (RaSite *site, const RaMessage *message, GError **error);

/** ra_sms_dup_code: Returns: (transfer full) (nullable): the code, %NULL when it was dropped */
YySecret *ra_sms_dup_code (RaSite *site, const RaMessage *message, GError **error);

/** ra_sms_has_code: Returns: whether a code belongs into the text, be it still there or not */
gboolean ra_sms_has_code (const RaMessage *message);

/**
 * ra_sms_deliver:
 * @id: message in the outbox, committed before; 0: there is none
 *
 * Delivers one message (ra-delivery.h), for the office's commands: runs the default main context
 * until it is done. A failure is recorded and nothing else: the message stays in the outbox.
 */
void ra_sms_deliver (RaSite *site, gint64 id);

G_END_DECLS
