/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-token-session.h"

#include <unistd.h>

#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>

#include "token/yy-driver-private.h"

#define MAX_SPKI 8192

struct _YyTokenSession
{
  GObject parent_instance;

  YyTokenManager *manager;
  YyDriver *driver;
  char *serial;
  gboolean held;
  gboolean closed;
  gboolean last_try;

  /* Of the call that is under way. */
  gboolean busy;
  guint n_so_pins;
  YyTransferFunc transfer;
  gpointer transfer_data;
  GError *transfer_error;
};

static guint progress_signal;

G_DEFINE_FINAL_TYPE (YyTokenSession, yy_token_session, G_TYPE_OBJECT)

YyTokenSession *
yy_token_session_new (YyTokenManager *manager,
                      const char *serial,
                      const char *module,
                      GError **error)
{
  YyToken *token = yy_token_manager_find (manager, serial, module);
  YyTokenSession *self = NULL;

  if (token == NULL)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_NO_SUCH_TOKEN, _ ("The token %s is not plugged in"),
                   serial);
      return NULL;
    }
  self = g_object_new (YY_TYPE_TOKEN_SESSION, NULL);
  self->manager = g_object_ref (manager);
  self->driver = g_object_ref (yy_token_manager_find_driver (manager, token));
  self->serial = g_strdup (serial);
  return self;
}

YyToken *
yy_token_session_dup_snapshot (YyTokenSession *self)
{
  YyToken *token =
      yy_token_manager_find (self->manager, self->serial, yy_driver_get_module (self->driver));

  return token == NULL ? NULL : g_object_ref (token);
}

void
yy_token_session_close (YyTokenSession *self)
{
  self->closed = TRUE;
  if (self->held)
    yy_driver_release (self->driver);
  self->held = FALSE;
}

/* Calls */

static void
on_called (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  YyTokenSession *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) transfer_error = g_steal_pointer (&self->transfer_error);
  GVariant *reply = yy_driver_call_finish (YY_DRIVER (source), result, &error);

  self->busy = FALSE;
  self->transfer = NULL;
  self->transfer_data = NULL;
  if (reply != NULL)
    g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
  /* The agent only knows that the message did not get through; why is known here. */
  else if (transfer_error != NULL && !g_error_matches (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED))
    g_task_return_error (task, g_steal_pointer (&transfer_error));
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_transfer (GBytes *request, GDBusMethodInvocation *invocation, gpointer user_data)
{
  YyTokenSession *self = user_data;

  self->transfer (self, request, invocation, self->transfer_data);
}

static void
on_progress (const char *step, gpointer user_data)
{
  g_signal_emit (user_data, progress_signal, 0, step);
}

static YyDriverCall *
call_new (const char *method, const char *reply)
{
  YyDriverCall *call = g_new0 (YyDriverCall, 1);

  call->method = method;
  call->reply = G_VARIANT_TYPE (reply);
  return call;
}

/* Puts a secret into a pipe. Returns its index among the descriptors, -1 on error. */
static int
add_secret (YyDriverCall *call, const YySecret *secret, GError **error)
{
  int fd = yy_secret_to_fd (secret, error);
  int index = -1;

  if (fd < 0)
    return -1;
  if (call->fds == NULL)
    call->fds = g_unix_fd_list_new ();
  index = g_unix_fd_list_append (call->fds, fd, error);
  close (fd);
  return index;
}

/* @call: (transfer full); @error: (transfer full) (nullable): why it could not be filled */
static void
begin (YyTokenSession *self,
       YyDriverCall *call,
       GVariant *parameters,
       GError *error,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, begin);
  if (parameters != NULL)
    call->parameters = g_variant_ref_sink (parameters);
  if (error == NULL && (self->busy || self->closed))
    error = g_error_new_literal (G_IO_ERROR, self->busy ? G_IO_ERROR_PENDING : G_IO_ERROR_CLOSED,
                                 _ ("The token session is busy or closed"));
  if (error != NULL)
    {
      yy_driver_call_free (call);
      g_task_return_error (task, error);
      return;
    }
  if (!self->held)
    yy_driver_hold (self->driver);
  self->held = TRUE;
  self->busy = TRUE;
  call->serial = g_strdup (self->serial);
  call->progress = on_progress;
  call->user_data = self;
  yy_driver_call_async (self->driver, call, cancellable, on_called, g_steal_pointer (&task));
}

gboolean
yy_token_session_finish (YyTokenSession *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = g_task_propagate_pointer (G_TASK (result), error);

  return reply != NULL;
}

void
yy_token_session_allow_last_try (YyTokenSession *self)
{
  self->last_try = TRUE;
}

/* A confirmation counts once. */
static gboolean
take_last_try (YyTokenSession *self)
{
  gboolean last_try = self->last_try;

  self->last_try = FALSE;
  return last_try;
}

void
yy_token_session_login_async (YyTokenSession *self,
                              const YySecret *pin,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  YyDriverCall *call = call_new ("Login", "()");
  GError *error = NULL;
  int index = add_secret (call, pin, &error);

  begin (self, call, g_variant_new ("(hb)", index, take_last_try (self)), error, cancellable,
         callback, user_data);
}

/* Puts two secrets into pipes. */
static void
add_two_secrets (YyDriverCall *call,
                 const YySecret *first,
                 const YySecret *second,
                 int indices[2],
                 GError **error)
{
  indices[0] = add_secret (call, first, error);
  indices[1] = indices[0] < 0 ? -1 : add_secret (call, second, error);
}

void
yy_token_session_change_pin_async (YyTokenSession *self,
                                   const YySecret *old_pin,
                                   const YySecret *new_pin,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  YyDriverCall *call = call_new ("ChangePin", "()");
  int indices[2] = { -1, -1 };
  GError *error = NULL;

  add_two_secrets (call, old_pin, new_pin, indices, &error);
  begin (self, call, g_variant_new ("(hhb)", indices[0], indices[1], take_last_try (self)), error,
         cancellable, callback, user_data);
}

void
yy_token_session_rotate_so_pin_async (YyTokenSession *self,
                                      const YySecret *old_so_pin,
                                      const YySecret *new_so_pin,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  YyDriverCall *call = call_new ("RotateSoPin", "()");
  int indices[2] = { -1, -1 };
  GError *error = NULL;

  add_two_secrets (call, old_so_pin, new_so_pin, indices, &error);
  begin (self, call, g_variant_new ("(hh)", indices[0], indices[1]), error, cancellable, callback,
         user_data);
}

void
yy_token_session_format_async (YyTokenSession *self,
                               const YySecret *so_pin,
                               const char *label,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  YyDriverCall *call = call_new ("Format", "()");
  GError *error = NULL;
  int index = add_secret (call, so_pin, &error);

  call->is_long = TRUE;
  begin (self, call, g_variant_new ("(hs)", index, label), error, cancellable, callback, user_data);
}

static GVariant *
bytes_to_variant (GBytes *bytes)
{
  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

void
yy_token_session_test_signature_async (YyTokenSession *self,
                                       GBytes *id,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  begin (self, call_new ("TestSignature", "()"), g_variant_new ("(@ay)", bytes_to_variant (id)),
         NULL, cancellable, callback, user_data);
}

void
yy_token_session_check_so_pin_async (YyTokenSession *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  begin (self, call_new ("CheckSoPin", "()"), NULL, NULL, cancellable, callback, user_data);
}

void
yy_token_session_set_user_pin_async (YyTokenSession *self,
                                     const YySecret *const *so_pins,
                                     guint n_so_pins,
                                     const YySecret *new_pin,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  YyDriverCall *call = call_new ("SetUserPin", "(u)");
  GVariantBuilder indices;
  GError *error = NULL;
  int pin_index = -1;

  g_variant_builder_init (&indices, G_VARIANT_TYPE ("ah"));
  for (guint i = 0; i < n_so_pins && error == NULL; i++)
    g_variant_builder_add (&indices, "h", add_secret (call, so_pins[i], &error));
  if (error == NULL)
    pin_index = add_secret (call, new_pin, &error);
  if (!self->busy)
    self->n_so_pins = n_so_pins;
  begin (self, call, g_variant_new ("(ahh)", &indices, pin_index), error, cancellable, callback,
         user_data);
}

int
yy_token_session_set_user_pin_finish (YyTokenSession *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = g_task_propagate_pointer (G_TASK (result), error);
  guint which = 0;

  if (reply == NULL)
    return -1;
  g_variant_get (reply, "(u)", &which);
  if (which < self->n_so_pins)
    return (int) which;
  g_set_error (error, YY_ERROR, YY_ERROR_DRIVER_FAILED, _ ("The driver %s answered nonsense: %s"),
               yy_driver_get_name (self->driver), "SetUserPin");
  return -1;
}

void
yy_token_session_generate_key_async (YyTokenSession *self,
                                     GBytes *id,
                                     const char *label,
                                     const char *type,
                                     guint bits,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  YyDriverCall *call = call_new ("GenerateKey", "(ay)");

  call->is_long = TRUE;
  begin (self, call, g_variant_new ("(@ayssu)", bytes_to_variant (id), label, type, bits), NULL,
         cancellable, callback, user_data);
}

static GBytes *
get_bytes (GVariant *reply)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (reply, 0);

  return g_variant_get_data_as_bytes (child);
}

static gboolean
is_spki (GBytes *bytes)
{
  gsize length = 0;
  const unsigned char *start = g_bytes_get_data (bytes, &length);
  const unsigned char *end = start;
  X509_PUBKEY *key = NULL;

  if (start == NULL || length > MAX_SPKI)
    return FALSE;
  key = d2i_X509_PUBKEY (NULL, &end, (long) length);
  X509_PUBKEY_free (key);
  return key != NULL && end == start + length;
}

GBytes *
yy_token_session_generate_key_finish (YyTokenSession *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = g_task_propagate_pointer (G_TASK (result), error);
  g_autoptr (GBytes) spki = reply == NULL ? NULL : get_bytes (reply);

  if (spki == NULL)
    return NULL;
  if (is_spki (spki))
    return g_steal_pointer (&spki);
  yy_set_openssl_error (error, YY_ERROR_INVALID_DATA, _ ("The token's public key is malformed"));
  return NULL;
}

static GVariant *
anchors_to_variant (GPtrArray *anchors)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (guint i = 0; i < anchors->len; i++)
    g_variant_builder_add_value (&builder,
                                 bytes_to_variant (yy_certificate_get_der (anchors->pdata[i])));
  return g_variant_builder_end (&builder);
}

void
yy_token_session_enrol_async (YyTokenSession *self,
                              const YyEnrolment *enrolment,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  YyDriverCall *call = call_new ("Enrol", "(ay)");
  GError *error = NULL;
  int index = add_secret (call, enrolment->secret, &error);
  GVariant *parameters =
      g_variant_new ("(@ays@aysh@aay)", bytes_to_variant (enrolment->id), enrolment->label,
                     bytes_to_variant (enrolment->subject), enrolment->reference, index,
                     anchors_to_variant (enrolment->anchors));

  call->is_long = TRUE;
  if (enrolment->transfer != NULL)
    call->transfer = on_transfer;
  if (!self->busy)
    {
      self->transfer = enrolment->transfer;
      self->transfer_data = enrolment->transfer_data;
    }
  begin (self, call, parameters, error, cancellable, callback, user_data);
}

YyCertificate *
yy_token_session_enrol_finish (YyTokenSession *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = g_task_propagate_pointer (G_TASK (result), error);
  g_autoptr (GBytes) der = reply == NULL ? NULL : get_bytes (reply);

  return der == NULL ? NULL : yy_certificate_new (der, error);
}

void
yy_token_session_return_transfer (YyTokenSession *self,
                                  gpointer transfer,
                                  GBytes *response,
                                  const GError *error)
{
  if (response == NULL && self->transfer != NULL)
    {
      g_clear_error (&self->transfer_error);
      self->transfer_error = g_error_copy (error);
    }
  yy_driver_return_transfer (self->driver, transfer, response, error);
}

/* The object */

static void
yy_token_session_dispose (GObject *object)
{
  YyTokenSession *self = YY_TOKEN_SESSION (object);

  if (self->driver != NULL)
    yy_token_session_close (self);
  g_clear_object (&self->driver);
  g_clear_object (&self->manager);
  G_OBJECT_CLASS (yy_token_session_parent_class)->dispose (object);
}

static void
yy_token_session_finalize (GObject *object)
{
  YyTokenSession *self = YY_TOKEN_SESSION (object);

  g_free (self->serial);
  g_clear_error (&self->transfer_error);
  G_OBJECT_CLASS (yy_token_session_parent_class)->finalize (object);
}

static void
yy_token_session_class_init (YyTokenSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = yy_token_session_dispose;
  G_OBJECT_CLASS (klass)->finalize = yy_token_session_finalize;
  progress_signal = g_signal_new ("progress", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
yy_token_session_init (YyTokenSession *self)
{
}
