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
/** ra_store_get_last_order: the newest completed order of a token */
gboolean
ra_store_get_last_order (RaStore *store, const char *token, YyOrder **order, GError **error);
/**
 * ra_store_list_open_orders:
 * @token: a serial number
 *
 * Returns: (transfer full) (element-type YyOrder): those of @type that may still become completed,
 *   the one changed last first; one that was rejected may be corrected
 */
GPtrArray *
ra_store_list_open_orders (RaStore *store, const char *token, YyOrderType type, GError **error);
/**
 * ra_store_list_rejected_orders:
 *
 * Returns: (transfer full) (element-type YyOrder): those of @type that the office rejected at any
 *   time, whatever became of them, since the token's last completed order
 */
GPtrArray *
ra_store_list_rejected_orders (RaStore *store, const char *token, YyOrderType type, GError **error);
/** ra_store_update_order: saves state, payment, token, reason, and whether the agent matches and
 * the office rejected it */
gboolean ra_store_update_order (RaStore *store, YyOrder *order, GError **error);
/** ra_store_update_details: saves the details, too */
gboolean ra_store_update_details (RaStore *store, YyOrder *order, GError **error);
/** ra_store_set_access: the bearer key of an order that was begun in a client, encrypted */
gboolean ra_store_set_access (RaStore *store, const char *number, GBytes *access, GError **error);
/** ra_store_get_access: %NULL when there is no such order, or it was not begun in a client */
gboolean ra_store_get_access (RaStore *store, const char *number, GBytes **access, GError **error);

/**
 * RaToken:
 * @state: "preparing", "prepared" or "issued"
 * @order: (nullable): the order it is for
 * @so_pin: (nullable): encrypted; %NULL: the factory's
 * @pending: (nullable): encrypted; what the SO PIN may have become meanwhile
 * @previous: (nullable): encrypted; what it was before, until the grant is closed
 * @so_lost: the token refused every SO PIN that is known for it
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
  gboolean so_lost;
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

/**
 * RaCode:
 * @sent: seconds since 1970
 * @message: the message it went out with, 0 when there is none
 *
 * An activation or verification code, of which only a keyed hash is kept.
 */
typedef struct
{
  gint64 id;
  char *order;
  GBytes *hash;
  RaCodeState state;
  guint tries_left;
  gint64 expires;
  gint64 sent;
  gint64 message;
} RaCode;

void ra_code_free (RaCode *code);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaCode, ra_code_free)

/** ra_store_add_code: the order's other codes become %RA_CODE_REPLACED */
gboolean ra_store_add_code (RaStore *store, RaCode *code, GError **error);
/** ra_store_list_codes: Returns: (transfer full) (element-type RaCode): newest first, ten at most
 */
GPtrArray *ra_store_list_codes (RaStore *store, const char *order, GError **error);
/** ra_store_update_code: saves state, tries left and message */
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
 * @code: the code it was authorised with
 * @key: encrypted: the bearer key
 * @cmp_secret: encrypted; no bytes in a grant that issues nothing
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
/** ra_store_get_newest_grant_of_token: of whatever order */
gboolean ra_store_get_newest_grant_of_token (RaStore *store,
                                             const char *token,
                                             RaGrant **grant,
                                             GError **error);
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
 * @delivery: "outbox" (there is no command that sends it), "pending" (waits for the command),
 * "sent" or what went wrong
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
gboolean ra_store_get_message (RaStore *store, gint64 id, RaMessage **message, GError **error);
/** ra_store_list_messages: Returns: (transfer full) (element-type RaMessage): oldest first */
GPtrArray *ra_store_list_messages (RaStore *store, GError **error);
/** ra_store_list_pending_messages: as ra_store_list_messages() */
GPtrArray *ra_store_list_pending_messages (RaStore *store, GError **error);
gboolean
ra_store_set_delivery (RaStore *store, gint64 message, const char *delivery, GError **error);
/** ra_store_drop_message_codes: forgets the codes in all messages of an order */
gboolean ra_store_drop_message_codes (RaStore *store, const char *order, GError **error);

/**
 * RaDocument:
 * @name: #YyDocuments as in the interface: "licence"
 * @sha256: hexadecimal, lower case; where the document is
 * @format: its kind as a suffix: "pdf"
 * @file_name: what the applicant calls it; a text for the office, never a path
 */
typedef struct
{
  char *order;
  char *name;
  char *sha256;
  gint64 size;
  char *format;
  char *file_name;
  gint64 uploaded;
} RaDocument;

RaDocument *ra_document_new (const char *order, const char *name);
void ra_document_free (RaDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaDocument, ra_document_free)

gboolean ra_store_get_document (RaStore *store,
                                const char *order,
                                const char *name,
                                RaDocument **document,
                                GError **error);
/** ra_store_list_documents: Returns: (transfer full) (element-type RaDocument): of an order */
GPtrArray *ra_store_list_documents (RaStore *store, const char *order, GError **error);
/** ra_store_save_document: takes the place of the one with the same name */
gboolean ra_store_save_document (RaStore *store, const RaDocument *document, GError **error);
gboolean
ra_store_drop_document (RaStore *store, const char *order, const char *name, GError **error);
/** ra_store_list_contents: Returns: (transfer full): SHA-256 of every document, as a set */
GHashTable *ra_store_list_contents (RaStore *store, GError **error);

/**
 * RaUpload:
 * @sha256: what was announced
 * @received: how many bytes of @size are on the disk
 *
 * A document on its way.
 */
typedef struct
{
  char *order;
  char *name;
  char *sha256;
  gint64 size;
  gint64 received;
  char *file_name;
  gint64 started;
} RaUpload;

RaUpload *ra_upload_new (const char *order, const char *name);
void ra_upload_free (RaUpload *upload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaUpload, ra_upload_free)

gboolean ra_store_get_upload (RaStore *store,
                              const char *order,
                              const char *name,
                              RaUpload **upload,
                              GError **error);
/** ra_store_list_uploads: Returns: (transfer full) (element-type RaUpload): all of them */
GPtrArray *ra_store_list_uploads (RaStore *store, GError **error);
/** ra_store_save_upload: takes the place of the one with the same name */
gboolean ra_store_save_upload (RaStore *store, const RaUpload *upload, GError **error);
gboolean ra_store_drop_upload (RaStore *store, const char *order, const char *name, GError **error);

/** ra_store_forget_documents: all uploads of an order, and all its documents when @documents is set
 */
gboolean
ra_store_forget_documents (RaStore *store, const char *order, gboolean documents, GError **error);

/** ra_store_add_attempt: something about @subject that is counted over a restart, now */
gboolean
ra_store_add_attempt (RaStore *store, const char *subject, const char *kind, GError **error);
/**
 * ra_store_count_attempts:
 * @since: seconds since 1970; those later than this are counted
 * @first: (out): when the first of them was, 0 when there is none
 */
gboolean ra_store_count_attempts (RaStore *store,
                                  const char *subject,
                                  const char *kind,
                                  gint64 since,
                                  guint *count,
                                  gint64 *first,
                                  GError **error);
/** ra_store_prune_attempts: forgets those before @before */
gboolean ra_store_prune_attempts (RaStore *store, gint64 before, GError **error);

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
