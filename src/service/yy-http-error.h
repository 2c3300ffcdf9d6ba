/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/** YY_CLOCK_TOLERANCE: seconds between this computer's clock and the service's that are no matter
 */
#define YY_CLOCK_TOLERANCE 300

/** YY_TLS_DATE_ERRORS: what a wrong clock does to a good certificate */
#define YY_TLS_DATE_ERRORS (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED)

/**
 * yy_http_error_from_transport:
 * @host: for the message
 * @error: what libsoup or GIO said
 * @secured: the TLS handshake was over: a fault of TLS is then a connection cut off
 *
 * Returns: (transfer full): the same in %YY_ERROR, with the reason in words
 */
GError *yy_http_error_from_transport (const char *host, const GError *error, gboolean secured);

/** yy_http_error_timed_out: Returns: (transfer full): no progress for @seconds */
GError *yy_http_error_timed_out (const char *host, guint seconds);

/** yy_http_error_from_certificate: Returns: (transfer full): %YY_ERROR_CA_NOT_TRUSTED with reasons
 */
GError *yy_http_error_from_certificate (const char *host,
                                        GTlsCertificate *certificate,
                                        GTlsCertificateFlags flags);

/** yy_http_error_clock: Returns: (transfer full): %YY_ERROR_CLOCK, how much and which way */
GError *yy_http_error_clock (gint64 skew);

/** yy_clock_skew_to_text: Returns: (transfer full): "This computer's clock is 2 days ahead …" */
char *yy_clock_skew_to_text (gint64 skew);

/**
 * YyHttpProblem:
 * @status: HTTP status, 400 to 599
 * @code: (nullable): the service's own error code (src/order/API.md)
 * @tries_left: -1 when not told
 * @retry_after: seconds, -1 when not told
 * @state: (nullable): state of the order, when told
 * @reason: (nullable): why a document is not taken, when told
 *
 * What an answer says went wrong: hostile text.
 */
typedef struct
{
  guint status;
  const char *code;
  int tries_left;
  int retry_after;
  const char *state;
  const char *reason;
} YyHttpProblem;

/**
 * YyHttpHints:
 * @not_ready: (nullable): what “not-ready” means to a call, unless the order has come to its end
 * @conflict: (nullable): what “conflict” means to it
 *
 * Messages marked for translation.
 */
typedef struct
{
  const char *not_ready;
  const char *conflict;
} YyHttpHints;

/** yy_http_error_from_answer: Returns: (transfer full): what the service means, in %YY_ERROR */
GError *yy_http_error_from_answer (const YyHttpProblem *problem, const YyHttpHints *hints);

G_END_DECLS
