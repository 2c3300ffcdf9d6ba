/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-pin-proof.h"

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
  GHashTable *tried; /* set of GBytes: CKA_IDs of certificates another key belongs to */
  GError *error;     /* of the first of them */
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
  g_clear_pointer (&proof->tried, g_hash_table_unref);
  g_clear_error (&proof->error);
  g_free (proof);
}

static void
choose (Proof *proof, YyTokenCertificate *item)
{
  g_set_object (&proof->certificate, item->certificate);
  g_clear_pointer (&proof->id, g_bytes_unref);
  proof->id = g_bytes_ref (item->id);
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

/* The newest one: older ones may be left over from a renewal. */
static YyTokenCertificate *
find_newest_with_key (YyToken *token, GHashTable *tried)
{
  GPtrArray *certificates = yy_token_get_certificates (token);
  YyTokenCertificate *newest = NULL;

  for (guint i = 0; i < certificates->len; i++)
    {
      YyTokenCertificate *item = certificates->pdata[i];

      if (item->has_key == 1 && !g_hash_table_contains (tried, item->id) &&
          (newest == NULL ||
           g_date_time_compare (yy_certificate_get_not_before (newest->certificate),
                                yy_certificate_get_not_before (item->certificate)) < 0))
        newest = item;
    }
  return newest;
}

static gboolean
may_ask (YyPinProof kind, YyPinGuard *guard, YyToken *token, const YySecret *pin, GError **error)
{
  int tries = yy_token_get_tries_left (token);

  if (!yy_pin_guard_check (guard, token, pin, kind == YY_PIN_PROOF_SET, error))
    return FALSE;
  if (kind == YY_PIN_PROOF_SET ||
      (yy_token_get_pin_state (token) == YY_PIN_OK && (tries < 0 || tries > FEW_TRIES)))
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_PIN_LAST_TRY,
                       _ ("The PIN was not tried: few tries are left"));
  return FALSE;
}

static gboolean sign_with_next (GTask *task, YyTokenSession *session);

/* A certificate that another key belongs to says nothing about this token, as long as there is one
 * whose own key is here. */
static void
on_signed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Proof *proof = g_task_get_task_data (task);
  GError *error = NULL;

  if (yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (proof->tried != NULL && g_error_matches (error, YY_ERROR, YY_ERROR_PROOF))
    {
      g_hash_table_add (proof->tried, g_bytes_ref (proof->id));
      if (proof->error == NULL)
        proof->error = g_steal_pointer (&error);
      g_clear_error (&error);
      if (sign_with_next (task, YY_TOKEN_SESSION (source)))
        return;
      error = g_steal_pointer (&proof->error);
    }
  g_task_return_error (task, error);
}

static void
sign (GTask *task, YyTokenSession *session)
{
  Proof *proof = g_task_get_task_data (task);

  yy_token_session_test_signature_async (session, proof->id, g_task_get_cancellable (task),
                                         on_signed, g_object_ref (task));
}

/* Which certificates have a key shows only after the login. */
static gboolean
sign_with_next (GTask *task, YyTokenSession *session)
{
  Proof *proof = g_task_get_task_data (task);
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (session);
  YyTokenCertificate *item = token == NULL ? NULL : find_newest_with_key (token, proof->tried);

  if (item == NULL)
    return FALSE;
  choose (proof, item);
  sign (task, session);
  return TRUE;
}

static void
on_logged_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Proof *proof = g_task_get_task_data (task);
  g_autoptr (YyToken) now = yy_token_session_dup_snapshot (YY_TOKEN_SESSION (source));
  GError *error = NULL;

  if (!yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    {
      if (g_error_matches (error, YY_ERROR, YY_ERROR_PIN_INCORRECT))
        yy_pin_guard_failed (proof->guard, now == NULL ? proof->token : now, proof->pin);
      g_task_return_error (task, error);
      return;
    }
  yy_pin_guard_forget (proof->guard, proof->token);
  if (proof->id != NULL)
    {
      sign (task, YY_TOKEN_SESSION (source));
      return;
    }
  proof->tried =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  if (!sign_with_next (task, YY_TOKEN_SESSION (source)))
    g_task_return_boolean (task, TRUE);
}

/* Of a procedure that gives the token a certificate, that one is looked for before a try is spent.
 */
static gboolean
find_certificate (Proof *proof, YyToken *token, GPtrArray *anchors, GError **error)
{
  YyTokenCertificate *item = token == NULL ? NULL : find_recent (token, anchors);

  if (item != NULL)
    {
      choose (proof, item);
      return TRUE;
    }
  g_set_error_literal (error, YY_ERROR, YY_ERROR_NO_SUCH_OBJECT,
                       _ ("The token holds no new certificate of this CA"));
  return FALSE;
}

void
yy_pin_proof_async (YyTokenSession *session,
                    YyPinProof kind,
                    YyPinGuard *guard,
                    GPtrArray *anchors,
                    const YySecret *pin,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (session, cancellable, callback, user_data);
  g_autoptr (YyToken) token = yy_token_session_dup_snapshot (session);
  Proof *proof = g_new0 (Proof, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, yy_pin_proof_async);
  g_task_set_task_data (task, proof, proof_free);
  if (token == NULL)
    g_set_error_literal (&error, YY_ERROR, YY_ERROR_TOKEN_REMOVED, _ ("The token was pulled out"));
  if (token == NULL ||
      (kind == YY_PIN_PROOF_ACTIVATED && !find_certificate (proof, token, anchors, &error)) ||
      !may_ask (kind, guard, token, pin, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  proof->guard = g_object_ref (guard);
  proof->token = g_object_ref (token);
  proof->pin = yy_secret_dup (pin);
  if (kind == YY_PIN_PROOF_SET)
    yy_token_session_allow_last_try (session);
  yy_token_session_login_async (session, pin, cancellable, on_logged_in, g_steal_pointer (&task));
}

gboolean
yy_pin_proof_finish (YyTokenSession *session,
                     GAsyncResult *result,
                     YyCertificate **certificate,
                     GError **error)
{
  Proof *proof = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (certificate != NULL && proof->certificate != NULL)
    *certificate = g_object_ref (proof->certificate);
  return TRUE;
}
