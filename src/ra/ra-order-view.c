/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-order-view.h"

#include "ra/ra-document-files.h"
#include "ra/ra-verification.h"

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text == NULL)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

/* The profile's word for it, which is in the language of the CA's customers. */
static char *
dup_title (RaSite *site, YyDocuments document)
{
  char *title = g_key_file_get_string (yy_profile_get_key_file (site->profile), "documents",
                                       yy_document_get_nick (document), NULL);

  return title == NULL ? g_strdup (yy_document_get_title (document)) : title;
}

/* An upload that is under way is shown in place of the document it will replace. */
static gboolean
add_document (JsonBuilder *builder,
              RaSite *site,
              const YyOrder *order,
              YyDocuments which,
              GError **error)
{
  const char *name = yy_document_get_nick (which);
  g_autofree char *title = dup_title (site, which);
  g_autoptr (RaDocument) document = NULL;
  g_autoptr (RaUpload) upload = NULL;
  gint64 size = 0;
  gint64 received = 0;

  if (!ra_store_get_document (site->store, order->number, name, &document, error) ||
      !ra_store_get_upload (site->store, order->number, name, &upload, error))
    return FALSE;
  if (upload != NULL)
    {
      size = upload->size;
      received = ra_document_files_received (site->directory, upload);
    }
  else if (document != NULL)
    size = received = document->size;
  json_builder_begin_object (builder);
  add_text (builder, "name", name);
  add_text (builder, "title", title);
  add_number (builder, "received", received);
  add_number (builder, "size", size);
  add_text (builder, "sha256", upload ? upload->sha256 : document ? document->sha256 : NULL);
  add_text (builder, "file_name",
            upload     ? upload->file_name
            : document ? document->file_name
                       : NULL);
  json_builder_set_member_name (builder, "complete");
  json_builder_add_boolean_value (builder, upload == NULL && document != NULL);
  json_builder_end_object (builder);
  return TRUE;
}

static gboolean
add_documents (JsonBuilder *builder, RaSite *site, const YyOrder *order, GError **error)
{
  guint wanted = yy_order_get_documents (order);

  json_builder_set_member_name (builder, "documents");
  json_builder_begin_array (builder);
  for (guint bit = 1; bit != 0 && bit <= wanted; bit <<= 1)
    if ((wanted & bit) != 0 && !add_document (builder, site, order, (YyDocuments) bit, error))
      return FALSE;
  json_builder_end_array (builder);
  return TRUE;
}

static gboolean
add_code (JsonBuilder *builder, RaSite *site, const YyOrder *order, GError **error)
{
  g_auto (RaVerification) code = { 0 };

  if (!ra_verification_describe (site, order, &code, error))
    return FALSE;
  json_builder_set_member_name (builder, "code");
  if (code.to == NULL)
    {
      json_builder_add_null_value (builder);
      return TRUE;
    }
  json_builder_begin_object (builder);
  add_text (builder, "to", code.to);
  add_text (builder, "delivery", code.delivery);
  add_number (builder, "resend_after", code.resend_after);
  add_number (builder, "expires_in", code.expires_in);
  add_number (builder, "tries_left", code.tries_left);
  json_builder_end_object (builder);
  return TRUE;
}

/* As everywhere else, but for what is none of the applicant's business. */
static void
add_members (JsonBuilder *builder, const YyOrder *order)
{
  g_autoptr (JsonNode) node = yy_order_to_json (order);
  JsonObject *object = json_node_get_object (node);
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *member = NULL;

  json_object_remove_member (object, "paid");
  if (order->rejected)
    json_object_set_boolean_member (object, "agent_matches", FALSE);
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      json_builder_set_member_name (builder, name);
      json_builder_add_value (builder, json_node_copy (member));
    }
}

gboolean
ra_order_view_add (JsonBuilder *builder, RaSite *site, const YyOrder *order, GError **error)
{
  json_builder_set_member_name (builder, "order");
  json_builder_begin_object (builder);
  add_members (builder, order);
  if (!add_documents (builder, site, order, error) || !add_code (builder, site, order, error))
    return FALSE;
  json_builder_end_object (builder);
  return TRUE;
}
