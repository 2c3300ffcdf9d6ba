/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-unlock-way.h"

#include <glib/gi18n.h>

#include "app/yy-tickets.h"

static gboolean
can_correct (const YyOrder *order)
{
  return order->state == YY_ORDER_DRAFT || order->state == YY_ORDER_REJECTED ||
         order->state == YY_ORDER_CORRECTION_REQUESTED;
}

gboolean
yy_unlock_way_is_correctable (YyTicket *ticket)
{
  return ticket != NULL && ticket->order != NULL && can_correct (ticket->order);
}

const char *
yy_unlock_way_choose (const YyOrder *order, YyUnlockLook look)
{
  if (look == YY_UNLOCK_LOOK_AT_DETAILS)
    return "details";
  if (order->state == YY_ORDER_DRAFT || look == YY_UNLOCK_LOOK_AT_DOCUMENTS)
    return "documents";
  if (order->state == YY_ORDER_READY)
    return "code";
  return can_correct (order) ? "rejected" : "waiting";
}

char *
yy_unlock_way_dup_notice (YyTicket *ticket)
{
  if (ticket == NULL || ticket->order == NULL || ticket->order->type != YY_ORDER_UNLOCK)
    return NULL;
  if (ticket->order->state == YY_ORDER_DRAFT)
    return g_strdup (
        _ ("An application to unlock this token was begun and not handed in yet. Press "
           "“Forgot PIN” to go on with it."));
  if (ticket->order->state == YY_ORDER_READY)
    return g_strdup (_ ("A new PIN can be set for this token now. Press “Forgot PIN” to get the "
                        "verification code."));
  if (can_correct (ticket->order))
    return g_strdup (_ ("The application to unlock this token was not accepted. Press “Forgot PIN” "
                        "to see the reason and to correct it."));
  return yy_ticket_is_over (ticket)
             ? NULL
             : g_strdup (_ ("The application to unlock this token is under review."));
}

/* Where the agent was known, there was nothing to hand in and to look at. */
void
yy_unlock_way_show (YyStepBar *bar, gboolean known, const char *page, gboolean done)
{
  const char *const all[] = { _ ("Details"), _ ("Documents"), _ ("Review"), _ ("New PIN"), NULL };
  const char *const short_way[] = { all[0], all[3], NULL };
  guint last = known ? 1 : 3;
  guint current = 0;

  if (g_str_equal (page, "documents"))
    current = 1;
  else if (g_str_equal (page, "waiting") || g_str_equal (page, "rejected"))
    current = 2;
  else if (g_str_equal (page, "code") || g_str_equal (page, "run"))
    current = done ? last + 1 : last;
  yy_step_bar_show (bar, known ? short_way : all, current);
}
