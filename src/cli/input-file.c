/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/input-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "cli/exit-status.h"
#include "service/yy-shrink.h"

#define MAX_DETAILS (64 * 1024)

static gboolean
refuse (Cli *cli, GError **error, const char *path, const char *problem)
{
  cli->status = EXIT_STATUS_UNUSABLE_FILE;
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA, "%s: %s", path, problem);
  return FALSE;
}

/* Up to one byte more than @max, of whatever kind of file: a pipe is as good as any. */
static GBytes *
read_some (Cli *cli, const char *path, gsize max, GError **error)
{
  g_autoptr (GByteArray) array = g_byte_array_new ();
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  guint8 buffer[16384];
  ssize_t got = fd < 0 ? -1 : 0;

  while (fd >= 0 && array->len <= max)
    {
      got = read (fd, buffer, MIN (sizeof buffer, max + 1 - array->len));
      if (got <= 0 && !(got < 0 && errno == EINTR))
        break;
      g_byte_array_append (array, buffer, (guint) MAX (got, 0));
    }
  if (got < 0)
    refuse (cli, error, path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return got < 0 ? NULL : g_byte_array_free_to_bytes (g_steal_pointer (&array));
}

YyOrder *
input_file_read_details (Cli *cli, const char *path, const char *token, GError **error)
{
  g_autoptr (GBytes) bytes = read_some (cli, path, MAX_DETAILS, error);
  g_autoptr (GError) local = NULL;
  YyOrder *details = NULL;

  if (bytes == NULL)
    return NULL;
  if (g_bytes_get_size (bytes) > MAX_DETAILS)
    {
      refuse (cli, error, path, _ ("this is not a file of details: it is too long"));
      return NULL;
    }
  details = yy_order_new_from_key_file (bytes, &local);
  if (details == NULL)
    {
      refuse (cli, error, path, local->message);
      return NULL;
    }
  if (details->type != YY_ORDER_UNLOCK)
    {
      yy_order_free (details);
      refuse (cli, error, path, _ ("“type=unlock” is needed in the group [order]"));
      return NULL;
    }
  g_free (details->token);
  details->token = g_strdup (token);
  return details;
}

void
input_document_free (gpointer data)
{
  InputDocument *document = data;

  g_free (document->path);
  g_free (document->name);
  g_clear_pointer (&document->contents, g_bytes_unref);
  g_free (document);
}

static gboolean
set_unknown (const char *argument, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint bit = 1; bit <= YY_DOCUMENT_AGENT_IDENTITY; bit <<= 1)
    if ((yy_order_type_get_documents (YY_ORDER_UNLOCK, FALSE, FALSE) & bit) != 0)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "",
                              yy_document_get_nick ((YyDocuments) bit));
  g_set_error (error, YY_ERROR, YY_ERROR_USAGE,
               _ ("--upload %s: NAME=FILE is needed, with one of the names %s"), argument,
               names->str);
  return FALSE;
}

static gboolean
parse (const char *argument, GPtrArray *documents, GError **error)
{
  const char *sign = strchr (argument, '=');
  g_autofree char *nick = sign == NULL ? NULL : g_strndup (argument, (gsize) (sign - argument));
  InputDocument *document = NULL;
  YyDocuments name = YY_DOCUMENT_CERTIFICATE_FORM;

  if (nick == NULL || sign[1] == '\0' || !yy_document_from_nick (nick, &name) ||
      (yy_order_type_get_documents (YY_ORDER_UNLOCK, FALSE, FALSE) & (guint) name) == 0)
    return set_unknown (argument, error);
  for (guint i = 0; i < documents->len; i++)
    if (((InputDocument *) documents->pdata[i])->document == name)
      {
        g_set_error (error, YY_ERROR, YY_ERROR_USAGE, _ ("--upload %s is given twice"), nick);
        return FALSE;
      }
  document = g_new0 (InputDocument, 1);
  document->document = name;
  document->path = g_strdup (sign + 1);
  document->name = g_filename_display_basename (document->path);
  g_ptr_array_add (documents, document);
  return TRUE;
}

static gboolean
shrink (Cli *cli, InputDocument *document, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) contents = NULL;
  g_autofree char *name = document->name;
  g_autofree char *sentence = NULL;

  document->name = yy_shrink_dup_name (name);
  yy_shrink_async (document->contents, cli->cancellable, cli_ready, &result);
  cli_await (&result);
  contents = yy_shrink_finish (result, &local);
  if (contents == NULL && g_error_matches (local, YY_ERROR, YY_ERROR_INVALID_DATA))
    return refuse (cli, error, document->path, local->message);
  if (contents == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  sentence =
      yy_shrink_dup_sentence (g_bytes_get_size (document->contents), g_bytes_get_size (contents));
  g_printerr ("%s: %s\n", document->path, sentence);
  g_bytes_unref (document->contents);
  document->contents = g_steal_pointer (&contents);
  return TRUE;
}

static gboolean
load (Cli *cli, InputDocument *document, GError **error)
{
  YyDocumentInfo info = { 0 };
  YyDocumentFault fault = YY_DOCUMENT_GOOD;

  document->contents = read_some (cli, document->path, YY_DOCUMENT_MAX_ORIGINAL, error);
  if (document->contents == NULL)
    return FALSE;
  if (g_bytes_get_size (document->contents) > YY_DOCUMENT_MAX_SIZE &&
      !shrink (cli, document, error))
    return FALSE;
  fault = yy_document_check (document->contents, &info);
  return fault == YY_DOCUMENT_GOOD ||
         refuse (cli, error, document->path, yy_document_fault_get_message (fault));
}

GPtrArray *
input_file_read_documents (Cli *cli, char **arguments, GError **error)
{
  g_autoptr (GPtrArray) documents = g_ptr_array_new_with_free_func (input_document_free);

  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    if (!parse (arguments[i], documents, error))
      return NULL;
  for (guint i = 0; i < documents->len; i++)
    if (!load (cli, documents->pdata[i], error))
      return NULL;
  return g_steal_pointer (&documents);
}
