/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order/yy-order.h"

G_BEGIN_DECLS

/**
 * RaStore:
 *
 * Everything the service remembers. This is the one interface to it; SQLite stands behind. Secrets
 * come and go encrypted or hashed (ra-vault.h). Main thread only. Getters answer %TRUE with %NULL
 * when there is nothing, %FALSE only when the store failed. Changes need a transaction.
 */
typedef struct _RaStore RaStore;

/** ra_store_create: makes a new database; the file must not exist */
RaStore *ra_store_create (const char *path, GError **error);
RaStore *ra_store_open (const char *path, GError **error);
void ra_store_free (RaStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaStore, ra_store_free)

/** ra_store_begin: takes the writer's lock at once, so that what is read stays true to the end */
gboolean ra_store_begin (RaStore *store, GError **error);
/** ra_store_commit: when it returned %TRUE everything is on the disk */
gboolean ra_store_commit (RaStore *store, GError **error);
void ra_store_rollback (RaStore *store);
/** ra_store_mark: begins a part of a transaction that can be undone alone; not nested */
gboolean ra_store_mark (RaStore *store, GError **error);
gboolean ra_store_keep_mark (RaStore *store, GError **error);
gboolean ra_store_undo_mark (RaStore *store, GError **error);

/** ra_store_add_order: gives the order its number */
gboolean ra_store_add_order (RaStore *store, YyOrder *order, GError **error);
gboolean ra_store_get_order (RaStore *store, const char *number, YyOrder **order, GError **error);
/** ra_store_list_orders: Returns: (transfer full) (element-type YyOrder): oldest first */
GPtrArray *ra_store_list_orders (RaStore *store, GError **error);
/** ra_store_update_order: saves state, payment, token and reason */
gboolean ra_store_update_order (RaStore *store, YyOrder *order, GError **error);

/**
 * RaToken:
 * @state: "preparing", "prepared" or "issued"
 * @order: (nullable): the order it is for
 * @so_pin: (nullable): encrypted; %NULL: the factory's
 * @pending: (nullable): encrypted; what the SO PIN may have become meanwhile
 * @previous: (nullable): encrypted; what it was before, until the grant is closed
 */
typedef struct
{
  char *serial;
  char *model;
  char *state;
  char *order;
  GBytes *so_pin;
  GBytes *pending;
  GBytes *previous;
} RaToken;

RaToken *ra_token_new (const char *serial);
void ra_token_free (RaToken *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaToken, ra_token_free)

gboolean ra_store_get_token (RaStore *store, const char *serial, RaToken **token, GError **error);
GPtrArray *ra_store_list_tokens (RaStore *store, GError **error);
gboolean ra_store_save_token (RaStore *store, RaToken *token, GError **error);

typedef enum
{
  RA_CODE_VALID,
  RA_CODE_VOID,     /* too many wrong tries */
  RA_CODE_REPLACED, /* by a newer one */
  RA_CODE_USED,
} RaCodeState;

/** RaCode: an activation code, of which only a keyed hash is kept */
typedef struct
{
  gint64 id;
  char *order;
  GBytes *hash;
  RaCodeState state;
  guint tries_left;
  gint64 expires;
} RaCode;

void ra_code_free (RaCode *code);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaCode, ra_code_free)

/** ra_store_add_code: the order's other codes become %RA_CODE_REPLACED */
gboolean ra_store_add_code (RaStore *store, RaCode *code, GError **error);
/** ra_store_list_codes: Returns: (transfer full) (element-type RaCode): newest first, ten at most
 */
GPtrArray *ra_store_list_codes (RaStore *store, const char *order, GError **error);
gboolean ra_store_update_code (RaStore *store, RaCode *code, GError **error);

typedef enum
{
  RA_GRANT_AUTHORISED,
  RA_GRANT_RELEASED,
  RA_GRANT_PIN_SET,
  RA_GRANT_ROTATED,
  RA_GRANT_CLOSED,
} RaGrantState;

/**
 * RaGrant:
 * @id: random; also the CMP reference
 * @code: the activation code it was authorised with
 * @key: encrypted: the bearer key
 * @cmp_secret: encrypted
 */
typedef struct
{
  char *id;
  char *order;
  char *token;
  gint64 code;
  RaGrantState state;
  char *session;
  GBytes *key;
  GBytes *cmp_secret;
} RaGrant;

void ra_grant_free (RaGrant *grant);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaGrant, ra_grant_free)

gboolean ra_store_add_grant (RaStore *store, RaGrant *grant, GError **error);
gboolean ra_store_get_grant (RaStore *store, const char *id, RaGrant **grant, GError **error);
/** ra_store_get_newest_grant: the only one of an order that may still be used */
gboolean
ra_store_get_newest_grant (RaStore *store, const char *order, RaGrant **grant, GError **error);
/** ra_store_update_grant: saves state and session */
gboolean ra_store_update_grant (RaStore *store, RaGrant *grant, GError **error);

typedef enum
{
  RA_CERTIFICATE_ISSUED, /* not confirmed yet */
  RA_CERTIFICATE_CONFIRMED,
  RA_CERTIFICATE_REVOKED,
} RaCertificateState;

/**
 * RaCertificate:
 * @serial: hexadecimal
 * @key: SHA-256 of the SubjectPublicKeyInfo
 * @revoked: seconds since 1970, 0: it is not
 * @reason: CRLReason (RFC 5280, section 5.3.1)
 */
typedef struct
{
  char *serial;
  char *order;
  GBytes *der;
  GBytes *key;
  RaCertificateState state;
  gint64 revoked;
  gint64 reason;
} RaCertificate;

void ra_certificate_free (RaCertificate *certificate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaCertificate, ra_certificate_free)

gboolean ra_store_add_certificate (RaStore *store, RaCertificate *certificate, GError **error);
/** ra_store_get_current_certificate: the order's one that is not revoked */
gboolean ra_store_get_current_certificate (RaStore *store,
                                           const char *order,
                                           RaCertificate **certificate,
                                           GError **error);
gboolean ra_store_update_certificate (RaStore *store, RaCertificate *certificate, GError **error);
/** ra_store_list_revoked: Returns: (transfer full) (element-type RaCertificate) */
GPtrArray *ra_store_list_revoked (RaStore *store, GError **error);
/** ra_store_count_revoked: tells cheaply whether the CRL must be made anew */
gboolean ra_store_count_revoked (RaStore *store, gint64 *count, GError **error);

/**
 * RaMessage:
 * @text: with "{code}" where the code belongs
 * @code: (nullable): encrypted; dropped when it was used or replaced
 * @delivery: "outbox", "sent" or what went wrong
 */
typedef struct
{
  gint64 id;
  char *order;
  char *to;
  char *text;
  GBytes *code;
  gint64 time;
  char *delivery;
} RaMessage;

void ra_message_free (RaMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaMessage, ra_message_free)

/** ra_store_add_message: sets its id */
gboolean ra_store_add_message (RaStore *store, RaMessage *message, GError **error);
GPtrArray *ra_store_list_messages (RaStore *store, GError **error);
gboolean
ra_store_set_delivery (RaStore *store, gint64 message, const char *delivery, GError **error);
/** ra_store_drop_message_codes: forgets the codes in all messages of an order */
gboolean ra_store_drop_message_codes (RaStore *store, const char *order, GError **error);

/** ra_store_add_account: Returns: %FALSE with %YY_ERROR_REFUSED when the name is taken */
gboolean ra_store_add_account (RaStore *store, const char *name, GBytes *key_hash, GError **error);
/** ra_store_find_account: (transfer full): @name is the account with this key */
gboolean ra_store_find_account (RaStore *store, GBytes *key_hash, char **name, GError **error);

/**
 * RaAudit:
 * @who: "office:NAME", "local:USER", "token:SERIAL ADDRESS"
 * @what: "order.approve", "grant.released", …
 * @subject: number, serial or id it happened to
 * @why: reason or circumstances, never a secret
 * @hash: over the fields and the hash of the entry before
 */
typedef struct
{
  gint64 id;
  gint64 time;
  char *who;
  char *what;
  char *subject;
  char *why;
  GBytes *hash;
} RaAudit;

void ra_audit_free (RaAudit *audit);

/** ra_store_audit: appends to the audit log; nothing there can be changed or deleted */
gboolean ra_store_audit (RaStore *store,
                         const char *who,
                         const char *what,
                         const char *subject,
                         const char *why,
                         GError **error);
/**
 * ra_store_list_audit:
 *
 * Returns: (transfer full) (element-type RaAudit): all entries, or %NULL with
 *   %YY_ERROR_INVALID_DATA when the chain of hashes is broken
 */
GPtrArray *ra_store_list_audit (RaStore *store, GError **error);

G_END_DECLS
