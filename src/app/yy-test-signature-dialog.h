/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/yy-token-dialog.h"

G_BEGIN_DECLS

/**
 * YyTestSignatureDialog:
 *
 * Signs random data with a key on the token and verifies it with the certificate.
 */
#define YY_TYPE_TEST_SIGNATURE_DIALOG (yy_test_signature_dialog_get_type ())
G_DECLARE_FINAL_TYPE (YyTestSignatureDialog,
                      yy_test_signature_dialog,
                      YY,
                      TEST_SIGNATURE_DIALOG,
                      YyTokenDialog)

/** yy_test_signature_dialog_new: @id is the CKA_ID of certificate and key */
GtkWindow *yy_test_signature_dialog_new (YyClient *client, YyToken *token, GBytes *id);

G_END_DECLS
