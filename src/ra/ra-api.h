/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-cmp.h"
#include "ra/ra-delivery.h"
#include "ra/ra-limiter.h"
#include "ra/ra-site.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define RA_API_MAX_BODY (64 * 1024)

/** RaApi: answers requests (src/order/API.md); knows nothing of sockets. Main thread only. */
typedef struct
{
  RaSite *site;
  RaCmp *cmp;
  RaLimiter *limiter;
  RaDelivery *delivery; /* the server's: text messages that requests cause go there */
} RaApi;

/**
 * RaRequest: borrowed from the server
 * @path: decoded
 * @bearer: (nullable): key in the Authorization header
 * @variables: what stands in place of "*" in the route
 */
typedef struct
{
  const char *method;
  const char *path;
  const char *address;
  const char *content_type;
  const YySecret *bearer;
  GBytes *body;
  const char *variables[3];
} RaRequest;

typedef struct
{
  guint status;
  const char *content_type;
  GBytes *body;
  char *label; /* header Yinyao-Label, encoded already */
  guint retry_after;
} RaAnswer;

void ra_answer_clear (RaAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RaAnswer, ra_answer_clear)

typedef gboolean (*RaHandler) (RaApi *api,
                               const RaRequest *request,
                               RaAnswer *answer,
                               GError **error);

/** RaRoute: @stores: the handler needs a transaction */
typedef struct
{
  const char *method;
  const char *pattern;
  RaHandler handler;
  gboolean stores;
} RaRoute;

/** ra_api_new: @delivery: borrowed */
RaApi *ra_api_new (RaSite *site, RaDelivery *delivery);
void ra_api_free (RaApi *api);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaApi, ra_api_free)

/**
 * ra_api_find_route:
 * @request: its variables are set
 * @parts: (out) (transfer full): what the variables point into
 *
 * Returns: (transfer none) (nullable): the route for method and path
 */
const RaRoute *ra_api_find_route (RaRequest *request, char ***parts);

/** ra_api_set_error: makes the answer for @fault, of any domain */
void ra_api_set_error (RaAnswer *answer, const GError *fault);

/** ra_api_set_json: (transfer full) @builder */
void ra_api_set_json (RaAnswer *answer, JsonBuilder *builder);
/** ra_api_set_lines: plain text of one or two lines, wiped after it was sent; @second may be %NULL
 */
void ra_api_set_lines (RaAnswer *answer, const YySecret *first, const YySecret *second);

/**
 * ra_api_parse:
 *
 * Returns: (transfer full): the body, an object of texts, with %RA_FAULT_MALFORMED when it is not
 */
JsonObject *ra_api_parse (const RaRequest *request, GError **error);
/** ra_api_get_text: Returns: (transfer none): a text of 1 to @max bytes, or %NULL with an error */
const char *ra_api_get_text (JsonObject *object, const char *name, gsize max, GError **error);

/** ra_api_deliver: @message: of the outbox, delivered when the request is committed; 0: none */
void ra_api_deliver (RaApi *api, gint64 message);

void ra_api_add_text (JsonBuilder *builder, const char *name, const char *text);

/** ra_api_client_name: Returns: (transfer full): of a client with this token, for the audit log */
char *ra_api_client_name (const RaRequest *request, const char *token);

/**
 * RaRate:
 * @kind: what is counted, for the audit log, too: "code"
 * @token: (nullable): serial number it is about; without one it is counted by address alone
 * @per_address: limit within an hour
 */
typedef struct
{
  const char *kind;
  const char *token;
  guint per_address;
  guint per_token;
} RaRate;

/** ra_api_check_rate: %RA_FAULT_RATE_LIMITED when there were too many, which is in the audit log,
 * once a minute at most */
gboolean ra_api_check_rate (RaApi *api,
                            const RaRequest *request,
                            const char *who,
                            const RaRate *rate,
                            GError **error);
/** ra_api_tell_limited: writes into the audit log, once a minute at most, that @subject was refused
 * by a limit that is kept elsewhere */
gboolean ra_api_tell_limited (RaApi *api,
                              const char *who,
                              const char *kind,
                              const char *subject,
                              GError **error);
/** ra_api_tell_wrong_key: writes into the audit log, a few times an hour at most, that what the
 * path names was asked for without its bearer key; @kind: "order" or "grant" */
gboolean
ra_api_tell_wrong_key (RaApi *api, const RaRequest *request, const char *kind, GError **error);
/** ra_api_count: one more */
void ra_api_count (RaApi *api, const RaRequest *request, const RaRate *rate);

/**
 * ra_api_open_order:
 * @who: (out) (transfer full): for the audit log
 *
 * Returns: (transfer full): the order in the path, when the request's bearer key is its own
 */
YyOrder *ra_api_open_order (RaApi *api, const RaRequest *request, char **who, GError **error);

/** ra_api_answer_order: what its applicant may see of it; @key: (nullable): its bearer key */
gboolean ra_api_answer_order (RaApi *api,
                              const YyOrder *order,
                              const YySecret *key,
                              RaAnswer *answer,
                              GError **error);

/* The handlers, by the file they are in. */
gboolean ra_api_activate (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_cmp_secret (RaApi *, const RaRequest *, RaAnswer *, GError **);

gboolean ra_api_release (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_report (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_lose_so_pin (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_look (RaApi *, const RaRequest *, RaAnswer *, GError **);

gboolean ra_api_send_code (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_authorise (RaApi *, const RaRequest *, RaAnswer *, GError **);

gboolean ra_api_begin_order (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_show_order (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_correct_order (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_submit_order (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_withdraw_order (RaApi *, const RaRequest *, RaAnswer *, GError **);

gboolean ra_api_announce_document (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_append_document (RaApi *, const RaRequest *, RaAnswer *, GError **);

gboolean ra_api_show_token (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_prepare (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_prepared (RaApi *, const RaRequest *, RaAnswer *, GError **);

gboolean ra_api_profile (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_ca_pem (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_ca_der (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_crl (RaApi *, const RaRequest *, RaAnswer *, GError **);
gboolean ra_api_cmp (RaApi *, const RaRequest *, RaAnswer *, GError **);

G_END_DECLS
