/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-http-error.h"

#include <glib/gi18n.h>
#include <libsoup/soup.h>

#include "order/yy-document.h"

static const char *
io_reason (int code)
{
  switch (code)
    {
    case G_IO_ERROR_CONNECTION_REFUSED:
      return _ ("the connection was refused");
    case G_IO_ERROR_TIMED_OUT:
      return _ ("it did not answer in time");
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
    case G_IO_ERROR_HOST_NOT_FOUND:
      return _ ("there is no way to it through the network");
    case G_IO_ERROR_CONNECTION_CLOSED:
    case G_IO_ERROR_PARTIAL_INPUT:
      return _ ("the connection was cut off");
    case G_IO_ERROR_PROXY_FAILED:
    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
    case G_IO_ERROR_PROXY_NOT_ALLOWED:
      return _ ("the proxy refused the connection");
    default:
      return NULL;
    }
}

static const char *
unreachable_reason (const GError *error)
{
  const char *reason = NULL;

  if (error->domain == G_RESOLVER_ERROR)
    return _ ("its name could not be looked up");
  if (error->domain == G_TLS_ERROR && error->code != G_TLS_ERROR_NOT_TLS)
    return _ ("the connection was cut off");
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    return _ ("what answers there does not speak TLS");
  if (error->domain == G_IO_ERROR)
    reason = io_reason (error->code);
  return reason != NULL ? reason : error->message;
}

GError *
yy_http_error_from_transport (const char *host, const GError *error, gboolean secured)
{
  if (error->domain == SOUP_SESSION_ERROR &&
      error->code != SOUP_SESSION_ERROR_MESSAGE_ALREADY_IN_QUEUE)
    return g_error_new (YY_ERROR, YY_ERROR_SERVICE_FAILED,
                        _ ("The answer of the CA's service at %s is not valid HTTP"), host);
  if (error->domain == G_TLS_ERROR && error->code != G_TLS_ERROR_EOF && !secured &&
      error->code != G_TLS_ERROR_NOT_TLS)
    return g_error_new (YY_ERROR, YY_ERROR_CA_NOT_TRUSTED,
                        _ ("No secure connection to the CA's service at %s: %s"), host,
                        error->message);
  return g_error_new (YY_ERROR, YY_ERROR_SERVICE_UNREACHABLE,
                      _ ("The CA's service at %s cannot be reached: %s"), host,
                      unreachable_reason (error));
}

GError *
yy_http_error_timed_out (const char *host, guint seconds)
{
  return g_error_new (
      YY_ERROR, YY_ERROR_SERVICE_UNREACHABLE,
      ngettext ("The CA's service at %s cannot be reached: nothing came from it for "
                "%u second",
                "The CA's service at %s cannot be reached: nothing came from it for "
                "%u seconds",
                seconds),
      host, seconds);
}

static void
add_reason (GString *reasons, const char *reason)
{
  g_string_append_printf (reasons, "%s%s", reasons->len > 0 ? _ ("; ") : "", reason);
}

static void
add_date_reason (GString *reasons, GTlsCertificate *certificate, GTlsCertificateFlags flags)
{
  gboolean expired = (flags & G_TLS_CERTIFICATE_EXPIRED) != 0;
  GDateTime *limit = certificate == NULL ? NULL
                     : expired           ? g_tls_certificate_get_not_valid_after (certificate)
                                         : g_tls_certificate_get_not_valid_before (certificate);
  g_autofree char *day = limit == NULL ? g_strdup ("?") : g_date_time_format (limit, "%F");
  g_autofree char *reason =
      g_strdup_printf (expired ? _ ("it expired on %s") : _ ("it is not valid before %s"), day);

  add_reason (reasons, reason);
  g_clear_pointer (&limit, g_date_time_unref);
}

GError *
yy_http_error_from_certificate (const char *host,
                                GTlsCertificate *certificate,
                                GTlsCertificateFlags flags)
{
  g_autoptr (GString) reasons = g_string_new (NULL);

  if ((flags & G_TLS_CERTIFICATE_UNKNOWN_CA) != 0)
    add_reason (reasons, _ ("it was issued by an unknown authority"));
  if ((flags & G_TLS_CERTIFICATE_BAD_IDENTITY) != 0)
    add_reason (reasons, _ ("it belongs to another host"));
  if ((flags & YY_TLS_DATE_ERRORS) != 0)
    add_date_reason (reasons, certificate, flags);
  if ((flags & G_TLS_CERTIFICATE_REVOKED) != 0)
    add_reason (reasons, _ ("it was revoked"));
  if ((flags & G_TLS_CERTIFICATE_INSECURE) != 0)
    add_reason (reasons, _ ("it is made with an insecure algorithm"));
  if (reasons->len == 0)
    add_reason (reasons, _ ("it cannot be verified"));
  return g_error_new (YY_ERROR, YY_ERROR_CA_NOT_TRUSTED,
                      _ ("The certificate of the CA's service at %s is not trusted: %s"), host,
                      reasons->str);
}

static char *
span_to_text (guint64 seconds)
{
  gulong days = (gulong) (seconds / 86400);
  gulong hours = (gulong) (seconds / 3600);
  gulong minutes = (gulong) (seconds / 60);

  if (days >= 2)
    return g_strdup_printf (ngettext ("%lu day", "%lu days", days), days);
  if (hours >= 2)
    return g_strdup_printf (ngettext ("%lu hour", "%lu hours", hours), hours);
  return g_strdup_printf (ngettext ("%lu minute", "%lu minutes", minutes), minutes);
}

char *
yy_clock_skew_to_text (gint64 skew)
{
  g_autofree char *span = span_to_text ((guint64) ABS (skew));

  return g_strdup_printf (skew > 0 ? _ ("This computer's clock is %s ahead of the CA's")
                                   : _ ("This computer's clock is %s behind the CA's"),
                          span);
}

GError *
yy_http_error_clock (gint64 skew)
{
  g_autofree char *text = yy_clock_skew_to_text (skew);

  return g_error_new_literal (YY_ERROR, YY_ERROR_CLOCK, text);
}

static GError *
code_incorrect (int tries_left)
{
  if (tries_left < 0)
    return g_error_new_literal (YY_ERROR, YY_ERROR_CODE_INCORRECT, _ ("The code is wrong"));
  if (tries_left == 0)
    return g_error_new_literal (YY_ERROR, YY_ERROR_CODE_EXPIRED,
                                _ ("The code is wrong, and void now after too many wrong tries"));
  return g_error_new (YY_ERROR, YY_ERROR_CODE_INCORRECT,
                      ngettext ("The code is wrong; %d try is left before it is void",
                                "The code is wrong; %d tries are left before it is void",
                                (gulong) tries_left),
                      tries_left);
}

static GError *
rate_limited (int retry_after)
{
  g_autofree char *span = NULL;

  if (retry_after <= 0)
    return g_error_new_literal (YY_ERROR, YY_ERROR_REFUSED,
                                _ ("The CA refuses more tries for now; wait a few minutes"));
  if (retry_after >= 120)
    {
      /* Rounded up: who comes back then is let in. */
      span = span_to_text ((guint64) retry_after + 59);
      return g_error_new (YY_ERROR, YY_ERROR_REFUSED,
                          _ ("The CA refuses more tries for now; wait %s"), span);
    }
  return g_error_new (YY_ERROR, YY_ERROR_REFUSED,
                      ngettext ("The CA refuses more tries for now; wait %d second",
                                "The CA refuses more tries for now; wait %d seconds",
                                (gulong) retry_after),
                      retry_after);
}

static GError *
not_ready (const char *state, const char *hint)
{
  if (g_strcmp0 (state, "completed") == 0)
    return g_error_new_literal (YY_ERROR, YY_ERROR_REFUSED, _ ("The order is completed already"));
  if (hint != NULL && g_strcmp0 (state, "withdrawn") != 0 && g_strcmp0 (state, "refunded") != 0)
    return g_error_new_literal (YY_ERROR, YY_ERROR_REFUSED, _ (hint));
  if (g_strcmp0 (state, "rejected") == 0 || g_strcmp0 (state, "withdrawn") == 0 ||
      g_strcmp0 (state, "refunded") == 0)
    return g_error_new_literal (YY_ERROR, YY_ERROR_REFUSED,
                                _ ("The order was rejected or withdrawn"));
  return g_error_new_literal (YY_ERROR, YY_ERROR_REFUSED,
                              _ ("The CA has not approved the order for this step yet"));
}

static GError *
unacceptable (const char *reason)
{
  YyDocumentFault fault = YY_DOCUMENT_GOOD;

  if (yy_document_fault_from_nick (reason, &fault) && fault != YY_DOCUMENT_GOOD)
    return g_error_new_literal (YY_ERROR, YY_ERROR_INVALID_DATA,
                                yy_document_fault_get_message (fault));
  return g_error_new_literal (YY_ERROR, YY_ERROR_INVALID_DATA,
                              _ ("The CA's service does not take this document"));
}

static GError *
from_status (guint status, const char *code)
{
  if (status == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED)
    return g_error_new_literal (YY_ERROR, YY_ERROR_SERVICE_UNREACHABLE,
                                _ ("The proxy asks for a login"));
  if (status == SOUP_STATUS_BAD_GATEWAY || status == SOUP_STATUS_SERVICE_UNAVAILABLE ||
      status == SOUP_STATUS_GATEWAY_TIMEOUT)
    return g_error_new (YY_ERROR, YY_ERROR_SERVICE_UNREACHABLE,
                        _ ("The CA's service is not available now (HTTP %u)"), status);
  if (status >= 500 || code == NULL)
    return g_error_new (YY_ERROR, YY_ERROR_SERVICE_FAILED, _ ("The CA's service failed (HTTP %u)"),
                        status);
  return g_error_new (YY_ERROR, YY_ERROR_REFUSED, _ ("The CA refused the request (HTTP %u)"),
                      status);
}

GError *
yy_http_error_from_answer (const YyHttpProblem *problem, const YyHttpHints *hints)
{
  static const struct
  {
    const char *code;
    YyError error;
    const char *message;
  } plain[] = {
    { "malformed", YY_ERROR_SERVICE_FAILED,
      N_ ("The CA's service did not understand the request") },
    { "too-large", YY_ERROR_SERVICE_FAILED, N_ ("The request is too large for the CA's service") },
    { "unauthorized", YY_ERROR_REFUSED, N_ ("The CA's service does not accept the key") },
    { "code-void", YY_ERROR_CODE_EXPIRED,
      N_ ("The code is void: there were too many wrong tries, or a newer one was sent") },
    { "code-expired", YY_ERROR_CODE_EXPIRED, N_ ("The code has expired") },
    { "code-used", YY_ERROR_CODE_USED, N_ ("The code was used already: the order is completed") },
    { "not-found", YY_ERROR_REFUSED, N_ ("The CA does not know this order or token") },
    { "conflict", YY_ERROR_REFUSED,
      N_ ("The token is linked to another order, or is being activated or unlocked elsewhere") },
    { "so-pin-lost", YY_ERROR_SO_PIN_INCORRECT,
      N_ ("The token does not take the CA's unlocking code any more: it has to be brought to the "
          "CA's office") },
  };

  if (g_strcmp0 (problem->code, "code-incorrect") == 0)
    return code_incorrect (problem->tries_left);
  if (g_strcmp0 (problem->code, "rate-limited") == 0)
    return rate_limited (problem->retry_after);
  if (g_strcmp0 (problem->code, "not-ready") == 0)
    return not_ready (problem->state, hints->not_ready);
  if (g_strcmp0 (problem->code, "unacceptable") == 0)
    return unacceptable (problem->reason);
  if (g_strcmp0 (problem->code, "conflict") == 0 && hints->conflict != NULL)
    return g_error_new_literal (YY_ERROR, YY_ERROR_REFUSED, _ (hints->conflict));
  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    if (g_strcmp0 (problem->code, plain[i].code) == 0)
      return g_error_new_literal (YY_ERROR, (int) plain[i].error, _ (plain[i].message));
  return from_status (problem->status, problem->code);
}
