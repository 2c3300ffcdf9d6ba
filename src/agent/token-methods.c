/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/token-methods.h"

#include "agent/enrol.h"
#include "agent/key.h"
#include "agent/pin.h"
#include "agent/proof.h"
#include "agent/session.h"
#include "agent/tries.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <unistd.h>

#define CLIENT_PATH      "/org/yinyao/Client"
#define CLIENT_INTERFACE "org.yinyao.Agent.Client"
#define MAX_ANCHORS      64

/*
 * Ends every method: brings the properties up to date and answers. A vague error of a token that is
 * gone was made TOKEN_REMOVED where it occurred; the object itself goes after the answer.
 */
static gboolean
finish (YyTokenObject *object,
        GDBusMethodInvocation *invocation,
        YyTokenPart changed,
        GVariant *result,
        GError *error)
{
  gboolean removed = g_error_matches (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED);

  if (!removed)
    yy_token_object_update (object, changed);
  if (error != NULL)
    g_dbus_method_invocation_return_gerror (invocation, error);
  else
    g_dbus_method_invocation_return_value (invocation, result);
  if (removed)
    yy_token_object_look (object);
  return TRUE;
}

static YySecret *
take_secret (YyTokenObject *object, GUnixFDList *fds, GVariant *handle, GError **error)
{
  int fd = -1;
  YySecret *secret = NULL;

  if (fds == NULL)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("A descriptor is missing"));
      return NULL;
    }
  fd = g_unix_fd_list_get (fds, g_variant_get_handle (handle), error);
  if (fd < 0)
    return NULL;
  yy_token_object_set_tainted (object);
  secret = yy_secret_new_from_fd (fd, error);
  close (fd);
  return secret;
}

static GBytes *
take_bytes (GVariant *value)
{
  return g_variant_get_data_as_bytes (value);
}

static GVariant *
to_variant (GBytes *bytes)
{
  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

static gboolean
handle_read_tries (YyDBusAgentToken *skeleton,
                   GDBusMethodInvocation *invocation,
                   YyTokenObject *object)
{
  return finish (object, invocation, YY_TOKEN_PIN, NULL, NULL);
}

static gboolean
handle_login (YyDBusAgentToken *skeleton,
              GDBusMethodInvocation *invocation,
              GUnixFDList *fds,
              GVariant *pin_handle,
              gboolean last_try,
              YyTokenObject *object)
{
  g_autoptr (GError) error = NULL;
  YyAgentToken *token = yy_token_object_get_token (object);
  g_autoptr (YySecret) pin = take_secret (object, fds, pin_handle, &error);
  gboolean done = pin != NULL && yy_tries_require (token, last_try, &error) &&
                  yy_session_login (token, g_steal_pointer (&pin), &error);

  return finish (object, invocation, YY_TOKEN_PIN | (done ? YY_TOKEN_OBJECTS : 0), NULL, error);
}

static gboolean
handle_logout (YyDBusAgentToken *skeleton, GDBusMethodInvocation *invocation, YyTokenObject *object)
{
  yy_session_logout (yy_token_object_get_token (object));
  return finish (object, invocation, YY_TOKEN_PIN | YY_TOKEN_OBJECTS, NULL, NULL);
}

static gboolean
handle_change_pin (YyDBusAgentToken *skeleton,
                   GDBusMethodInvocation *invocation,
                   GUnixFDList *fds,
                   GVariant *old_handle,
                   GVariant *new_handle,
                   gboolean last_try,
                   YyTokenObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (YySecret) old_pin = take_secret (object, fds, old_handle, &error);
  g_autoptr (YySecret) new_pin =
      old_pin == NULL ? NULL : take_secret (object, fds, new_handle, &error);

  if (new_pin != NULL)
    yy_pin_change (yy_token_object_get_token (object), old_pin, new_pin, last_try, &error);
  return finish (object, invocation, YY_TOKEN_PIN, NULL, error);
}

static gboolean
handle_format (YyDBusAgentToken *skeleton,
               GDBusMethodInvocation *invocation,
               GUnixFDList *fds,
               GVariant *so_handle,
               const char *label,
               YyTokenObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (YySecret) so_pin = take_secret (object, fds, so_handle, &error);
  YyAgentToken *token = yy_token_object_get_token (object);

  if (so_pin != NULL)
    yy_pin_format (token, so_pin, label, &error);
  return finish (object, invocation, YY_TOKEN_INFO | YY_TOKEN_OBJECTS, NULL, error);
}

static gboolean
handle_check_so_pin (YyDBusAgentToken *skeleton,
                     GDBusMethodInvocation *invocation,
                     YyTokenObject *object)
{
  g_autoptr (GError) error = NULL;

  yy_pin_require_usable_so (yy_token_object_get_token (object), &error);
  return finish (object, invocation, YY_TOKEN_NOTHING, NULL, error);
}

static GPtrArray *
take_secrets (YyTokenObject *object, GUnixFDList *fds, GVariant *handles, GError **error)
{
  g_autoptr (GPtrArray) secrets = g_ptr_array_new_with_free_func ((GDestroyNotify) yy_secret_free);

  for (gsize i = 0; i < g_variant_n_children (handles); i++)
    {
      g_autoptr (GVariant) handle = g_variant_get_child_value (handles, i);
      YySecret *secret = take_secret (object, fds, handle, error);

      if (secret == NULL)
        return NULL;
      g_ptr_array_add (secrets, secret);
    }
  return g_steal_pointer (&secrets);
}

static gboolean
handle_set_user_pin (YyDBusAgentToken *skeleton,
                     GDBusMethodInvocation *invocation,
                     GUnixFDList *fds,
                     GVariant *so_handles,
                     GVariant *new_handle,
                     YyTokenObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) so_pins = take_secrets (object, fds, so_handles, &error);
  g_autoptr (YySecret) new_pin =
      so_pins == NULL ? NULL : take_secret (object, fds, new_handle, &error);
  guint which = 0;

  if (new_pin != NULL)
    yy_pin_set_by_so (yy_token_object_get_token (object), so_pins, new_pin, &which, &error);
  return finish (object, invocation, YY_TOKEN_PIN,
                 error == NULL ? g_variant_new ("(u)", which) : NULL, error);
}

static gboolean
handle_rotate_so_pin (YyDBusAgentToken *skeleton,
                      GDBusMethodInvocation *invocation,
                      GUnixFDList *fds,
                      GVariant *old_handle,
                      GVariant *new_handle,
                      YyTokenObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (YySecret) old_pin = take_secret (object, fds, old_handle, &error);
  g_autoptr (YySecret) new_pin =
      old_pin == NULL ? NULL : take_secret (object, fds, new_handle, &error);

  if (new_pin != NULL)
    yy_pin_rotate_so (yy_token_object_get_token (object), old_pin, new_pin, &error);
  /* Nothing that is shown depends on the SO PIN but its state after a wrong one. */
  return finish (object, invocation, error == NULL ? YY_TOKEN_NOTHING : YY_TOKEN_PIN, NULL, error);
}

static gboolean
handle_generate_key (YyDBusAgentToken *skeleton,
                     GDBusMethodInvocation *invocation,
                     GVariant *id_value,
                     const char *label,
                     const char *type,
                     guint bits,
                     YyTokenObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) id = take_bytes (id_value);
  const YyKeyRequest request = { .id = id, .label = label, .type = type, .bits = bits };
  g_autoptr (GBytes) spki = yy_key_generate (yy_token_object_get_token (object), &request,
                                             yy_token_object_rebind, object, &error);

  /* The objects were read after the key was made: they only need to be shown. */
  return finish (object, invocation, error == NULL ? YY_TOKEN_NOTHING : YY_TOKEN_OBJECTS,
                 spki == NULL ? NULL : g_variant_new ("(@ay)", to_variant (spki)), error);
}

/* What an enrolment needs of the connection it was asked on. */
typedef struct
{
  YyDBusAgentToken *skeleton;
  GDBusConnection *connection;
} Channel;

/* Blocks until the client answers; it sets the time limit. Its errors keep code and words. */
static GBytes *
transfer (GBytes *message, gpointer user_data, GError **error)
{
  Channel *channel = user_data;
  g_autoptr (GError) local = NULL;
  g_autoptr (GVariant) body = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_sync (channel->connection, NULL, CLIENT_PATH, CLIENT_INTERFACE,
                                   "Transfer", g_variant_new ("(@ay)", to_variant (message)),
                                   G_VARIANT_TYPE ("(ay)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL,
                                   &local);

  if (reply == NULL)
    {
      g_dbus_error_strip_remote_error (local);
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  body = g_variant_get_child_value (reply, 0);
  return take_bytes (body);
}

static void
progress (const char *step, gpointer user_data)
{
  Channel *channel = user_data;

  yy_dbus_agent_token_emit_progress (channel->skeleton, step);
}

static GPtrArray *
take_anchors (GVariant *value, GError **error)
{
  g_autoptr (GPtrArray) anchors = g_ptr_array_new_with_free_func (g_object_unref);

  for (gsize i = 0; i < MIN (g_variant_n_children (value), MAX_ANCHORS); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autoptr (GBytes) der = take_bytes (child);
      YyCertificate *anchor = yy_certificate_new (der, error);

      if (anchor == NULL)
        return NULL;
      g_ptr_array_add (anchors, anchor);
    }
  return g_steal_pointer (&anchors);
}

static gboolean
handle_enrol (YyDBusAgentToken *skeleton,
              GDBusMethodInvocation *invocation,
              GUnixFDList *fds,
              GVariant *id_value,
              const char *label,
              GVariant *subject_value,
              const char *reference,
              GVariant *secret_handle,
              GVariant *anchors_value,
              YyTokenObject *object)
{
  g_autoptr (GError) error = NULL;
  Channel channel = { skeleton, g_dbus_method_invocation_get_connection (invocation) };
  g_autoptr (GBytes) id = take_bytes (id_value);
  g_autoptr (GBytes) subject = take_bytes (subject_value);
  g_autoptr (GPtrArray) anchors = take_anchors (anchors_value, &error);
  g_autoptr (YySecret) secret =
      anchors == NULL ? NULL : take_secret (object, fds, secret_handle, &error);
  const YyEnrolRequest request = {
    .id = id,
    .label = label,
    .subject = subject,
    .reference = reference,
    .secret = secret,
    .anchors = anchors,
    .transfer = transfer,
    .progress = progress,
    .user_data = &channel,
  };
  g_autoptr (YyCertificate) certificate =
      secret == NULL ? NULL : yy_enrol (yy_token_object_get_token (object), &request, &error);

  return finish (object, invocation, YY_TOKEN_OBJECTS,
                 certificate == NULL
                     ? NULL
                     : g_variant_new ("(@ay)", to_variant (yy_certificate_get_der (certificate))),
                 error);
}

static gboolean
handle_test_signature (YyDBusAgentToken *skeleton,
                       GDBusMethodInvocation *invocation,
                       GVariant *id_value,
                       YyTokenObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) id = take_bytes (id_value);

  yy_proof_test (yy_token_object_get_token (object), id, &error);
  return finish (object, invocation, YY_TOKEN_NOTHING, NULL, error);
}

void
yy_token_methods_connect (YyDBusAgentToken *skeleton, YyTokenObject *object)
{
  g_signal_connect (skeleton, "handle-read-tries", G_CALLBACK (handle_read_tries), object);
  g_signal_connect (skeleton, "handle-login", G_CALLBACK (handle_login), object);
  g_signal_connect (skeleton, "handle-logout", G_CALLBACK (handle_logout), object);
  g_signal_connect (skeleton, "handle-change-pin", G_CALLBACK (handle_change_pin), object);
  g_signal_connect (skeleton, "handle-format", G_CALLBACK (handle_format), object);
  g_signal_connect (skeleton, "handle-check-so-pin", G_CALLBACK (handle_check_so_pin), object);
  g_signal_connect (skeleton, "handle-set-user-pin", G_CALLBACK (handle_set_user_pin), object);
  g_signal_connect (skeleton, "handle-rotate-so-pin", G_CALLBACK (handle_rotate_so_pin), object);
  g_signal_connect (skeleton, "handle-generate-key", G_CALLBACK (handle_generate_key), object);
  g_signal_connect (skeleton, "handle-enrol", G_CALLBACK (handle_enrol), object);
  g_signal_connect (skeleton, "handle-test-signature", G_CALLBACK (handle_test_signature), object);
}
