/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The unlocking procedure itself: a table of every state of grant, session and token. */
#include "procedure/yy-unlocking.h"

#define OURS   "00112233445566778899aabbccddeeff"
#define THEIRS "ffeeddccbbaa99887766554433221100"

typedef struct
{
  const char *name;
  YyGrantState state;
  YyUnlockingStep ours;   /* while the new PIN was not seen to open the token */
  YyUnlockingStep proved; /* afterwards */
  YyUnlockingStep theirs; /* the same for a grant that no session has touched */
} Case;

static const Case cases[] = {
  { "authorised", YY_GRANT_AUTHORISED, YY_UNLOCKING_SET_PIN, YY_UNLOCKING_SET_PIN,
    YY_UNLOCKING_SET_PIN },
  { "released", YY_GRANT_RELEASED, YY_UNLOCKING_SET_PIN, YY_UNLOCKING_SET_PIN,
    YY_UNLOCKING_SET_PIN },
  { "pin-set", YY_GRANT_PIN_SET, YY_UNLOCKING_ROTATE, YY_UNLOCKING_ROTATE, YY_UNLOCKING_SET_PIN },
  { "rotated", YY_GRANT_ROTATED, YY_UNLOCKING_PROVE, YY_UNLOCKING_CLOSE, YY_UNLOCKING_SET_PIN },
  { "closed", YY_GRANT_CLOSED, YY_UNLOCKING_PROVE, YY_UNLOCKING_DONE, YY_UNLOCKING_AUTHORISE },
};

static const char *
step_of (const Case *c, const char *session, gboolean proved, gboolean completed)
{
  YyGrant grant = {
    .state = c->state,
    .session = (char *) session,
    .order_state = (char *) (completed ? "completed" : "ready"),
  };

  return yy_unlocking_step_get_nick (yy_unlocking_next_step (&grant, OURS, proved));
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  const char *ours = yy_unlocking_step_get_nick (c->ours);
  const char *proved_ours = yy_unlocking_step_get_nick (c->proved);
  const char *theirs = yy_unlocking_step_get_nick (c->theirs);

  for (int completed = 0; completed < 2; completed++)
    {
      g_assert_cmpstr (step_of (c, OURS, FALSE, completed), ==, ours);
      g_assert_cmpstr (step_of (c, OURS, TRUE, completed), ==, proved_ours);
      for (int proved = 0; proved < 2; proved++)
        {
          g_assert_cmpstr (step_of (c, THEIRS, proved, completed), ==, theirs);
          g_assert_cmpstr (step_of (c, NULL, proved, completed), ==, theirs);
        }
    }
}

static void
test_no_grant (void)
{
  g_assert_cmpint (yy_unlocking_next_step (NULL, OURS, FALSE), ==, YY_UNLOCKING_AUTHORISE);
  g_assert_cmpint (yy_unlocking_next_step (NULL, OURS, TRUE), ==, YY_UNLOCKING_AUTHORISE);
}

/* What is known after each step, and the step that follows: nothing is done twice or left out. */
static void
test_way (void)
{
  static const struct
  {
    YyGrantState state;
    gboolean proved;
    YyUnlockingStep step;
  } way[] = {
    { YY_GRANT_AUTHORISED, FALSE, YY_UNLOCKING_SET_PIN },
    { YY_GRANT_PIN_SET, FALSE, YY_UNLOCKING_ROTATE },
    { YY_GRANT_ROTATED, FALSE, YY_UNLOCKING_PROVE },
    { YY_GRANT_ROTATED, TRUE, YY_UNLOCKING_CLOSE },
    { YY_GRANT_CLOSED, TRUE, YY_UNLOCKING_DONE },
  };
  YyUnlockingStep before = YY_UNLOCKING_AUTHORISE;

  for (gsize i = 0; i < G_N_ELEMENTS (way); i++)
    {
      YyGrant grant = { .session = (char *) OURS, .state = way[i].state };

      g_assert_cmpint (yy_unlocking_next_step (&grant, OURS, way[i].proved), ==, way[i].step);
      g_assert_cmpint (way[i].step, ==, before + 1);
      before = way[i].step;
    }
}

static void
test_names (void)
{
  g_autoptr (GHashTable) nicks = g_hash_table_new (g_str_hash, g_str_equal);

  for (YyUnlockingStep step = YY_UNLOCKING_AUTHORISE; step <= YY_UNLOCKING_DONE; step++)
    {
      g_assert_cmpuint (strlen (yy_unlocking_step_get_title (step)), >, 0);
      g_assert_true (g_hash_table_add (nicks, (gpointer) yy_unlocking_step_get_nick (step)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unlocking/no-grant", test_no_grant);
  g_test_add_func ("/unlocking/way", test_way);
  g_test_add_func ("/unlocking/names", test_names);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unlocking/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
