/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"
#include "base/yy-settings.h"

G_BEGIN_DECLS

/**
 * YyHttp:
 *
 * One request, one bounded answer, over TLS to the one service of the settings. Knows nothing of
 * the meaning of what it carries. Redirects are not followed, nothing is sent to a server that is
 * not trusted, and whoever does not make progress in time is given up. Main context only.
 */
#define YY_TYPE_HTTP (yy_http_get_type ())
G_DECLARE_FINAL_TYPE (YyHttp, yy_http, YY, HTTP, GObject)

/**
 * YyHttpRequest:
 * @method: "GET" or "POST"
 * @path: below the service's address, with a slash at its start
 * @content_type: (nullable): type of @body
 * @body: (nullable): what to send
 * @bearer: (nullable): key for the Authorization header
 * @accept: media type of a good answer
 * @limit: longest good answer, in bytes
 * @secret: a good answer is a secret: it is read into a #YySecret
 * @repeatable: may be sent again when a kept-alive connection turns out to be closed
 */
typedef struct
{
  const char *method;
  char *path;
  const char *content_type;
  GBytes *body;
  const YySecret *bearer;
  const char *accept;
  gsize limit;
  gboolean secret;
  gboolean repeatable;
} YyHttpRequest;

/**
 * YyHttpAnswer:
 * @status: 200, or 400 to 599
 * @json: whether @body is said to be JSON
 * @body: (nullable): wiped when its last reference goes
 * @secret: (nullable): instead of @body, if the request asked for it and @status is 200
 * @label: (nullable): the Yinyao-Label header, not decoded
 */
typedef struct
{
  guint status;
  gboolean json;
  GBytes *body;
  YySecret *secret;
  char *label;
} YyHttpAnswer;

void yy_http_answer_free (YyHttpAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyHttpAnswer, yy_http_answer_free)

/** yy_http_new: Returns: (transfer full): or %NULL when no address is set or the CA file is bad */
YyHttp *yy_http_new (YySettings *settings, GError **error);

/**
 * yy_http_exchange_async:
 * @request: stays valid and unchanged until the callback
 *
 * Fails with %YY_ERROR_SERVICE_UNREACHABLE, %YY_ERROR_SERVICE_FAILED, %YY_ERROR_CA_NOT_TRUSTED,
 * %YY_ERROR_CLOCK or %G_IO_ERROR_CANCELLED. An answer that says 4xx or 5xx is an answer.
 */
void yy_http_exchange_async (YyHttp *self,
                             const YyHttpRequest *request,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
YyHttpAnswer *yy_http_exchange_finish (YyHttp *self, GAsyncResult *result, GError **error);

/** yy_http_get_skew: Returns: seconds this computer is ahead of the last answer's Date header */
gint64 yy_http_get_skew (YyHttp *self);

/** yy_http_get_host: Returns: for messages: host and, unless it is 443, port */
const char *yy_http_get_host (YyHttp *self);

G_END_DECLS
