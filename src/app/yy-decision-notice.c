/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-decision-notice.h"

#include <glib/gi18n.h>

static char *
dup_id (const char *token)
{
  return g_strconcat ("order-", token, NULL);
}

static char *
dup_body (const YyOrder *order)
{
  if (order->state == YY_ORDER_READY)
    return g_strdup_printf (_ ("%s: get the verification code and choose a new PIN."),
                            order->organization);
  return g_strdup_printf ("%s: %s", order->organization,
                          order->reason == NULL ? _ ("no reason was given") : order->reason);
}

void
yy_decision_notice_send (GApplication *application, YyTicket *ticket)
{
  gboolean accepted = ticket->order->state == YY_ORDER_READY;
  g_autoptr (GNotification) notice = g_notification_new (
      accepted ? _ ("The token can be unlocked now") : _ ("The application was not accepted"));
  g_autofree char *body = dup_body (ticket->order);
  g_autofree char *id = dup_id (ticket->token);

  g_notification_set_body (notice, body);
  g_notification_set_priority (notice, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target (notice, "app.show-order", "s", ticket->token);
  g_application_send_notification (application, id, notice);
}

void
yy_decision_notice_withdraw (GApplication *application, const char *token)
{
  g_autofree char *id = dup_id (token);

  g_application_withdraw_notification (application, id);
}
