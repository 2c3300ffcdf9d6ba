/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-preparation.h"

#include <glib/gi18n.h>

typedef struct
{
  YyService *service;
  YyTokenSession *session;
  char *serial;
  char *order;
  char *label;
  YySecret *present;
  YySecret *next;
  gboolean next_is_set; /* the card has the next SO PIN already */
} Run;

static void
run_free (gpointer data)
{
  Run *run = data;

  g_clear_object (&run->service);
  g_clear_object (&run->session);
  g_free (run->serial);
  g_free (run->order);
  g_free (run->label);
  yy_secret_free (run->present);
  yy_secret_free (run->next);
  g_free (run);
}

/* @error: (transfer full) (nullable): %NULL on success */
static void
finish (GTask *task, GError *error)
{
  Run *run = g_task_get_task_data (task);

  g_clear_pointer (&run->present, yy_secret_free);
  g_clear_pointer (&run->next, yy_secret_free);
  if (run->session != NULL)
    yy_token_session_close (run->session);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_reported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  yy_service_prepared_finish (YY_SERVICE (source), result, &error);
  finish (user_data, error);
}

static void
report (GTask *task)
{
  Run *run = g_task_get_task_data (task);

  yy_service_prepared_async (run->service, run->serial, run->order, g_task_get_cancellable (task),
                             on_reported, task);
}

static void
on_rotated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error))
    report (user_data);
  else
    finish (user_data, error);
}

static void on_formatted (GObject *source, GAsyncResult *result, gpointer user_data);

static void
format (GTask *task, const YySecret *so_pin)
{
  Run *run = g_task_get_task_data (task);

  yy_token_session_format_async (run->session, so_pin, run->label, g_task_get_cancellable (task),
                                 on_formatted, task);
}

/* The next SO PIN is tried when the present one is wrong: then an earlier preparation was
 * interrupted after it had set it. There is no third attempt. */
static void
on_formatted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean formatted = yy_token_session_finish (YY_TOKEN_SESSION (source), result, &error);

  if (!formatted && !run->next_is_set &&
      g_error_matches (error, YY_ERROR, YY_ERROR_SO_PIN_INCORRECT))
    {
      g_clear_error (&error);
      run->next_is_set = TRUE;
      format (task, run->next);
    }
  else if (!formatted)
    finish (task, error);
  else if (run->next_is_set)
    report (task);
  else
    yy_token_session_rotate_so_pin_async (run->session, run->present, run->next,
                                          g_task_get_cancellable (task), on_rotated, task);
}

static void
on_so_pins (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;

  if (!yy_service_prepare_finish (YY_SERVICE (source), result, &run->present, &run->next,
                                  &run->label, &error))
    {
      finish (task, error);
      return;
    }
  run->next_is_set = yy_secret_equal (run->present, run->next);
  format (task, run->present);
}

static gboolean
check_token (YyToken *token, GError **error)
{
  if (yy_token_is_so_pin_usable (token))
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_SO_PIN_LOCKED,
                       _ ("The token's unlocking code is locked or has one try left"));
  return FALSE;
}

void
yy_preparation_run_async (YyTokenManager *manager,
                          YyService *service,
                          const char *serial,
                          const char *module,
                          const char *order,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Run *run = g_new0 (Run, 1);
  g_autoptr (YyToken) token = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, yy_preparation_run_async);
  g_task_set_task_data (task, run, run_free);
  run->service = g_object_ref (service);
  run->serial = g_strdup (serial);
  run->order = g_strdup (order);
  run->session = yy_token_session_new (manager, serial, module, &error);
  if (run->session != NULL)
    token = yy_token_session_dup_snapshot (run->session);
  if (token == NULL || !check_token (token, &error))
    {
      finish (task, error);
      return;
    }
  yy_service_prepare_async (service, serial, yy_token_get_model (token), order, cancellable,
                            on_so_pins, task);
}

gboolean
yy_preparation_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
