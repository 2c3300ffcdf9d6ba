/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "procedure/yy-pin-policy.h"
#include "token/yy-token.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * YyNewPin:
 *
 * Where a new PIN is chosen: typed twice, judged while it is typed. Property: "acceptable"
 * (read-only). Signal: "activate", when Enter was pressed on an acceptable PIN.
 */
#define YY_TYPE_NEW_PIN (yy_new_pin_get_type ())
G_DECLARE_FINAL_TYPE (YyNewPin, yy_new_pin, YY, NEW_PIN, GtkWidget)

/**
 * yy_new_pin_set_rules:
 * @policy: the CA's rules; they must outlive @self
 * @token: the token whose own limits count too
 */
void yy_new_pin_set_rules (YyNewPin *self, const YyPinPolicy *policy, YyToken *token);

/** yy_new_pin_is_acceptable: Returns: whether all rules are met and both entries are equal */
gboolean yy_new_pin_is_acceptable (YyNewPin *self);

/** yy_new_pin_take: Returns: (transfer full): the PIN; both entries are empty afterwards */
YySecret *yy_new_pin_take (YyNewPin *self);
/** yy_new_pin_dup: Returns: (transfer full): the PIN, which stays in both entries */
YySecret *yy_new_pin_dup (YyNewPin *self);
void yy_new_pin_clear (YyNewPin *self);

/** yy_new_pin_set_message: what is wrong with the last one that was taken */
void yy_new_pin_set_message (YyNewPin *self, const char *message);

G_END_DECLS
