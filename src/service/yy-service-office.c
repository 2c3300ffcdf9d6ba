/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/yy-service.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "service/yy-call.h"

static gboolean
is_possible_key (const YySecret *key)
{
  const char *bytes = yy_secret_bytes (key);

  for (gsize i = 0; i < yy_secret_length (key); i++)
    if (bytes[i] <= 0x20 || bytes[i] >= 0x7f)
      return FALSE;
  return TRUE;
}

static YySecret *
load_office_key (YyService *self, GError **error)
{
  g_autoptr (YySecret) key = NULL;
  int fd = -1;

  if (self->office_key_file == NULL)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE,
                           _ ("The settings name no key of an office account"));
      return NULL;
    }
  fd = g_open (self->office_key_file, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_USAGE,
                   _ ("The key of the office account cannot be read: %s: %s"),
                   self->office_key_file, g_strerror (errno));
      return NULL;
    }
  key = yy_secret_new_from_fd (fd, error);
  close (fd);
  if (key == NULL || is_possible_key (key))
    return g_steal_pointer (&key);
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA,
               _ ("The key of the office account is malformed: %s"), self->office_key_file);
  return NULL;
}

static YyCall *
office_call_new (YyService *self,
                 const char *token_serial,
                 const char *what,
                 YyCallReadFunc read,
                 GDestroyNotify destroy,
                 GError **error)
{
  g_autofree char *serial = g_uri_escape_string (token_serial, NULL, FALSE);
  g_autoptr (YySecret) key = load_office_key (self, error);
  YyCall *call = NULL;

  if (key == NULL)
    return NULL;
  call = yy_call_new ("POST", g_strdup_printf ("/api/v1/office/tokens/%s/%s", serial, what), read,
                      destroy);
  call->serial = g_strdup (token_serial);
  call->request.bearer = call->office_key = g_steal_pointer (&key);
  return call;
}

static gpointer
read_preparation (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  YySecrets *secrets = yy_call_read_two_secrets (self, call, answer, error);

  if (secrets == NULL)
    return NULL;
  secrets->label = yy_reply_read_label (answer, error);
  if (secrets->label != NULL)
    return secrets;
  yy_secrets_free (secrets);
  return NULL;
}

void
yy_service_prepare_async (YyService *self,
                          const char *token_serial,
                          const char *model,
                          const char *order_number,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  const char *const pairs[] = { "order", order_number, "model", model, NULL };
  GError *error = NULL;
  YyCall *call =
      office_call_new (self, token_serial, "prepare", read_preparation, yy_secrets_free, &error);

  if (call == NULL)
    {
      g_task_report_error (self, callback, user_data, yy_service_prepare_async, error);
      return;
    }
  yy_call_expect_secret (call);
  yy_call_set_body (call, pairs, NULL, NULL);
  yy_call_start (self, yy_service_prepare_async, call, cancellable, callback, user_data);
}

gboolean
yy_service_prepare_finish (YyService *self,
                           GAsyncResult *result,
                           YySecret **present,
                           YySecret **next,
                           char **label,
                           GError **error)
{
  YySecrets *secrets = yy_call_finish (self, yy_service_prepare_async, result, error);

  if (secrets == NULL)
    return FALSE;
  *present = g_steal_pointer (&secrets->first);
  *next = g_steal_pointer (&secrets->second);
  *label = g_steal_pointer (&secrets->label);
  yy_secrets_free (secrets);
  return TRUE;
}

static gpointer
read_prepared (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_check_prepared (answer, call->serial, error) ? self : NULL;
}

void
yy_service_prepared_async (YyService *self,
                           const char *token_serial,
                           const char *order_number,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  const char *const pairs[] = { "order", order_number, NULL };
  GError *error = NULL;
  YyCall *call = office_call_new (self, token_serial, "prepared", read_prepared, NULL, &error);

  if (call == NULL)
    {
      g_task_report_error (self, callback, user_data, yy_service_prepared_async, error);
      return;
    }
  yy_call_set_body (call, pairs, NULL, NULL);
  yy_call_start (self, yy_service_prepared_async, call, cancellable, callback, user_data);
}

gboolean
yy_service_prepared_finish (YyService *self, GAsyncResult *result, GError **error)
{
  return yy_call_finish (self, yy_service_prepared_async, result, error) != NULL;
}
