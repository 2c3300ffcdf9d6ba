/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-order-type.h"

#include <glib/gi18n.h>

#define PAPERS (YY_DOCUMENT_CERTIFICATE_FORM | YY_DOCUMENT_LICENCE | YY_DOCUMENT_AGENT_IDENTITY)

static const YyOrderTypeInfo types[YY_ORDER_N_TYPES] = {
  [YY_ORDER_APPLY] = { "apply", N_ ("New application"), YY_START_PORTAL,
                       PAPERS | YY_DOCUMENT_SEAL_FORM, YY_FEE_PER_YEAR, YY_REVIEW_TWICE,
                       YY_POST_TOKEN | YY_POST_PAPERS, TRUE },
  [YY_ORDER_RENEW] = { "renew", N_ ("Renewal"), YY_START_CLIENT, 0, YY_FEE_PER_YEAR,
                       YY_REVIEW_AUTOMATIC, 0, TRUE },
  [YY_ORDER_REISSUE] = { "reissue", N_ ("Replacement"), YY_START_PORTAL,
                         PAPERS | YY_DOCUMENT_SEAL_FORM, YY_FEE_ONCE, YY_REVIEW_TWICE,
                         YY_POST_TOKEN | YY_POST_PAPERS, TRUE },
  [YY_ORDER_CHANGE] = { "change", N_ ("Change"), YY_START_PORTAL, PAPERS | YY_DOCUMENT_SEAL_FORM,
                        YY_FEE_NONE, YY_REVIEW_TWICE,
                        YY_POST_TOKEN | YY_POST_PAPERS | YY_POST_OLD_TOKEN, TRUE },
  [YY_ORDER_SEAL] = { "seal", N_ ("Seal"), YY_START_CLIENT, YY_DOCUMENT_SEAL_FORM, YY_FEE_NONE,
                      YY_REVIEW_ONCE, 0, FALSE },
  [YY_ORDER_UNLOCK] = { "unlock", N_ ("Unlocking"), YY_START_CLIENT, PAPERS, YY_FEE_NONE,
                        YY_REVIEW_MATCHED, 0, FALSE },
  [YY_ORDER_REVOKE] = { "revoke", N_ ("Revocation"), YY_START_PORTAL, PAPERS, YY_FEE_NONE,
                        YY_REVIEW_ONCE, YY_POST_PAPERS, FALSE },
};

static const struct
{
  YyDocuments document;
  const char *nick;
  const char *title;
} titles[] = {
  { YY_DOCUMENT_CERTIFICATE_FORM, "certificate-form", N_ ("Application form for a certificate") },
  { YY_DOCUMENT_SEAL_FORM, "seal-form", N_ ("Application form for a seal") },
  { YY_DOCUMENT_LICENCE, "licence", N_ ("Business licence") },
  { YY_DOCUMENT_AGENT_IDENTITY, "agent-identity", N_ ("Agent’s identity document") },
};

static guint
index_of (YyDocuments document)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (titles) - 1 && titles[i].document != document)
    i++;
  return i;
}

const char *
yy_document_get_nick (YyDocuments document)
{
  return titles[index_of (document)].nick;
}

const char *
yy_document_get_title (YyDocuments document)
{
  return _ (titles[index_of (document)].title);
}

gboolean
yy_document_from_nick (const char *nick, YyDocuments *document)
{
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_strcmp0 (nick, titles[i].nick) == 0)
      {
        *document = titles[i].document;
        return TRUE;
      }
  return FALSE;
}

const YyOrderTypeInfo *
yy_order_type_get_info (YyOrderType type)
{
  return &types[type];
}

gboolean
yy_order_type_from_nick (const char *nick, YyOrderType *type)
{
  for (guint i = 0; i < YY_ORDER_N_TYPES; i++)
    if (g_strcmp0 (nick, types[i].nick) == 0)
      {
        *type = (YyOrderType) i;
        return TRUE;
      }
  return FALSE;
}

guint
yy_order_type_get_fee (YyOrderType type, guint unit_price, guint years)
{
  switch (types[type].fee)
    {
    case YY_FEE_PER_YEAR:
      return unit_price * years;
    case YY_FEE_ONCE:
      return unit_price;
    case YY_FEE_NONE:
    default:
      return 0;
    }
}

guint
yy_order_type_get_documents (YyOrderType type, gboolean seal, gboolean agent_matches)
{
  guint documents = types[type].documents;

  if (types[type].review == YY_REVIEW_MATCHED && agent_matches)
    return 0;
  if (type != YY_ORDER_SEAL && !seal)
    documents &= ~(guint) YY_DOCUMENT_SEAL_FORM;
  return documents;
}
