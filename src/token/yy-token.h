/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "certificate/yy-certificate.h"

G_BEGIN_DECLS

/**
 * YyPinState:
 *
 * The user PIN as the card's own count or, failing that, the PKCS#11 flags describe it. Modules
 * combine the flags differently: LOCKED is tested first, then FINAL_TRY, then COUNT_LOW.
 */
typedef enum
{
  YY_PIN_OK,
  YY_PIN_COUNT_LOW,
  YY_PIN_FINAL_TRY,
  YY_PIN_LOCKED,
  YY_PIN_NOT_SET,
} YyPinState;

/** yy_pin_state_to_nick: Returns: "ok", "count-low", "final-try", "locked" or "not-set" */
const char *yy_pin_state_to_nick (YyPinState state);

/**
 * YyTokenCertificate:
 * @certificate: the certificate
 * @id: CKA_ID
 * @label: CKA_LABEL
 * @has_key: 1 its private key is on the token, 0 it is not, -1 not known without login
 */
typedef struct
{
  YyCertificate *certificate;
  GBytes *id;
  char *label;
  int has_key;
} YyTokenCertificate;

/** YyTokenKey: a private key that was visible: @id CKA_ID, @label CKA_LABEL, @spki may be %NULL */
typedef struct
{
  GBytes *id;
  char *label;
  GBytes *spki;
} YyTokenKey;

/** YyTokenData: a data object; @size in bytes, -1 when unknown */
typedef struct
{
  char *label;
  char *application;
  GBytes *object_id;
  gint64 size;
} YyTokenData;

/**
 * YyToken:
 *
 * An immutable snapshot of one token, made by the client's side of an agent. A change on the token
 * makes a new snapshot that takes the old one's place in #YyTokenManager. A token is addressed by
 * its module and its serial number; both together are its yy_token_get_key(). Never by slot.
 */
#define YY_TYPE_TOKEN (yy_token_get_type ())
G_DECLARE_FINAL_TYPE (YyToken, yy_token, YY, TOKEN, GObject)

/** yy_token_get_key: Returns: identifies the token among all: "MODULE#SERIAL" */
const char *yy_token_get_key (YyToken *self);
/** yy_token_get_module: Returns: path of the PKCS#11 module */
const char *yy_token_get_module (YyToken *self);
const char *yy_token_get_serial (YyToken *self);
const char *yy_token_get_label (YyToken *self);
const char *yy_token_get_manufacturer (YyToken *self);
const char *yy_token_get_model (YyToken *self);
const char *yy_token_get_reader (YyToken *self);
YyPinState yy_token_get_pin_state (YyToken *self);
/** yy_token_get_tries_left: Returns: exactly, or -1 when the card cannot tell */
int yy_token_get_tries_left (YyToken *self);
/** yy_token_dup_tries_text: Returns: (transfer full): translated, "8 tries left" or in words */
char *yy_token_dup_tries_text (YyToken *self);
/** yy_token_is_so_pin_usable: Returns: %FALSE when the SO PIN is locked or at its final try */
gboolean yy_token_is_so_pin_usable (YyToken *self);
guint yy_token_get_min_pin_length (YyToken *self);
guint yy_token_get_max_pin_length (YyToken *self);
/** yy_token_get_free_memory: Returns: bytes, -1 when unknown */
gint64 yy_token_get_free_memory (YyToken *self);
/** yy_token_get_certificates: Returns: (transfer none) (element-type YyTokenCertificate) */
GPtrArray *yy_token_get_certificates (YyToken *self);
/** yy_token_get_keys: Returns: (transfer none) (element-type YyTokenKey): empty without login */
GPtrArray *yy_token_get_keys (YyToken *self);
/** yy_token_get_data_objects: Returns: (transfer none) (element-type YyTokenData) */
GPtrArray *yy_token_get_data_objects (YyToken *self);
/** yy_token_find_certificate: Returns: (transfer none) (nullable): by CKA_ID */
YyTokenCertificate *yy_token_find_certificate (YyToken *self, GBytes *id);
/** yy_token_find_key: Returns: (transfer none) (nullable): by CKA_ID */
YyTokenKey *yy_token_find_key (YyToken *self, GBytes *id);

G_END_DECLS
