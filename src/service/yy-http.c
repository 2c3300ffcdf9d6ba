/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-http-private.h"

#include "config.h"

#include <glib/gi18n.h>

#include "certificate/yy-certificate.h"

/* Shorter than servers keep connections, so that a request seldom meets one that is closed. */
#define IDLE_TIMEOUT 10

G_DEFINE_FINAL_TYPE (YyHttp, yy_http, G_TYPE_OBJECT)

static void
yy_http_dispose (GObject *object)
{
  YyHttp *self = YY_HTTP (object);

  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->database);
  G_OBJECT_CLASS (yy_http_parent_class)->dispose (object);
}

static void
yy_http_finalize (GObject *object)
{
  YyHttp *self = YY_HTTP (object);

  g_free (self->base);
  g_free (self->host);
  G_OBJECT_CLASS (yy_http_parent_class)->finalize (object);
}

static void
yy_http_class_init (YyHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = yy_http_dispose;
  G_OBJECT_CLASS (klass)->finalize = yy_http_finalize;
}

static void
yy_http_init (YyHttp *self)
{
}

/* An empty or broken file would mean that nothing is trusted, and be blamed on the service. */
static GTlsDatabase *
load_database (const char *path, GError **error)
{
  g_autofree char *pem = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) certificates = NULL;
  GTlsDatabase *database = NULL;
  gsize length = 0;

  if (g_file_get_contents (path, &pem, &length, error))
    {
      bytes = g_bytes_new (pem, length);
      certificates = yy_certificates_from_pem (bytes, error);
    }
  if (certificates != NULL)
    database = g_tls_file_database_new (path, error);
  if (database == NULL)
    g_prefix_error (error, _ ("The file of trusted authorities cannot be used: %s: "), path);
  return database;
}

SoupSession *
yy_http_session_new (GTlsDatabase *database)
{
  SoupSession *session = soup_session_new_with_options ("user-agent", "Yinyao/" VERSION, "timeout",
                                                        0, "idle-timeout", IDLE_TIMEOUT, NULL);

  /* No answer is compressed, and nobody is asked for a password. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  if (database != NULL)
    soup_session_set_tls_database (session, database);
  return session;
}

static char *
host_for_people (GUri *uri)
{
  if (g_uri_get_port (uri) <= 0 || g_uri_get_port (uri) == 443)
    return g_strdup (g_uri_get_host (uri));
  return g_strdup_printf ("%s:%d", g_uri_get_host (uri), g_uri_get_port (uri));
}

YyHttp *
yy_http_new (YySettings *settings, GError **error)
{
  g_autoptr (YyHttp) self = g_object_new (YY_TYPE_HTTP, NULL);
  const char *url = yy_settings_get_service_url (settings);
  const char *ca_file = yy_settings_get_ca_file (settings);
  g_autoptr (GUri) uri = NULL;

  if (url == NULL)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                           _ ("The settings name no address of the CA's service"));
      return NULL;
    }
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 ||
      g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    {
      g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                   _ ("The address of the CA's service is not valid: %s"), url);
      return NULL;
    }
  if (ca_file != NULL && (self->database = load_database (ca_file, error)) == NULL)
    return NULL;
  self->session = yy_http_session_new (self->database);
  self->base = g_strdup (url);
  self->host = host_for_people (uri);
  self->timeout = yy_settings_get_service_timeout (settings);
  return g_steal_pointer (&self);
}

gint64
yy_http_get_skew (YyHttp *self)
{
  return self->skew;
}

const char *
yy_http_get_host (YyHttp *self)
{
  return self->host;
}
