/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-order-state.h"

#include <glib/gi18n.h>

static const struct
{
  const char *nick;
  const char *title;
} states[YY_ORDER_N_STATES] = {
  [YY_ORDER_DRAFT] = { "draft", N_ ("Draft") },
  [YY_ORDER_SUBMITTED] = { "submitted", N_ ("Submitted") },
  [YY_ORDER_AWAITING_PAYMENT] = { "awaiting-payment", N_ ("Awaiting payment") },
  [YY_ORDER_FIRST_REVIEW] = { "first-review", N_ ("First review") },
  [YY_ORDER_PAPERS_AWAITED] = { "papers-awaited", N_ ("Token posted, papers awaited") },
  [YY_ORDER_SECOND_REVIEW] = { "second-review", N_ ("Second review") },
  [YY_ORDER_READY] = { "ready", N_ ("Ready") },
  [YY_ORDER_COMPLETED] = { "completed", N_ ("Completed") },
  [YY_ORDER_CORRECTION_REQUESTED] = { "correction-requested", N_ ("Correction requested") },
  [YY_ORDER_WITHDRAWN] = { "withdrawn", N_ ("Withdrawn") },
  [YY_ORDER_REJECTED] = { "rejected", N_ ("Rejected") },
  [YY_ORDER_REFUNDED] = { "refunded", N_ ("Refunded") },
};

static const struct
{
  const char *nick;
  const char *title;
} events[YY_ORDER_N_EVENTS] = {
  [YY_ORDER_SUBMIT] = { "submit", N_ ("hand it in") },
  [YY_ORDER_ACCEPT] = { "accept", N_ ("take its documents") },
  [YY_ORDER_PAY] = { "pay", N_ ("pay it") },
  [YY_ORDER_APPROVE] = { "approve", N_ ("approve it") },
  [YY_ORDER_RECEIVE_PAPERS] = { "receive-papers", N_ ("receive its papers") },
  [YY_ORDER_COMPLETE] = { "complete", N_ ("complete it") },
  [YY_ORDER_REQUEST_CORRECTION] = { "request-correction", N_ ("ask for a correction of it") },
  [YY_ORDER_CORRECT] = { "correct", N_ ("correct it") },
  [YY_ORDER_WITHDRAW] = { "withdraw", N_ ("withdraw it") },
  [YY_ORDER_REJECT] = { "reject", N_ ("reject it") },
  [YY_ORDER_REFUND] = { "refund", N_ ("refund it") },
};

const char *
yy_order_state_get_nick (YyOrderState state)
{
  return states[state].nick;
}

const char *
yy_order_state_get_title (YyOrderState state)
{
  return _ (states[state].title);
}

gboolean
yy_order_state_from_nick (const char *nick, YyOrderState *state)
{
  for (guint i = 0; i < YY_ORDER_N_STATES; i++)
    if (g_strcmp0 (nick, states[i].nick) == 0)
      {
        *state = (YyOrderState) i;
        return TRUE;
      }
  return FALSE;
}

const char *
yy_order_event_get_nick (YyOrderEvent event)
{
  return events[event].nick;
}

const char *
yy_order_event_get_title (YyOrderEvent event)
{
  return _ (events[event].title);
}

/* Whether an order of this type stops in @state at all. */
static gboolean
passes_through (YyOrderType type, const YyOrderFacts *facts, YyOrderState state)
{
  const YyOrderTypeInfo *info = yy_order_type_get_info (type);

  switch ((int) state)
    {
    case YY_ORDER_AWAITING_PAYMENT:
      return facts->fee > 0 && !facts->paid;
    case YY_ORDER_FIRST_REVIEW:
      return info->review == YY_REVIEW_ONCE || info->review == YY_REVIEW_TWICE ||
             (info->review == YY_REVIEW_MATCHED && (!facts->agent_matches || facts->rejected));
    case YY_ORDER_PAPERS_AWAITED:
      return info->review == YY_REVIEW_TWICE && (info->post & YY_POST_PAPERS) != 0;
    case YY_ORDER_SECOND_REVIEW:
      return info->review == YY_REVIEW_TWICE;
    default:
      return TRUE;
    }
}

static YyOrderState
state_after (YyOrderType type, const YyOrderFacts *facts, YyOrderState state)
{
  do
    state++;
  while (!passes_through (type, facts, state));
  return state;
}

/* The one event that takes an order forward from each state. */
static gboolean
is_forward (YyOrderState state, YyOrderEvent event)
{
  switch ((int) state)
    {
    case YY_ORDER_DRAFT:
      return event == YY_ORDER_SUBMIT;
    case YY_ORDER_SUBMITTED:
      return event == YY_ORDER_ACCEPT;
    case YY_ORDER_AWAITING_PAYMENT:
      return event == YY_ORDER_PAY;
    case YY_ORDER_FIRST_REVIEW:
    case YY_ORDER_SECOND_REVIEW:
      return event == YY_ORDER_APPROVE;
    case YY_ORDER_PAPERS_AWAITED:
      return event == YY_ORDER_RECEIVE_PAPERS;
    case YY_ORDER_READY:
      return event == YY_ORDER_COMPLETE;
    default:
      return FALSE;
    }
}

/* A ready order that issues nothing can still be stopped: nothing has been made for it yet. */
static gboolean
is_stoppable (const YyOrderTypeInfo *info, YyOrderState state)
{
  return state == YY_ORDER_READY && !info->issues;
}

/* The person sees the reason in the client and goes on there; in the portal it is a new order. */
static gboolean
is_corrigible (const YyOrderTypeInfo *info, YyOrderState state)
{
  return state == YY_ORDER_CORRECTION_REQUESTED ||
         (state == YY_ORDER_REJECTED && info->start == YY_START_CLIENT);
}

static gboolean
is_reviewed (YyOrderState state)
{
  return state >= YY_ORDER_FIRST_REVIEW && state <= YY_ORDER_SECOND_REVIEW;
}

/* What leads off the straight way: TRUE and the state, or FALSE. */
static gboolean
sideways (const YyOrderTypeInfo *info,
          const YyOrderFacts *facts,
          YyOrderState state,
          YyOrderEvent event,
          YyOrderState *next)
{
  switch ((int) event)
    {
    case YY_ORDER_REQUEST_CORRECTION:
      *next = YY_ORDER_CORRECTION_REQUESTED;
      return is_reviewed (state);
    case YY_ORDER_CORRECT:
      *next = YY_ORDER_SUBMITTED;
      return is_corrigible (info, state);
    case YY_ORDER_WITHDRAW:
      *next = YY_ORDER_WITHDRAWN;
      return state < YY_ORDER_READY || is_stoppable (info, state) || is_corrigible (info, state);
    case YY_ORDER_REJECT:
      *next = YY_ORDER_REJECTED;
      return is_reviewed (state) || is_stoppable (info, state) ||
             state == YY_ORDER_CORRECTION_REQUESTED;
    case YY_ORDER_REFUND:
      *next = YY_ORDER_REFUNDED;
      return facts->paid && (state == YY_ORDER_WITHDRAWN || state == YY_ORDER_REJECTED);
    default:
      return FALSE;
    }
}

gboolean
yy_order_state_next (YyOrderType type,
                     const YyOrderFacts *facts,
                     YyOrderState state,
                     YyOrderEvent event,
                     YyOrderState *next,
                     GError **error)
{
  YyOrderFacts after = *facts;

  if (sideways (yy_order_type_get_info (type), facts, state, event, next))
    return TRUE;
  if (!is_forward (state, event))
    {
      g_set_error (error, YY_ERROR, YY_ERROR_REFUSED,
                   _ ("The order is in the state “%s”: it is not possible to %s"),
                   yy_order_state_get_title (state), yy_order_event_get_title (event));
      return FALSE;
    }
  after.paid = after.paid || event == YY_ORDER_PAY;
  *next = state_after (type, &after, state);
  return TRUE;
}
