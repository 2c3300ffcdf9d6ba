/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/cli.h"
#include "order/yy-document.h"
#include "order/yy-order.h"

G_BEGIN_DECLS

/* Files that a person gives to the program. What is in them is judged before anything is sent; when
 * it cannot be used, the exit status says so. */

/** input_file_read_details: Returns: (transfer full): the five details, for @token */
YyOrder *input_file_read_details (Cli *cli, const char *path, const char *token, GError **error);

/** InputDocument: @name: shown to the office */
typedef struct
{
  YyDocuments document;
  char *path;
  char *name;
  GBytes *contents;
} InputDocument;

void input_document_free (gpointer document);

/**
 * input_file_read_documents:
 * @arguments: (nullable) (array zero-terminated=1): "NAME=FILE" each
 *
 * Returns: (transfer full) (element-type InputDocument): all of them read and checked
 */
GPtrArray *input_file_read_documents (Cli *cli, char **arguments, GError **error);

G_END_DECLS
