/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-command.h"

#include "order/yy-order-fields.h"
#include "ra/ra-office.h"
#include "ra/ra-document-files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gi18n.h>

static char *output;

static void
print_line (const char *label, const char *value)
{
  g_autofree char *escaped = ra_command_escape (value);

  g_print ("%s: %s\n", label, escaped);
}

/* Fields have the names that a file of details gives them. */
static void
print_fields (const YyOrder *order)
{
  guint count = 0;
  const YyOrderField *fields = yy_order_fields (&count);

  print_line ("order.type", yy_order_type_get_info (order->type)->nick);
  if (yy_order_has_term (order->type))
    g_print ("order.years: %u\norder.seal: %s\n", order->years, order->seal ? "true" : "false");
  for (guint i = 0; i < count; i++)
    {
      const char *value = *yy_order_field_value (order, &fields[i]);
      g_autofree char *label = g_strdup_printf ("%s.%s", fields[i].group, fields[i].key);

      if (value != NULL)
        print_line (label, value);
    }
}

/* What whoever reviews has to compare: the last order's value where another one was given now. */
static void
print_differences (const YyOrder *order, const YyOrder *last)
{
  guint count = 0;
  const YyOrderField *fields = yy_order_fields (&count);

  print_line ("last.order", last->number);
  for (guint i = 0; i < count; i++)
    {
      const char *value = *yy_order_field_value (order, &fields[i]);
      const char *before = *yy_order_field_value (last, &fields[i]);
      g_autofree char *label = g_strdup_printf ("last.%s.%s", fields[i].group, fields[i].key);

      if (value != NULL && before != NULL && !g_str_equal (value, before))
        print_line (label, before);
    }
}

static void
print_documents (GPtrArray *documents)
{
  for (guint i = 0; i < documents->len; i++)
    {
      const RaDocument *document = documents->pdata[i];
      g_autofree char *uploaded = ra_command_format_time (document->uploaded);
      g_autofree char *label = g_strdup_printf ("document.%s", document->name);
      g_autofree char *value =
          g_strdup_printf ("%s, %" G_GINT64_FORMAT ", %s, %s", document->format, document->size,
                           uploaded, document->file_name);

      print_line (label, value);
    }
}

static void
print_order (const YyOrder *order, const YyOrder *last, GPtrArray *documents)
{
  g_autoptr (GDateTime) created = g_date_time_new_from_unix_local (order->created);
  g_autoptr (GDateTime) updated = g_date_time_new_from_unix_local (order->updated);
  g_autofree char *created_text = g_date_time_format (created, "%F %T");
  g_autofree char *updated_text = g_date_time_format (updated, "%F %T");
  g_autofree char *reason = ra_command_escape (order->reason);
  g_autofree char *token = ra_command_escape (order->token);

  g_print (_ ("Order %s: %s\n"), order->number, yy_order_state_get_title (order->state));
  if (order->reason != NULL)
    g_print (_ ("Reason: %s\n"), reason);
  if (order->token != NULL)
    g_print (_ ("Token: %s\n"), token);
  g_print (_ ("Created %s, changed %s\n"), created_text, updated_text);
  if (yy_order_type_get_info (order->type)->review == YY_REVIEW_MATCHED)
    g_print ("%s\n", order->agent_matches
                         ? _ ("The agent is the one of the token's last order")
                         : _ ("The agent is not the one of the token's last order"));
  if (order->rejected)
    g_print ("%s\n", _ ("It was rejected before: documents and a review are needed in any case"));
  print_fields (order);
  if (last != NULL)
    print_differences (order, last);
  print_documents (documents);
}

static JsonNode *
document_to_json (const RaDocument *document)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *uploaded = ra_command_format_time (document->uploaded);

  json_object_set_string_member (object, "name", document->name);
  json_object_set_string_member (object, "format", document->format);
  json_object_set_int_member (object, "size", document->size);
  json_object_set_string_member (object, "sha256", document->sha256);
  json_object_set_string_member (object, "file_name", document->file_name);
  json_object_set_string_member (object, "uploaded", uploaded);
  json_node_take_object (node, object);
  return node;
}

static void
print_json (const YyOrder *order, const YyOrder *last, GPtrArray *documents)
{
  JsonArray *array = json_array_new ();
  JsonArray *list = json_array_new ();
  JsonNode *node = yy_order_to_json (order);

  for (guint i = 0; i < documents->len; i++)
    json_array_add_element (list, document_to_json (documents->pdata[i]));
  json_object_set_array_member (json_node_get_object (node), "documents", list);
  json_object_set_boolean_member (json_node_get_object (node), "rejected", order->rejected);
  if (last != NULL)
    json_object_set_member (json_node_get_object (node), "last", yy_order_to_json (last));
  json_array_add_element (array, node);
  ra_command_print_json (array);
}

/* The order with whose details those of @order are compared; none for one that is none of these. */
static gboolean
find_last (RaSite *site, const YyOrder *order, YyOrder **last, GError **error)
{
  if (order->token == NULL || yy_order_type_get_info (order->type)->review != YY_REVIEW_MATCHED ||
      order->state == YY_ORDER_COMPLETED)
    return TRUE;
  return ra_store_get_last_order (site->store, order->token, last, error);
}

static gboolean
show (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = ra_command_open (error);
  g_autoptr (YyOrder) order = site == NULL ? NULL : ra_office_get_order (site, arguments[0], error);
  g_autoptr (YyOrder) last = NULL;
  g_autoptr (GPtrArray) documents =
      order == NULL || !find_last (site, order, &last, error)
          ? NULL
          : ra_store_list_documents (site->store, order->number, error);

  if (documents == NULL)
    return FALSE;
  if (ra_command_options.json)
    print_json (order, last, documents);
  else
    print_order (order, last, documents);
  return TRUE;
}

static RaDocument *
find_document (RaSite *site, const char *number, const char *name, GError **error)
{
  g_autoptr (YyOrder) order = ra_office_get_order (site, number, error);
  g_autoptr (RaDocument) document = NULL;

  if (order == NULL || !ra_store_get_document (site->store, number, name, &document, error))
    return NULL;
  if (document == NULL)
    g_set_error (error, YY_ERROR, YY_ERROR_REFUSED, _ ("The order %s has no document “%s”"), number,
                 name);
  return g_steal_pointer (&document);
}

/* Nobody has seen what cannot be shown: looked at before the audit log says who did. */
static gboolean
check_viewer (const RaDocument *document, GError **error)
{
  g_autofree char *file = g_strconcat (document->name, ".", document->format, NULL);
  g_autofree char *type = g_content_type_guess (file, NULL, 0, NULL);
  g_autoptr (GAppInfo) viewer = g_app_info_get_default_for_type (type, FALSE);
  const char *problem = NULL;

  if ((g_getenv ("DISPLAY") == NULL && g_getenv ("WAYLAND_DISPLAY") == NULL) ||
      g_getenv ("XDG_RUNTIME_DIR") == NULL || access (g_get_user_runtime_dir (), W_OK) != 0)
    problem = _ ("There is no desktop session here; --output is needed");
  else if (viewer == NULL)
    problem = _ ("No program here shows such a document; --output is needed");
  if (problem != NULL)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, problem);
  return problem == NULL;
}

/* The document, and what the audit log says of it. */
static GBytes *
take_out (RaSite *site, const char *number, const char *name, char **suffix, GError **error)
{
  g_autoptr (RaDocument) document = NULL;
  g_autoptr (GBytes) contents = NULL;

  if (!ra_store_begin (site->store, error))
    return NULL;
  document = find_document (site, number, name, error);
  if (document != NULL && (output != NULL || check_viewer (document, error)))
    contents = ra_document_files_read (site->directory, document->sha256, error);
  if (contents == NULL ||
      !ra_store_audit (site->store, ra_command_who (), "document.open", number, name, error))
    {
      ra_store_rollback (site->store);
      return NULL;
    }
  *suffix = g_strdup (document->format);
  return ra_store_commit (site->store, error) ? g_steal_pointer (&contents) : NULL;
}

typedef struct
{
  GMainLoop *loop;
  GError *error;
} Launch;

static void
launched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Launch *launch = user_data;

  g_app_info_launch_default_for_uri_finish (result, &launch->error);
  g_main_loop_quit (launch->loop);
}

/* A viewer may be started over the session bus: the message has to leave before we do. */
static gboolean
view (const char *path, GError **error)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, error);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GDBusConnection) bus = NULL;
  Launch launch = { loop, NULL };

  if (uri == NULL)
    return FALSE;
  g_app_info_launch_default_for_uri_async (uri, NULL, NULL, launched, &launch);
  g_main_loop_run (loop);
  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  if (bus != NULL)
    g_dbus_connection_flush_sync (bus, NULL, NULL);
  if (launch.error == NULL)
    return TRUE;
  g_propagate_error (error, launch.error);
  return FALSE;
}

/* The copy is where the user alone can look, and is gone when the session ends. */
static gboolean
view_copy (const char *name, const char *suffix, GBytes *contents, GError **error)
{
  g_autofree char *file = g_strconcat (name, ".", suffix, NULL);
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;

  folder = g_build_filename (g_get_user_runtime_dir (), "yinyao-ra-XXXXXX", NULL);
  if (g_mkdtemp_full (folder, 0700) == NULL)
    {
      int saved = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", folder,
                   g_strerror (saved));
      return FALSE;
    }
  path = g_build_filename (folder, file, NULL);
  return ra_command_write_file (path, contents, error) && view (path, error);
}

static gboolean
open_document (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = ra_command_open (error);
  g_autofree char *suffix = NULL;
  g_autoptr (GBytes) contents =
      site == NULL ? NULL : take_out (site, arguments[0], arguments[1], &suffix, error);

  if (contents == NULL)
    return FALSE;
  return output == NULL ? view_copy (arguments[1], suffix, contents, error)
                        : ra_command_write_file (output, contents, error);
}

static const GOptionEntry open_options[] = { { "output", 0, 0, G_OPTION_ARG_FILENAME, &output,
                                               N_ ("Write it there instead of showing it"),
                                               "FILE" },
                                             G_OPTION_ENTRY_NULL };

const RaCommand ra_command_order_show = { "order show", "NUMBER", 1,
                                          show,         NULL,     N_ ("Show one order") };
const RaCommand ra_command_order_open = { "order open", "NUMBER DOCUMENT",        2, open_document,
                                          open_options, N_ ("Look at a document") };
