/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-documents.h"

#include "order/yy-document.h"
#include "ra/ra-client-order.h"
#include "ra/ra-fault.h"
#include "ra/ra-document-files.h"

#define DAY (24 * 60 * 60)
/* What is replaced stays for a while, so an order must not replace without end. */
#define KIND        "upload"
#define MAX_UPLOADS 30

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* Whether the applicant may upload this now. */
static gboolean
check_wanted (const YyOrder *order, const char *name, GError **error)
{
  YyDocuments document = 0;
  guint wanted = yy_order_get_documents (order);

  if (!yy_document_from_nick (name, &document))
    return ra_fault_set (error, RA_FAULT_NOT_FOUND, "there is no such document");
  if (!ra_client_order_is_correctable (order))
    return ra_fault_set_state (error, "the order can no longer be corrected",
                               yy_order_state_get_nick (order->state));
  if ((wanted & document) != 0)
    return TRUE;
  return ra_fault_set (error, RA_FAULT_NOT_FOUND, "this document is not needed");
}

static gboolean
refuse (RaSite *site,
        const char *who,
        const YyOrder *order,
        const char *name,
        YyDocumentFault fault,
        GError **error)
{
  const char *nick = yy_document_fault_get_nick (fault);
  g_autofree char *why = g_strdup_printf ("%s: %s", name, nick);

  return ra_store_audit (site->store, who, "document.refused", order->number, why, error) &&
         ra_fault_set_reason (error, "the document cannot be taken", nick);
}

static gboolean
count_upload (RaSite *site, const YyOrder *order, GError **error)
{
  gint64 first = 0;
  guint count = 0;

  if (!ra_store_count_attempts (site->store, order->number, KIND, now () - DAY, &count, &first,
                                error))
    return FALSE;
  if (count < MAX_UPLOADS)
    return ra_store_add_attempt (site->store, order->number, KIND, error);
  return ra_fault_set_number (error, RA_FAULT_RATE_LIMITED, "too many uploads", "retry_after",
                              (guint) CLAMP (first + DAY - now (), 1, DAY));
}

static gboolean
begin_upload (RaSite *site,
              const YyOrder *order,
              const char *name,
              const RaAnnouncement *announcement,
              GError **error)
{
  g_autoptr (RaUpload) upload = ra_upload_new (order->number, name);

  if (!count_upload (site, order, error))
    return FALSE;
  upload->sha256 = g_strdup (announcement->sha256);
  upload->size = announcement->size;
  upload->file_name = g_strdup (announcement->file_name);
  upload->started = now ();
  return ra_store_save_upload (site->store, upload, error);
}

/* Whether what is announced is the document that is there, unharmed. */
static gboolean
is_there (RaSite *site, const RaDocument *document, const RaAnnouncement *announcement)
{
  g_autoptr (GBytes) contents = NULL;
  g_autoptr (GError) error = NULL;

  if (document == NULL || document->size != announcement->size ||
      !g_str_equal (document->sha256, announcement->sha256))
    return FALSE;
  contents = ra_document_files_read (site->directory, document->sha256, &error);
  if (contents == NULL)
    g_warning ("%s", error->message);
  return contents != NULL;
}

/* The document is there already: only what the applicant calls it may be new. */
static gboolean
keep_document (RaSite *site,
               RaDocument *document,
               const RaAnnouncement *announcement,
               RaArrival *arrival,
               GError **error)
{
  *arrival = (RaArrival){ document->size, TRUE };
  g_free (document->file_name);
  document->file_name = g_strdup (announcement->file_name);
  return ra_store_save_document (site->store, document, error) &&
         ra_store_drop_upload (site->store, document->order, document->name, error);
}

gboolean
ra_documents_announce (RaSite *site,
                       const char *who,
                       const YyOrder *order,
                       const char *name,
                       const RaAnnouncement *announcement,
                       RaArrival *arrival,
                       GError **error)
{
  g_autoptr (RaDocument) document = NULL;
  g_autoptr (RaUpload) upload = NULL;

  *arrival = (RaArrival){ 0, FALSE };
  if (!check_wanted (order, name, error))
    return FALSE;
  if (announcement->size <= 0 || announcement->size > YY_DOCUMENT_MAX_SIZE)
    return count_upload (site, order, error) &&
           refuse (site, who, order, name,
                   announcement->size <= 0 ? YY_DOCUMENT_EMPTY : YY_DOCUMENT_TOO_LARGE, error);
  if (!ra_store_get_document (site->store, order->number, name, &document, error) ||
      !ra_store_get_upload (site->store, order->number, name, &upload, error))
    return FALSE;
  if (is_there (site, document, announcement))
    return keep_document (site, document, announcement, arrival, error);
  if (upload == NULL || upload->size != announcement->size ||
      !g_str_equal (upload->sha256, announcement->sha256))
    return begin_upload (site, order, name, announcement, error);
  arrival->received = ra_document_files_received (site->directory, upload);
  g_free (upload->file_name);
  upload->file_name = g_strdup (announcement->file_name);
  return ra_store_save_upload (site->store, upload, error);
}

static YyDocumentFault
check_contents (const RaUpload *upload, GBytes *contents, YyDocumentInfo *info)
{
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, contents);

  return g_str_equal (sum, upload->sha256) ? yy_document_check (contents, info)
                                           : YY_DOCUMENT_DIGEST;
}

static gboolean
take_document (RaSite *site,
               const char *who,
               const RaUpload *upload,
               const YyDocumentInfo *info,
               GError **error)
{
  g_autoptr (RaDocument) document = ra_document_new (upload->order, upload->name);
  g_autofree char *why = g_strdup_printf ("%s, SHA-256 %s", upload->name, upload->sha256);

  document->sha256 = g_strdup (upload->sha256);
  document->size = upload->size;
  document->format = g_strdup (yy_document_format_get_suffix (info->format));
  document->file_name = g_strdup (upload->file_name);
  document->uploaded = now ();
  return ra_store_save_document (site->store, document, error) &&
         ra_store_drop_upload (site->store, upload->order, upload->name, error) &&
         ra_store_audit (site->store, who, "document.upload", upload->order, why, error);
}

/* The upload's file stays until it is cleaned away: when the store loses this transaction, the
   client sends the last piece once more. */
static gboolean
complete_upload (RaSite *site,
                 const char *who,
                 const YyOrder *order,
                 const RaUpload *upload,
                 GError **error)
{
  g_autoptr (GBytes) contents = ra_document_files_load (site->directory, upload, error);
  YyDocumentInfo info = { 0 };
  YyDocumentFault fault = YY_DOCUMENT_GOOD;

  if (contents == NULL)
    return FALSE;
  fault = check_contents (upload, contents, &info);
  if (fault == YY_DOCUMENT_GOOD)
    return ra_document_files_save (site->directory, upload->sha256, contents, error) &&
           take_document (site, who, upload, &info, error);
  return ra_store_drop_upload (site->store, upload->order, upload->name, error) &&
         refuse (site, who, order, upload->name, fault, error);
}

/* Nothing is under way: the last piece may have come a second time. */
static gboolean
append_to_nothing (RaSite *site,
                   const YyOrder *order,
                   const char *name,
                   gint64 offset,
                   GBytes *piece,
                   RaArrival *arrival,
                   GError **error)
{
  gint64 length = (gint64) g_bytes_get_size (piece);
  g_autoptr (RaDocument) document = NULL;
  g_autoptr (GBytes) contents = NULL;
  g_autoptr (GBytes) there = NULL;

  if (!ra_store_get_document (site->store, order->number, name, &document, error))
    return FALSE;
  if (document == NULL || offset + length != document->size)
    return ra_fault_set (error, RA_FAULT_NOT_FOUND, "no upload of this document was begun");
  contents = ra_document_files_read (site->directory, document->sha256, error);
  if (contents == NULL)
    return FALSE;
  there = g_bytes_new_from_bytes (contents, (gsize) offset, (gsize) length);
  if (!g_bytes_equal (there, piece))
    return ra_fault_set (error, RA_FAULT_NOT_FOUND, "no upload of this document was begun");
  *arrival = (RaArrival){ document->size, TRUE };
  return TRUE;
}

static gboolean
append (RaSite *site,
        const char *who,
        const YyOrder *order,
        RaUpload *upload,
        gint64 offset,
        GBytes *piece,
        GError **error)
{
  gint64 length = (gint64) g_bytes_get_size (piece);
  gint64 received = ra_document_files_received (site->directory, upload);

  if (offset != received)
    return ra_fault_set_number (error, RA_FAULT_CONFLICT, "this piece does not belong there",
                                "received", (guint) received);
  if (length > upload->size - offset)
    return ra_store_drop_upload (site->store, upload->order, upload->name, error) &&
           refuse (site, who, order, upload->name, YY_DOCUMENT_DIGEST, error);
  if (!ra_document_files_append (site->directory, upload, offset, piece, error))
    return FALSE;
  upload->received = offset + length;
  return upload->received == upload->size ? complete_upload (site, who, order, upload, error)
                                          : ra_store_save_upload (site->store, upload, error);
}

gboolean
ra_documents_append (RaSite *site,
                     const char *who,
                     const YyOrder *order,
                     const char *name,
                     gint64 offset,
                     GBytes *piece,
                     RaArrival *arrival,
                     GError **error)
{
  g_autoptr (RaUpload) upload = NULL;

  if (!check_wanted (order, name, error) ||
      !ra_store_get_upload (site->store, order->number, name, &upload, error))
    return FALSE;
  if (upload == NULL)
    return append_to_nothing (site, order, name, offset, piece, arrival, error);
  if (!append (site, who, order, upload, offset, piece, error))
    return FALSE;
  *arrival = (RaArrival){ upload->received, upload->received == upload->size };
  return TRUE;
}

static gboolean
forget (RaSite *site, GPtrArray **uploads, GHashTable **contents, GError **error)
{
  *uploads = ra_store_list_uploads (site->store, error);
  if (*uploads == NULL)
    return FALSE;
  for (guint i = (*uploads)->len; i > 0; i--)
    {
      const RaUpload *upload = (*uploads)->pdata[i - 1];

      if (upload->started > now () - DAY)
        continue;
      if (!ra_store_drop_upload (site->store, upload->order, upload->name, error))
        return FALSE;
      g_ptr_array_remove_index (*uploads, i - 1);
    }
  *contents = ra_store_list_contents (site->store, error);
  return *contents != NULL && ra_store_prune_attempts (site->store, now () - DAY, error);
}

gboolean
ra_documents_clean (RaSite *site, GError **error)
{
  g_autoptr (GPtrArray) uploads = NULL;
  g_autoptr (GHashTable) contents = NULL;

  if (!ra_store_begin (site->store, error))
    return FALSE;
  if (!forget (site, &uploads, &contents, error))
    {
      ra_store_rollback (site->store);
      return FALSE;
    }
  if (!ra_store_commit (site->store, error))
    return FALSE;
  ra_document_files_clean (site->directory, uploads, contents);
  return TRUE;
}
