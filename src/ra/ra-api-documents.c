/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-api.h"

#include "ra/ra-fault.h"
#include "ra/ra-document-files.h"
#include "ra/ra-documents.h"

#define PIECE_TYPE    "application/octet-stream"
#define MAX_FILE_NAME 1024

static gboolean
answer_arrival (const RaArrival *arrival, RaAnswer *answer)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "received");
  json_builder_add_int_value (builder, arrival->received);
  json_builder_set_member_name (builder, "complete");
  json_builder_add_boolean_value (builder, arrival->complete);
  json_builder_end_object (builder);
  ra_api_set_json (answer, builder);
  return TRUE;
}

static gboolean
get_size (JsonObject *body, gint64 *size, GError **error)
{
  JsonNode *node = json_object_get_member (body, "size");

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64)
    return ra_fault_set (error, RA_FAULT_MALFORMED, "“size” must be a number of bytes");
  *size = json_node_get_int (node);
  return *size >= 0 || ra_fault_set (error, RA_FAULT_MALFORMED, "“size” is negative");
}

static gboolean
announce (RaApi *api,
          const RaRequest *request,
          const char *who,
          const YyOrder *order,
          const RaAnnouncement *announcement,
          RaArrival *arrival,
          GError **error)
{
  g_autoptr (GError) local = NULL;

  if (ra_documents_announce (api->site, who, order, request->variables[1], announcement, arrival,
                             &local))
    return TRUE;
  if (!g_error_matches (local, RA_FAULT, RA_FAULT_RATE_LIMITED) ||
      ra_api_tell_limited (api, who, "upload", order->number, error))
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
ra_api_announce_document (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (YyOrder) order = ra_api_open_order (api, request, &who, error);
  g_autoptr (JsonObject) body = order == NULL ? NULL : ra_api_parse (request, error);
  const char *typed = body == NULL ? NULL : ra_api_get_text (body, "sha256", 64, error);
  const char *name =
      typed == NULL ? NULL : ra_api_get_text (body, "file_name", MAX_FILE_NAME, error);
  g_autofree char *sha256 = NULL;
  RaAnnouncement announcement = { 0 };
  RaArrival arrival = { 0 };

  if (name == NULL || !get_size (body, &announcement.size, error))
    return FALSE;
  sha256 = g_ascii_strdown (typed, -1);
  if (!ra_document_files_is_sha256 (sha256))
    return ra_fault_set (error, RA_FAULT_MALFORMED, "“sha256” must be 64 hexadecimal digits");
  announcement.sha256 = sha256;
  announcement.file_name = name;
  return announce (api, request, who, order, &announcement, &arrival, error) &&
         answer_arrival (&arrival, answer);
}

gboolean
ra_api_append_document (RaApi *api, const RaRequest *request, RaAnswer *answer, GError **error)
{
  g_autofree char *who = NULL;
  g_autoptr (YyOrder) order = ra_api_open_order (api, request, &who, error);
  guint64 offset = 0;
  RaArrival arrival = { 0 };

  if (order == NULL)
    return FALSE;
  if (g_strcmp0 (request->content_type, PIECE_TYPE) != 0)
    return ra_fault_set (error, RA_FAULT_MALFORMED, "the content type must be " PIECE_TYPE);
  if (g_bytes_get_size (request->body) == 0)
    return ra_fault_set (error, RA_FAULT_MALFORMED, "the piece is empty");
  if (!g_ascii_string_to_unsigned (request->variables[2], 10, 0, G_MAXINT, &offset, NULL))
    return ra_fault_set (error, RA_FAULT_MALFORMED, "the offset is malformed");
  return ra_documents_append (api->site, who, order, request->variables[1], (gint64) offset,
                              request->body, &arrival, error) &&
         answer_arrival (&arrival, answer);
}
