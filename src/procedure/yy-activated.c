/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-activated.h"

#include <glib/gi18n.h>

#define RECENT_SECONDS (24 * 60 * 60)
#define FEW_TRIES      3

typedef struct
{
  YyCertificate *certificate;
  GBytes *id;
} Proof;

static void
proof_free (gpointer data)
{
  Proof *proof = data;

  g_clear_object (&proof->certificate);
  g_clear_pointer (&proof->id, g_bytes_unref);
  g_free (proof);
}

static gboolean
is_recent (YyCertificate *certificate)
{
  gint64 age = g_get_real_time () / G_USEC_PER_SEC -
               g_date_time_to_unix (yy_certificate_get_not_before (certificate));

  return age >= 0 && age < RECENT_SECONDS;
}

static YyTokenCertificate *
find_recent (YyToken *token, GPtrArray *anchors)
{
  GPtrArray *certificates = yy_token_get_certificates (token);

  for (guint i = 0; i < certificates->len; i++)
    {
      YyTokenCertificate *item = certificates->pdata[i];

      if (item->has_key != 0 && is_recent (item->certificate) &&
          yy_certificate_verify_chain (item->certificate, anchors, NULL, NULL))
        return item;
    }
  return NULL;
}

static gboolean
may_ask (YyToken *token)
{
  int tries = yy_token_get_tries_left (token);

  return yy_token_get_pin_state (token) == YY_PIN_OK && (tries < 0 || tries > FEW_TRIES);
}

static void
on_signed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Proof *proof = g_task_get_task_data (task);
  GError *error = NULL;

  if (yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    g_task_return_pointer (task, g_object_ref (proof->certificate), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
on_logged_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Proof *proof = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  if (yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    yy_token_session_test_signature_async (YY_TOKEN_SESSION (source), proof->id, cancellable,
                                           on_signed, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

void
yy_activated_prove_async (YyTokenSession *session,
                          GPtrArray *anchors,
                          const YySecret *pin,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (session, cancellable, callback, user_data);
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (session);
  YyTokenCertificate *item = token == NULL ? NULL : find_recent (token, anchors);
  Proof *proof = g_new0 (Proof, 1);

  g_task_set_source_tag (task, yy_activated_prove_async);
  g_task_set_task_data (task, proof, proof_free);
  if (item == NULL)
    {
      g_task_return_new_error (task, YY_ERROR, YY_ERROR_NO_SUCH_OBJECT,
                               _ ("The token holds no new certificate of this CA"));
      return;
    }
  if (!may_ask (token))
    {
      g_task_return_new_error (task, YY_ERROR, YY_ERROR_PIN_LAST_TRY,
                               _ ("The PIN was not tried: few tries are left"));
      return;
    }
  proof->certificate = g_object_ref (item->certificate);
  proof->id = g_bytes_ref (item->id);
  yy_token_session_login_async (session, pin, cancellable, on_logged_in, g_steal_pointer (&task));
}

YyCertificate *
yy_activated_prove_finish (YyTokenSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
