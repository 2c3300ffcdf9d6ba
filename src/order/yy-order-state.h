/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"
#include "order/yy-order-type.h"

G_BEGIN_DECLS

/** YyOrderState: where an order stands */
typedef enum
{
  YY_ORDER_DRAFT,
  YY_ORDER_SUBMITTED,
  YY_ORDER_AWAITING_PAYMENT,
  YY_ORDER_FIRST_REVIEW,
  YY_ORDER_PAPERS_AWAITED, /* first review passed: the token is prepared and posted */
  YY_ORDER_SECOND_REVIEW,
  YY_ORDER_READY,
  YY_ORDER_COMPLETED,
  YY_ORDER_CORRECTION_REQUESTED,
  YY_ORDER_WITHDRAWN,
  YY_ORDER_REJECTED,
  YY_ORDER_REFUNDED,
} YyOrderState;
#define YY_ORDER_N_STATES 12

/** YyOrderEvent: what can happen to an order */
typedef enum
{
  YY_ORDER_SUBMIT,
  YY_ORDER_ACCEPT, /* the documents are complete */
  YY_ORDER_PAY,
  YY_ORDER_APPROVE,
  YY_ORDER_RECEIVE_PAPERS,
  YY_ORDER_COMPLETE,
  YY_ORDER_REQUEST_CORRECTION,
  YY_ORDER_CORRECT,
  YY_ORDER_WITHDRAW,
  YY_ORDER_REJECT,
  YY_ORDER_REFUND,
} YyOrderEvent;
#define YY_ORDER_N_EVENTS 11

/**
 * YyOrderFacts:
 * @fee: what the order costs
 * @paid: it was paid
 * @agent_matches: the agent is the one of the last order
 * @rejected: the office rejected it before
 *
 * What the way of an order depends on besides its type.
 */
typedef struct
{
  guint fee;
  gboolean paid;
  gboolean agent_matches;
  gboolean rejected;
} YyOrderFacts;

/** yy_order_state_get_nick: Returns: as in JSON and the database: "papers-awaited" */
const char *yy_order_state_get_nick (YyOrderState state);
/** yy_order_state_get_title: Returns: translated, for people */
const char *yy_order_state_get_title (YyOrderState state);
gboolean yy_order_state_from_nick (const char *nick, YyOrderState *state);
/** yy_order_event_get_nick: Returns: as in the audit log */
const char *yy_order_event_get_nick (YyOrderEvent event);
/** yy_order_event_get_title: Returns: translated, within a sentence: "reject it" */
const char *yy_order_event_get_title (YyOrderEvent event);

/**
 * yy_order_state_next:
 * @next: (out): the state after @event
 *
 * The state machine: which way an order of @type goes follows from the table of business types.
 * What @facts say is asked anew at every step: after a correction, an agent who matches by now goes
 * past the review. What the office rejected it always reviews itself, whoever the agent is. A ready
 * order that issues nothing can still be withdrawn or rejected; a rejected one that began in the
 * client can be corrected or withdrawn.
 *
 * Returns: %TRUE, or %FALSE with %YY_ERROR_REFUSED when @event is not possible in @state
 */
gboolean yy_order_state_next (YyOrderType type,
                              const YyOrderFacts *facts,
                              YyOrderState state,
                              YyOrderEvent event,
                              YyOrderState *next,
                              GError **error);

G_END_DECLS
