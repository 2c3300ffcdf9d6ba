/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-agent-match.h"

static YyOrder *
make_order (void)
{
  YyOrder *order = yy_order_new (YY_ORDER_UNLOCK);

  order->organization = g_strdup ("示例文具 ACME 有限公司");
  order->agent_name = g_strdup ("阿卜杜拉·买买提");
  order->agent_document_type = g_strdup ("passport");
  order->agent_document_number = g_strdup ("E12345678");
  order->agent_mobile = g_strdup ("13800000000");
  return order;
}

static void
test_normalise (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean same;
  } pairs[] = {
    { "张三", "张三", TRUE },
    { "张三", "张四", FALSE },
    { "张三", "", FALSE },
    { " 张\u3000三\u00a0\t", "张三", TRUE },
    /* full width, ligatures, case in every script */
    { "ACME株式会社", "acme株式会社", TRUE },
    { "ﬁle", "FILE", TRUE },
    { "STRASSE", "straße", TRUE },
    { "ΣΊΣΥΦΟΣ", "σίσυφος", TRUE },
    { "E12345678", "e12345678", TRUE },
    { "(深圳)", "(深圳)", TRUE },
    { "é", "e\u0301", TRUE },
    { "\u1E9E", "ss", TRUE },
    { "\u0130", "i\u0307", TRUE },
    /* compatibility ideographs are canonically the unified ones, in both planes */
    { "\uF900", "\u8C48", TRUE },
    { "\U0002F800", "\u4E3D", TRUE },
    { "\u795E", "\uFA19", TRUE },
    { "\u795E\U000E0100", "\u795E", TRUE },
    { "\u845B\uFE00", "\u845B", TRUE },
    /* but different characters are different, however similar */
    { "戶", "户", FALSE },
    { "吳", "吴", FALSE },
    { "髙", "高", FALSE },
    { "\uE000", "\uE001", FALSE },
    { "0", "O", FALSE },
    { "Ⅷ", "VIII", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *a = yy_agent_normalise (pairs[i].a);
      g_autofree char *b = yy_agent_normalise (pairs[i].b);

      g_test_message ("%s, %s", pairs[i].a, pairs[i].b);
      g_assert_cmpint (g_str_equal (a, b), ==, pairs[i].same);
    }
}

static void
test_middle_dots (void)
{
  static const char *const dots[] = {
    "·", "•", "・", "‧", "∙", "⋅", "･", "ꞏ", "ᐧ", "᛫", "⸱", "⸳", "\u0387", " · ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (dots); i++)
    {
      g_autofree char *name = g_strconcat ("阿卜杜拉", dots[i], "买买提", NULL);
      g_autofree char *normalised = yy_agent_normalise (name);

      g_assert_cmpstr (normalised, ==, "阿卜杜拉·买买提");
    }
  {
    g_autofree char *without = yy_agent_normalise ("阿卜杜拉买买提");

    g_assert_cmpstr (without, ==, "阿卜杜拉买买提");
  }
}

/* What comes out is the same when it goes in again, whatever the character; but for Cherokee, of
   which GLib 2.74 folds capital letters to small ones and small ones to capitals. */
static void
test_stable (void)
{
  for (gunichar c = 1; c <= 0x10FFFF; c++)
    if (g_unichar_validate (c) && g_unichar_get_script (c) != G_UNICODE_SCRIPT_CHEROKEE)
      {
        char text[16] = "a";
        g_autofree char *once = NULL;
        g_autofree char *twice = NULL;

        text[1 + g_unichar_to_utf8 (c, text + 1)] = '\0';
        once = yy_agent_normalise (text);
        twice = yy_agent_normalise (once);
        if (!g_str_equal (once, twice))
          g_error ("U+%04X", c);
      }
}

static void
test_invalid (void)
{
  g_autofree char *a = yy_agent_normalise ("\xff张");

  g_assert_true (g_utf8_validate (a, -1, NULL));
}

static void
test_match (void)
{
  g_autoptr (YyOrder) a = make_order ();
  g_autoptr (YyOrder) b = make_order ();

  g_assert_true (yy_agent_match (a, b));
  g_free (b->organization);
  b->organization = g_strdup ("示例文具ACME有限公司");
  g_free (b->agent_name);
  b->agent_name = g_strdup ("阿卜杜拉・ 买买提");
  g_free (b->agent_document_number);
  b->agent_document_number = g_strdup ("e12345678");
  /* Other fields have no part in it. */
  b->agent_email = g_strdup ("a@example.com");
  b->token = g_strdup ("1");
  g_assert_true (yy_agent_match (a, b));
  g_assert_true (yy_agent_match (b, a));
}

static void
test_each_detail (void)
{
  static const gsize offsets[] = {
    G_STRUCT_OFFSET (YyOrder, organization),
    G_STRUCT_OFFSET (YyOrder, agent_name),
    G_STRUCT_OFFSET (YyOrder, agent_document_type),
    G_STRUCT_OFFSET (YyOrder, agent_document_number),
    G_STRUCT_OFFSET (YyOrder, agent_mobile),
  };

  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++)
    {
      g_autoptr (YyOrder) a = make_order ();
      g_autoptr (YyOrder) b = make_order ();
      char **value_a = (char **) G_STRUCT_MEMBER_P (a, offsets[i]);
      char **value_b = (char **) G_STRUCT_MEMBER_P (b, offsets[i]);
      char *longer = g_strconcat (*value_b, "1", NULL);

      g_free (*value_b);
      *value_b = longer;
      g_assert_false (yy_agent_match (a, b));
      g_clear_pointer (value_b, g_free);
      g_assert_false (yy_agent_match (a, b));
      /* What is not there on either side proves nothing. */
      g_clear_pointer (value_a, g_free);
      g_assert_false (yy_agent_match (a, b));
      *value_a = g_strdup (" ");
      *value_b = g_strdup (" ");
      g_assert_false (yy_agent_match (a, b));
    }
}

/* A value may not slip from one detail into the next. */
static void
test_shifted (void)
{
  g_autoptr (YyOrder) a = make_order ();
  g_autoptr (YyOrder) b = make_order ();
  char *organization = g_strconcat (a->organization, "阿", NULL);
  char *name = g_strdup ("卜杜拉·买买提");

  g_free (b->organization);
  g_free (b->agent_name);
  b->organization = organization;
  b->agent_name = name;
  g_assert_false (yy_agent_match (a, b));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/agent-match/normalise", test_normalise);
  g_test_add_func ("/agent-match/middle-dots", test_middle_dots);
  g_test_add_func ("/agent-match/stable", test_stable);
  g_test_add_func ("/agent-match/invalid", test_invalid);
  g_test_add_func ("/agent-match/match", test_match);
  g_test_add_func ("/agent-match/each-detail", test_each_detail);
  g_test_add_func ("/agent-match/shifted", test_shifted);
  return g_test_run ();
}
