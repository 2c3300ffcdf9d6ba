/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-client.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * YyUnlockDocuments:
 *
 * The form to print, and the documents to hand in. Signal: "submitted": the office has them now.
 */
#define YY_TYPE_UNLOCK_DOCUMENTS (yy_unlock_documents_get_type ())
G_DECLARE_FINAL_TYPE (YyUnlockDocuments, yy_unlock_documents, YY, UNLOCK_DOCUMENTS, AdwBin)

/** yy_unlock_documents_set_up: to be called once; @token: serial number */
void yy_unlock_documents_set_up (YyUnlockDocuments *self, YyClient *client, const char *token);

/** yy_unlock_documents_show: how the order stands */
void yy_unlock_documents_show (YyUnlockDocuments *self, YyTicket *ticket);

G_END_DECLS
