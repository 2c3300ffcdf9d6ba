/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "service/yy-call.h"
#include "service/yy-ticket-reply.h"

#define PIECE (64 * 1024)
/* Another client may be sending the same document; a service must not make this go on for ever. */
#define MAX_REQUESTS (4 * YY_DOCUMENT_MAX_SIZE / PIECE)

/* Characters of a file's name. */
#define MAX_NAME 100

#define NOT_CHANGEABLE                                                                             \
  N_ ("The order was handed in: its documents can be changed only when the CA has decided")

/* Milliseconds to wait before a service that could not be reached is tried again. */
static const guint pauses[] = { 500, 1000, 2000, 4000 };

typedef struct
{
  YyTicket *ticket;
  YyDocuments document;
  GBytes *contents;
  char *sha256;
  char *file_name;
  YyUploadProgressFunc progress;
  gpointer progress_data;
  guint64 received;
  guint requests;
  guint failures; /* in a row */
  gboolean begun;
} Upload;

static void begin (GTask *task);
static void send_piece (GTask *task);

static void
upload_free (gpointer data)
{
  Upload *upload = data;

  yy_ticket_unref (upload->ticket);
  g_bytes_unref (upload->contents);
  g_free (upload->sha256);
  g_free (upload->file_name);
  g_free (upload);
}

static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  YyTicket *ticket = yy_service_ticket_finish (YY_SERVICE (source), result, &error);

  if (ticket == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, ticket, (GDestroyNotify) yy_ticket_unref);
}

static gboolean
on_pause_over (gpointer data)
{
  GTask *task = data;

  if (g_task_return_error_if_cancelled (task))
    g_object_unref (task);
  else
    begin (task);
  return G_SOURCE_REMOVE;
}

static gboolean
dispatch_parent (GCancellable *cancellable, gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* A pause that ends early when the upload is cancelled. */
static void
pause_upload (GTask *task, guint milliseconds)
{
  g_autoptr (GSource) timer = g_timeout_source_new (milliseconds);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_callback (cancelled, G_SOURCE_FUNC (dispatch_parent), NULL, NULL);
      g_source_add_child_source (timer, cancelled);
    }
  g_source_set_callback (timer, on_pause_over, task, NULL);
  g_source_attach (timer, g_main_context_get_thread_default ());
}

static void
handle_failure (GTask *task, GError *error)
{
  Upload *upload = g_task_get_task_data (task);

  if (!upload->begun || upload->failures == G_N_ELEMENTS (pauses) ||
      !g_error_matches (error, YY_ERROR, YY_ERROR_SERVICE_UNREACHABLE))
    {
      fail (task, error);
      return;
    }
  g_error_free (error);
  pause_upload (task, pauses[upload->failures++]);
}

static void
note_progress (Upload *upload, guint64 received)
{
  upload->received = received;
  upload->failures = 0;
  if (upload->progress != NULL)
    upload->progress (received, g_bytes_get_size (upload->contents), upload->progress_data);
}

static void
handle_answer (GTask *task, const YyUploaded *uploaded)
{
  Upload *upload = g_task_get_task_data (task);

  upload->begun = TRUE;
  if (uploaded->elsewhere)
    {
      begin (task);
      return;
    }
  note_progress (upload, uploaded->received);
  if (uploaded->complete)
    yy_service_act_async (g_task_get_source_object (task), upload->ticket, YY_TICKET_REFRESH,
                          g_task_get_cancellable (task), on_refreshed, task);
  else
    send_piece (task);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  g_autofree YyUploaded *uploaded =
      yy_call_finish (YY_SERVICE (source), yy_service_upload_async, result, &error);

  if (uploaded == NULL)
    handle_failure (task, error);
  else
    handle_answer (task, uploaded);
}

static gpointer
read_uploaded (YyService *self, YyCall *call, YyHttpAnswer *answer, GError **error)
{
  return yy_reply_read_uploaded (answer, YY_DOCUMENT_MAX_SIZE, error);
}

/* Takes @call. */
static void
start (GTask *task, YyCall *call)
{
  Upload *upload = g_task_get_task_data (task);

  call->hints.not_ready = NOT_CHANGEABLE;
  upload->requests++;
  yy_call_start (g_task_get_source_object (task), yy_service_upload_async, call,
                 g_task_get_cancellable (task), on_answer, task);
}

/* Whoever else is sending this document, or another in its place: somebody has to give in. */
static gboolean
has_patience (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);

  if (upload->requests < MAX_REQUESTS)
    return TRUE;
  fail (task, g_error_new_literal (YY_ERROR, YY_ERROR_SERVICE_FAILED,
                                   _ ("The document does not arrive: it is being uploaded from "
                                      "another computer, too, or the CA's service is at fault")));
  return FALSE;
}

static YyCall *
new_call (Upload *upload, const char *rest)
{
  g_autofree char *what =
      g_strconcat ("documents/", yy_document_get_nick (upload->document), rest, NULL);

  return yy_call_new_for_ticket ("POST", upload->ticket, what, read_uploaded, g_free);
}

static void
begin (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (JsonNode) body = NULL;
  YyCall *call = NULL;

  if (!has_patience (task))
    return;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "size");
  json_builder_add_int_value (builder, (gint64) g_bytes_get_size (upload->contents));
  json_builder_set_member_name (builder, "sha256");
  json_builder_add_string_value (builder, upload->sha256);
  json_builder_set_member_name (builder, "file_name");
  json_builder_add_string_value (builder, upload->file_name);
  json_builder_end_object (builder);
  body = json_builder_get_root (builder);
  call = new_call (upload, NULL);
  yy_call_set_json (call, body);
  start (task, call);
}

static void
send_piece (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  gsize size = g_bytes_get_size (upload->contents);
  g_autofree char *rest = g_strdup_printf ("/%" G_GUINT64_FORMAT, upload->received);
  YyCall *call = NULL;

  if (!has_patience (task))
    return;
  if (upload->received >= size)
    {
      fail (task, g_error_new_literal (YY_ERROR, YY_ERROR_SERVICE_FAILED,
                                       _ ("The CA's service has the whole document, but does not "
                                          "say whether it takes it")));
      return;
    }
  call = new_call (upload, rest);
  call->astray = TRUE;
  call->request.content_type = "application/octet-stream";
  call->request.body = g_bytes_new_from_bytes (upload->contents, upload->received,
                                               MIN (PIECE, size - upload->received));
  start (task, call);
}

/* A file may be called anything; the office is shown one line of text. */
static char *
dup_name (const char *file_name, YyDocuments document)
{
  g_autofree char *valid = g_utf8_make_valid (file_name == NULL ? "" : file_name, -1);
  g_autoptr (GString) name = g_string_new (NULL);
  guint length = 0;

  for (const char *p = valid; *p != '\0' && length < MAX_NAME; p = g_utf8_next_char (p), length++)
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (name, g_unichar_isprint (c) ? c : '_');
    }
  return length > 0 ? g_string_free (g_steal_pointer (&name), FALSE)
                    : g_strdup (yy_document_get_nick (document));
}

static gboolean
check (GBytes *contents, GError **error)
{
  YyDocumentInfo info = { 0 };
  YyDocumentFault fault = yy_document_check (contents, &info);

  if (fault == YY_DOCUMENT_GOOD)
    return TRUE;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_INVALID_DATA,
                       yy_document_fault_get_message (fault));
  return FALSE;
}

void
yy_service_upload_async (YyService *self,
                         YyTicket *ticket,
                         YyDocuments document,
                         GBytes *contents,
                         const char *file_name,
                         YyUploadProgressFunc progress,
                         gpointer progress_data,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Upload *upload = g_new0 (Upload, 1);
  GError *error = NULL;

  /* As the calls that answer with a ticket: they end in the same function. */
  g_task_set_source_tag (task, yy_service_ticket_finish);
  upload->ticket = yy_ticket_ref (ticket);
  upload->document = document;
  upload->contents = g_bytes_ref (contents);
  upload->file_name = dup_name (file_name, document);
  upload->progress = progress;
  upload->progress_data = progress_data;
  g_task_set_task_data (task, upload, upload_free);
  if (!check (contents, &error))
    {
      fail (task, error);
      return;
    }
  upload->sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, contents);
  begin (task);
}
