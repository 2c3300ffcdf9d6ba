/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "service/yy-reply.h"
#include "service/yy-ticket.h"

G_BEGIN_DECLS

struct _YyService
{
  GObject parent_instance;

  YyHttp *http;
  char *office_key_file;
};

typedef struct _YyCall YyCall;

/**
 * YyCallReadFunc:
 *
 * Turns a good answer into the call's result: not %NULL, freed with the call's @destroy.
 */
typedef gpointer (*YyCallReadFunc) (YyService *self,
                                    YyCall *call,
                                    YyHttpAnswer *answer,
                                    GError **error);

/**
 * YyCall:
 * @request: what is sent
 * @grant: (nullable): whose key authorises it
 * @office_key: (nullable): which authorises it
 * @serial: (nullable): the token it is about
 * @ticket: (nullable): whose key authorises it
 * @by_token: "not found" means that the CA does not know this token
 * @astray: that a piece belongs elsewhere is an answer, too
 * @hints: what refusals mean to this call
 *
 * One call of the service; belongs to its #GTask.
 */
struct _YyCall
{
  YyHttpRequest request;
  YyGrant *grant;
  YySecret *office_key;
  char *serial;
  YyTicket *ticket;
  gboolean by_token;
  gboolean astray;
  YyHttpHints hints;
  YyCallReadFunc read;
  GDestroyNotify destroy;
};

/** yy_call_new: @path: (transfer full): JSON is expected, and the call may be repeated */
YyCall *yy_call_new (const char *method, char *path, YyCallReadFunc read, GDestroyNotify destroy);

/** yy_call_new_for_grant: @what: the last part of the address */
YyCall *yy_call_new_for_grant (const char *method,
                               YyGrant *grant,
                               const char *what,
                               YyCallReadFunc read,
                               GDestroyNotify destroy);

/** yy_call_new_for_ticket: @what: (nullable): the part of the address after the order's number */
YyCall *yy_call_new_for_ticket (const char *method,
                                YyTicket *ticket,
                                const char *what,
                                YyCallReadFunc read,
                                GDestroyNotify destroy);

/** yy_call_expect_secret: the answer is text that goes into a #YySecret */
void yy_call_expect_secret (YyCall *call);

/**
 * yy_call_set_body:
 * @pairs: (array zero-terminated=1): names and texts in turn
 * @secret_name: (nullable): name of one more text, which is @secret
 *
 * Sends a flat JSON object of strings, whose bytes are wiped afterwards.
 */
void yy_call_set_body (YyCall *call,
                       const char *const *pairs,
                       const char *secret_name,
                       const YySecret *secret);

/** yy_call_set_json: sends @body, which holds no secret */
void yy_call_set_json (YyCall *call, JsonNode *body);

/** yy_call_start: @call: (transfer full): @tag tells it from others in yy_call_finish() */
void yy_call_start (YyService *self,
                    gpointer tag,
                    YyCall *call,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data);
gpointer yy_call_finish (YyService *self, gpointer tag, GAsyncResult *result, GError **error);

/** YySecrets: the result of calls that answer with two secrets; @label may be %NULL */
typedef struct
{
  YySecret *first;
  YySecret *second;
  char *label;
} YySecrets;

void yy_secrets_free (gpointer secrets);
/** yy_call_read_two_secrets: a #YyCallReadFunc that returns #YySecrets */
gpointer
yy_call_read_two_secrets (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error);

G_END_DECLS
