/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-secret.h"
#include "base/yy-settings.h"
#include "certificate/yy-certificate.h"

G_BEGIN_DECLS

/**
 * YyService:
 *
 * HTTPS client of the CA's service (src/order/API.md). Main context only, asynchronous. Errors:
 * %YY_ERROR_SERVICE_UNREACHABLE, %YY_ERROR_SERVICE_FAILED, %YY_ERROR_CA_NOT_TRUSTED (TLS),
 * %YY_ERROR_CLOCK (this computer's clock is more than a minute, and a certificate's validity, off),
 * %YY_ERROR_CODE_INCORRECT, %YY_ERROR_CODE_EXPIRED, %YY_ERROR_CODE_USED,
 * %YY_ERROR_TOKEN_NOT_PREPARED,
 * %YY_ERROR_REFUSED, %G_IO_ERROR_CANCELLED. Answers are hostile input: sized, typed, checked.
 */
#define YY_TYPE_SERVICE (yy_service_get_type ())
G_DECLARE_FINAL_TYPE (YyService, yy_service, YY, SERVICE, GObject)

/** yy_service_new: Returns: (transfer full): or %NULL when no address is set or the CA file is bad
 */
YyService *yy_service_new (YySettings *settings, GError **error);

/**
 * yy_service_dup_clock_warning:
 *
 * Returns: (transfer full) (nullable): a translated sentence when the Date of the last answer is
 *   more than five minutes away from this computer's clock, which by itself is no error
 */
char *yy_service_dup_clock_warning (YyService *self);

typedef enum
{
  YY_GRANT_AUTHORISED,
  YY_GRANT_RELEASED,
  YY_GRANT_PIN_SET,
  YY_GRANT_ROTATED,
  YY_GRANT_CLOSED,
} YyGrantState;

/**
 * YyGrant:
 *
 * One answer of `POST /api/v1/activations`, brought up to date by the later calls. Reference
 * counted; fields are read-only for others than yy-service.c.
 */
typedef struct
{
  gatomicrefcount ref_count;
  char *order_number;
  char *order_state;
  char *organization;
  char *id;
  YyGrantState state;
  char *session;
  YySecret *key;
  char *cmp_reference;
  char *key_type;
  guint key_bits;
  GBytes *key_id;
  char *key_label;
  GBytes *subject;
  YyCertificate *certificate;
} YyGrant;

YyGrant *yy_grant_ref (YyGrant *grant);
void yy_grant_unref (YyGrant *grant);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (YyGrant, yy_grant_unref)

/**
 * yy_service_get_anchors_async:
 *
 * The CA certificates to trust, from the profile. Fails with %YY_ERROR_CLOCK, before anything is
 * done with a token, when this computer's clock is so far behind that what the CA issues now would
 * not be valid yet here, or so far ahead that the CA's certificates would be expired.
 */
void yy_service_get_anchors_async (YyService *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** Returns: (transfer full) (element-type YyCertificate) */
GPtrArray *yy_service_get_anchors_finish (YyService *self, GAsyncResult *result, GError **error);

void yy_service_activate_async (YyService *self,
                                const char *token_serial,
                                const YySecret *code,
                                const char *session,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
YyGrant *yy_service_activate_finish (YyService *self, GAsyncResult *result, GError **error);

/** yy_service_release_async: the SO PINs of a grant */
void yy_service_release_async (YyService *self,
                               YyGrant *grant,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean yy_service_release_finish (YyService *self,
                                    GAsyncResult *result,
                                    YySecret **current,
                                    YySecret **pending,
                                    GError **error);

void yy_service_get_cmp_secret_async (YyService *self,
                                      YyGrant *grant,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
YySecret *yy_service_get_cmp_secret_finish (YyService *self, GAsyncResult *result, GError **error);

/** yy_service_report_async: tells the service the grant's new state; @grant is brought up to date
 */
void yy_service_report_async (YyService *self,
                              YyGrant *grant,
                              const char *session,
                              YyGrantState state,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean yy_service_report_finish (YyService *self, GAsyncResult *result, GError **error);

/** yy_service_look_async: brings @grant's order_state and certificate up to date */
void yy_service_look_async (YyService *self,
                            YyGrant *grant,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean yy_service_look_finish (YyService *self, GAsyncResult *result, GError **error);

/** yy_service_cmp_async: one DER PKIMessage to /.well-known/cmp and back */
void yy_service_cmp_async (YyService *self,
                           GBytes *request,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
GBytes *yy_service_cmp_finish (YyService *self, GAsyncResult *result, GError **error);

/** yy_service_prepare_async: office: the SO PINs to try and the label for a token being prepared */
void yy_service_prepare_async (YyService *self,
                               const char *token_serial,
                               const char *model,
                               const char *order_number,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean yy_service_prepare_finish (YyService *self,
                                    GAsyncResult *result,
                                    YySecret **present,
                                    YySecret **next,
                                    char **label,
                                    GError **error);
/** yy_service_prepared_async: office: the token has the next SO PIN now */
void yy_service_prepared_async (YyService *self,
                                const char *token_serial,
                                const char *order_number,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean yy_service_prepared_finish (YyService *self, GAsyncResult *result, GError **error);

G_END_DECLS
