/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "service/yy-http.h"

G_BEGIN_DECLS

struct _YyHttp
{
  GObject parent_instance;

  SoupSession *session;
  GTlsDatabase *database;
  char *base;
  char *host;
  guint timeout;
  gint64 skew;
};

/** yy_http_session_new: Returns: (transfer full): a session that trusts @database (nullable) */
SoupSession *yy_http_session_new (GTlsDatabase *database);

G_END_DECLS
