/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** YyOrderType: the business types (业务类型) */
typedef enum
{
  YY_ORDER_APPLY,   /* 新申请 */
  YY_ORDER_RENEW,   /* 续期 */
  YY_ORDER_REISSUE, /* 补办 */
  YY_ORDER_CHANGE,  /* 变更 */
  YY_ORDER_SEAL,    /* 印章申请, 印章变更 */
  YY_ORDER_UNLOCK,  /* 解锁 */
  YY_ORDER_REVOKE,  /* 注销 */
} YyOrderType;
#define YY_ORDER_N_TYPES 7

/** YyDocuments: what has to be handed in, as a set */
typedef enum
{
  YY_DOCUMENT_CERTIFICATE_FORM = 1 << 0, /* 机构数字证书申请表 */
  YY_DOCUMENT_SEAL_FORM = 1 << 1,        /* 电子印章申请表; not when the seal is declined */
  YY_DOCUMENT_LICENCE = 1 << 2,          /* 营业执照 */
  YY_DOCUMENT_AGENT_IDENTITY = 1 << 3,   /* 经办人身份证 */
} YyDocuments;

/** yy_document_get_nick: Returns: as in the interface and the profile: "agent-identity"; @document
 * is one of the set */
const char *yy_document_get_nick (YyDocuments document);
/** yy_document_get_title: Returns: translated */
const char *yy_document_get_title (YyDocuments document);
gboolean yy_document_from_nick (const char *nick, YyDocuments *document);

typedef enum
{
  YY_FEE_NONE,
  YY_FEE_PER_YEAR,
  YY_FEE_ONCE,
} YyFee;

typedef enum
{
  YY_REVIEW_AUTOMATIC, /* by rules alone */
  YY_REVIEW_MATCHED, /* by rules when the agent is the one of the last order, else by the office */
  YY_REVIEW_ONCE,    /* by the office */
  YY_REVIEW_TWICE,   /* the second time when the papers have arrived */
} YyReview;

typedef enum
{
  YY_POST_TOKEN = 1 << 0,     /* a token to the agent */
  YY_POST_PAPERS = 1 << 1,    /* papers to the CA */
  YY_POST_OLD_TOKEN = 1 << 2, /* the old token to the CA */
} YyPost;

/** YyStart: where an order of this type begins */
typedef enum
{
  YY_START_PORTAL,
  YY_START_CLIENT,
} YyStart;

/**
 * YyOrderTypeInfo:
 * @nick: as in JSON, key files and the database
 * @title: English, marked for translation
 * @documents: #YyDocuments, with those that are needed only sometimes
 * @issues: the order ends with a certificate for a key on the order's token
 *
 * What one business type needs. The states an order goes through follow from it.
 */
typedef struct
{
  const char *nick;
  const char *title;
  YyStart start;
  guint documents;
  YyFee fee;
  YyReview review;
  guint post;
  gboolean issues;
} YyOrderTypeInfo;

/** yy_order_type_get_info: Returns: (transfer none): the row of the table */
const YyOrderTypeInfo *yy_order_type_get_info (YyOrderType type);

/** yy_order_type_from_nick: Returns: %FALSE if there is no such type */
gboolean yy_order_type_from_nick (const char *nick, YyOrderType *type);

/**
 * yy_order_type_get_fee:
 * @unit_price: the CA profile's price for this type, in the smallest unit of the currency or any
 * other
 * @years: years of validity ordered
 *
 * Returns: what is to be paid, in the unit of @unit_price
 */
guint yy_order_type_get_fee (YyOrderType type, guint unit_price, guint years);

/**
 * yy_order_type_get_documents:
 * @seal: a seal was ordered as well
 * @agent_matches: the agent is the one of the account's last order
 *
 * Returns: #YyDocuments needed for this order
 */
guint yy_order_type_get_documents (YyOrderType type, gboolean seal, gboolean agent_matches);

G_END_DECLS
