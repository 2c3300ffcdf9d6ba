/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-activated.h"

#include <glib/gi18n.h>

#define RECENT_SECONDS (24 * 60 * 60)
#define FEW_TRIES      3

typedef struct
{
  YyPinGuard *guard;
  YyToken *token;
  YySecret *pin;
  YyCertificate *certificate;
  GBytes *id;
} Proof;

static void
proof_free (gpointer data)
{
  Proof *proof = data;

  g_clear_object (&proof->guard);
  g_clear_object (&proof->token);
  yy_secret_free (proof->pin);
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
may_ask (YyPinGuard *guard, YyToken *token, const YySecret *pin, GError **error)
{
  int tries = yy_token_get_tries_left (token);

  if (!yy_pin_guard_check (guard, token, pin, FALSE, error))
    return FALSE;
  if (yy_token_get_pin_state (token) == YY_PIN_OK && (tries < 0 || tries > FEW_TRIES))
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_PIN_LAST_TRY,
                       _ ("The PIN was not tried: few tries are left"));
  return FALSE;
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

  if (!yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    {
      if (g_error_matches (error, YY_ERROR, YY_ERROR_PIN_INCORRECT))
        yy_pin_guard_failed (proof->guard, proof->token, proof->pin);
      g_task_return_error (task, error);
      return;
    }
  yy_pin_guard_succeeded (proof->guard, proof->token);
  yy_token_session_test_signature_async (YY_TOKEN_SESSION (source), proof->id, cancellable,
                                         on_signed, g_steal_pointer (&task));
}

void
yy_activated_prove_async (YyTokenSession *session,
                          YyPinGuard *guard,
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
  GError *error = NULL;

  g_task_set_source_tag (task, yy_activated_prove_async);
  g_task_set_task_data (task, proof, proof_free);
  if (item == NULL)
    g_set_error_literal (&error, YY_ERROR, YY_ERROR_NO_SUCH_OBJECT,
                         _ ("The token holds no new certificate of this CA"));
  if (item == NULL || !may_ask (guard, token, pin, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  proof->guard = g_object_ref (guard);
  proof->token = g_object_ref (token);
  proof->pin = yy_secret_dup (pin);
  proof->certificate = g_object_ref (item->certificate);
  proof->id = g_bytes_ref (item->id);
  yy_token_session_login_async (session, pin, cancellable, on_logged_in, g_steal_pointer (&task));
}

YyCertificate *
yy_activated_prove_finish (YyTokenSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
