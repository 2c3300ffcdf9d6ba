/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-order-state.h"

#include <string.h>

#define BIT(event) (1u << YY_ORDER_##event)

/* The straight way of a type, as a list of the states' nicks. */
static char *
way_of (YyOrderType type, YyOrderFacts facts)
{
  YyOrderState state = YY_ORDER_DRAFT;
  GString *way = g_string_new ("draft");

  while (state != YY_ORDER_COMPLETED)
    {
      gboolean moved = FALSE;

      for (int event = YY_ORDER_SUBMIT; event <= YY_ORDER_COMPLETE && !moved; event++)
        moved = yy_order_state_next (type, &facts, state, (YyOrderEvent) event, &state, NULL);
      g_assert_true (moved);
      g_string_append_printf (way, " %s", yy_order_state_get_nick (state));
    }
  return g_string_free (way, FALSE);
}

static void
test_ways (void)
{
  static const char twice[] = "first-review papers-awaited second-review";
  static const struct
  {
    YyOrderType type;
    YyOrderFacts facts;
    const char *middle;
  } ways[] = {
    { YY_ORDER_APPLY, { 200 }, "awaiting-payment first-review papers-awaited second-review" },
    { YY_ORDER_APPLY, { 0 }, twice },
    { YY_ORDER_APPLY, { 200, TRUE }, twice },
    { YY_ORDER_RENEW, { 200 }, "awaiting-payment" },
    { YY_ORDER_REISSUE, { 200 }, "awaiting-payment first-review papers-awaited second-review" },
    { YY_ORDER_CHANGE, { 0 }, twice },
    { YY_ORDER_SEAL, { 0 }, "first-review" },
    { YY_ORDER_UNLOCK, { 0, FALSE, FALSE }, "first-review" },
    { YY_ORDER_UNLOCK, { 0, FALSE, TRUE }, NULL },
    { YY_ORDER_UNLOCK, { 0, FALSE, TRUE, TRUE }, "first-review" },
    { YY_ORDER_UNLOCK, { 0, FALSE, FALSE, TRUE }, "first-review" },
    { YY_ORDER_RENEW, { 0, FALSE, FALSE, TRUE }, NULL },
    { YY_ORDER_REVOKE, { 0 }, "first-review" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *way = way_of (ways[i].type, ways[i].facts);
      g_autofree char *wanted =
          g_strdup_printf ("draft submitted %s%sready completed",
                           ways[i].middle ? ways[i].middle : "", ways[i].middle ? " " : "");

      g_assert_cmpstr (way, ==, wanted);
    }
}

/* What each state allows, event by event. */
static const guint apply_events[YY_ORDER_N_STATES] = {
  [YY_ORDER_DRAFT] = BIT (SUBMIT) | BIT (WITHDRAW),
  [YY_ORDER_SUBMITTED] = BIT (ACCEPT) | BIT (WITHDRAW),
  [YY_ORDER_AWAITING_PAYMENT] = BIT (PAY) | BIT (WITHDRAW),
  [YY_ORDER_FIRST_REVIEW] =
      BIT (APPROVE) | BIT (REQUEST_CORRECTION) | BIT (WITHDRAW) | BIT (REJECT),
  [YY_ORDER_PAPERS_AWAITED] =
      BIT (RECEIVE_PAPERS) | BIT (REQUEST_CORRECTION) | BIT (WITHDRAW) | BIT (REJECT),
  [YY_ORDER_SECOND_REVIEW] =
      BIT (APPROVE) | BIT (REQUEST_CORRECTION) | BIT (WITHDRAW) | BIT (REJECT),
  [YY_ORDER_READY] = BIT (COMPLETE),
  [YY_ORDER_CORRECTION_REQUESTED] = BIT (CORRECT) | BIT (WITHDRAW) | BIT (REJECT),
  [YY_ORDER_WITHDRAWN] = BIT (REFUND),
  [YY_ORDER_REJECTED] = BIT (REFUND),
};

static void
assert_events (YyOrderType type, const YyOrderFacts *facts, const guint *allowed)
{
  for (int state = 0; state < YY_ORDER_N_STATES; state++)
    for (int event = 0; event < YY_ORDER_N_EVENTS; event++)
      {
        g_autoptr (GError) error = NULL;
        YyOrderState next = YY_ORDER_DRAFT;
        gboolean moved = yy_order_state_next (type, facts, (YyOrderState) state,
                                              (YyOrderEvent) event, &next, &error);

        g_test_message ("%s: %s in %s", yy_order_type_get_info (type)->nick,
                        yy_order_event_get_nick ((YyOrderEvent) event),
                        yy_order_state_get_nick ((YyOrderState) state));
        g_assert_cmpint (moved, ==, (allowed[state] >> event & 1) != 0);
        if (moved)
          continue;
        g_assert_error (error, YY_ERROR, YY_ERROR_REFUSED);
        g_assert_nonnull (strstr (error->message, yy_order_event_get_title ((YyOrderEvent) event)));
      }
}

/* Portal types that issue a certificate are as the application; the rest differs from it only when
   ready and when rejected. */
static void
test_events (void)
{
  const YyOrderFacts facts = { 200, TRUE, FALSE };

  for (int type = 0; type < YY_ORDER_N_TYPES; type++)
    {
      const YyOrderTypeInfo *info = yy_order_type_get_info ((YyOrderType) type);
      guint allowed[YY_ORDER_N_STATES];

      for (guint i = 0; i < YY_ORDER_N_STATES; i++)
        allowed[i] = apply_events[i];
      if (!info->issues)
        allowed[YY_ORDER_READY] |= BIT (WITHDRAW) | BIT (REJECT);
      if (info->start == YY_START_CLIENT)
        allowed[YY_ORDER_REJECTED] |= BIT (CORRECT) | BIT (WITHDRAW);
      assert_events ((YyOrderType) type, &facts, allowed);
    }
}

static void
test_unpaid (void)
{
  const YyOrderFacts facts = { 200, FALSE, FALSE };
  guint allowed[YY_ORDER_N_STATES];

  for (guint i = 0; i < YY_ORDER_N_STATES; i++)
    allowed[i] = apply_events[i] & ~BIT (REFUND);
  assert_events (YY_ORDER_APPLY, &facts, allowed);
}

/* Where each event leads. */
static void
test_targets (void)
{
  static const struct
  {
    YyOrderState state;
    YyOrderEvent event;
    YyOrderState next;
  } steps[] = {
    { YY_ORDER_DRAFT, YY_ORDER_WITHDRAW, YY_ORDER_WITHDRAWN },
    { YY_ORDER_FIRST_REVIEW, YY_ORDER_REQUEST_CORRECTION, YY_ORDER_CORRECTION_REQUESTED },
    { YY_ORDER_FIRST_REVIEW, YY_ORDER_APPROVE, YY_ORDER_READY },
    { YY_ORDER_FIRST_REVIEW, YY_ORDER_REJECT, YY_ORDER_REJECTED },
    { YY_ORDER_CORRECTION_REQUESTED, YY_ORDER_CORRECT, YY_ORDER_SUBMITTED },
    { YY_ORDER_CORRECTION_REQUESTED, YY_ORDER_WITHDRAW, YY_ORDER_WITHDRAWN },
    { YY_ORDER_REJECTED, YY_ORDER_CORRECT, YY_ORDER_SUBMITTED },
    { YY_ORDER_REJECTED, YY_ORDER_WITHDRAW, YY_ORDER_WITHDRAWN },
    { YY_ORDER_READY, YY_ORDER_REJECT, YY_ORDER_REJECTED },
    { YY_ORDER_READY, YY_ORDER_WITHDRAW, YY_ORDER_WITHDRAWN },
    { YY_ORDER_READY, YY_ORDER_COMPLETE, YY_ORDER_COMPLETED },
  };
  const YyOrderFacts facts = { 0, FALSE, FALSE };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      YyOrderState next = YY_ORDER_DRAFT;
      g_autoptr (GError) error = NULL;

      yy_order_state_next (YY_ORDER_UNLOCK, &facts, steps[i].state, steps[i].event, &next, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (yy_order_state_get_nick (next), ==, yy_order_state_get_nick (steps[i].next));
    }
}

/* To be corrected because of other details than those of the last order; then they are those. */
static void
test_decided_anew (void)
{
  YyOrderFacts facts = { 0, FALSE, FALSE };
  YyOrderState state = YY_ORDER_CORRECTION_REQUESTED;

  g_assert_true (
      yy_order_state_next (YY_ORDER_UNLOCK, &facts, state, YY_ORDER_CORRECT, &state, NULL));
  g_assert_true (
      yy_order_state_next (YY_ORDER_UNLOCK, &facts, state, YY_ORDER_ACCEPT, &state, NULL));
  g_assert_cmpint (state, ==, YY_ORDER_FIRST_REVIEW);
  g_assert_true (yy_order_state_next (YY_ORDER_UNLOCK, &facts, state, YY_ORDER_REQUEST_CORRECTION,
                                      &state, NULL));
  g_assert_true (
      yy_order_state_next (YY_ORDER_UNLOCK, &facts, state, YY_ORDER_CORRECT, &state, NULL));
  facts.agent_matches = TRUE;
  g_assert_true (
      yy_order_state_next (YY_ORDER_UNLOCK, &facts, state, YY_ORDER_ACCEPT, &state, NULL));
  g_assert_cmpint (state, ==, YY_ORDER_READY);
}

/* What the office has rejected, nobody but the office lets pass. */
static void
test_rejection_stands (void)
{
  static const YyOrderEvent way[] = { YY_ORDER_CORRECT, YY_ORDER_ACCEPT, YY_ORDER_APPROVE };
  static const YyOrderState states[] = { YY_ORDER_SUBMITTED, YY_ORDER_FIRST_REVIEW,
                                         YY_ORDER_READY };
  const YyOrderFacts facts = { .agent_matches = TRUE, .rejected = TRUE };
  YyOrderState state = YY_ORDER_REJECTED;

  for (guint i = 0; i < G_N_ELEMENTS (way); i++)
    {
      g_assert_true (yy_order_state_next (YY_ORDER_UNLOCK, &facts, state, way[i], &state, NULL));
      g_assert_cmpint (state, ==, states[i]);
    }
}

static void
test_document_names (void)
{
  static const char *const nicks[] = { "certificate-form", "seal-form", "licence",
                                       "agent-identity" };

  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    {
      YyDocuments document = (YyDocuments) 0;

      g_assert_true (yy_document_from_nick (nicks[i], &document));
      g_assert_cmpint (document, ==, 1 << i);
      g_assert_cmpstr (yy_document_get_nick (document), ==, nicks[i]);
      g_assert_cmpstr (yy_document_get_title (document), !=, "");
    }
  g_assert_false (yy_document_from_nick ("form", &(YyDocuments){ 0 }));
  g_assert_false (yy_document_from_nick (NULL, &(YyDocuments){ 0 }));
}

static void
test_documents_and_fees (void)
{
  guint all = YY_DOCUMENT_CERTIFICATE_FORM | YY_DOCUMENT_SEAL_FORM | YY_DOCUMENT_LICENCE |
              YY_DOCUMENT_AGENT_IDENTITY;

  g_assert_cmpuint (yy_order_type_get_documents (YY_ORDER_APPLY, TRUE, FALSE), ==, all);
  g_assert_cmpuint (yy_order_type_get_documents (YY_ORDER_APPLY, FALSE, FALSE), ==,
                    all & ~(guint) YY_DOCUMENT_SEAL_FORM);
  g_assert_cmpuint (yy_order_type_get_documents (YY_ORDER_RENEW, FALSE, FALSE), ==, 0);
  g_assert_cmpuint (yy_order_type_get_documents (YY_ORDER_SEAL, TRUE, FALSE), ==,
                    YY_DOCUMENT_SEAL_FORM);
  g_assert_cmpuint (yy_order_type_get_documents (YY_ORDER_UNLOCK, FALSE, TRUE), ==, 0);
  g_assert_cmpuint (yy_order_type_get_documents (YY_ORDER_UNLOCK, FALSE, FALSE), ==,
                    all & ~(guint) YY_DOCUMENT_SEAL_FORM);
  g_assert_cmpuint (yy_order_type_get_fee (YY_ORDER_APPLY, 200, 3), ==, 600);
  g_assert_cmpuint (yy_order_type_get_fee (YY_ORDER_REISSUE, 200, 3), ==, 200);
  g_assert_cmpuint (yy_order_type_get_fee (YY_ORDER_CHANGE, 200, 3), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/order-state/ways", test_ways);
  g_test_add_func ("/order-state/events", test_events);
  g_test_add_func ("/order-state/unpaid", test_unpaid);
  g_test_add_func ("/order-state/targets", test_targets);
  g_test_add_func ("/order-state/decided-anew", test_decided_anew);
  g_test_add_func ("/order-state/rejection-stands", test_rejection_stands);
  g_test_add_func ("/order-state/documents-and-fees", test_documents_and_fees);
  g_test_add_func ("/order-state/document-names", test_document_names);
  return g_test_run ();
}
