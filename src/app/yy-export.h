/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "certificate/yy-certificate.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * yy_export_certificate_async:
 * @parent: the window that asks; the source object of the result
 *
 * Asks for a file name and writes @certificate there: DER (RFC 5280) when the name ends in ".der"
 * or
 * ".cer", else PEM (RFC 7468). There is no private key in it.
 */
void yy_export_certificate_async (GtkWindow *parent,
                                  YyCertificate *certificate,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/** Returns: %FALSE with %G_IO_ERROR_CANCELLED when no file was chosen, or why writing failed */
gboolean yy_export_certificate_finish (GAsyncResult *result, GError **error);

G_END_DECLS
