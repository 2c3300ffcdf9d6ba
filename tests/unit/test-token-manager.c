/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's side of the token agents against a scripted agent (tests/harness/fake_agent.py). */
#include "token/yy-token-session.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

/* A machine that runs all tests at once may be slow: only where a hang is waited for are drivers
 * given little time. */
#define PATIENCE_SECONDS 60
#define LONG_TIMEOUT     50
#define SHORT_TIMEOUT    4

typedef struct
{
  char *folder;
  char *first;
  char *second;
  char *log;
  guint timeout;
  YyTokenManager *manager;
  gboolean timed_out;
} Fixture;

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
write_file (const char *path, const char *text)
{
  g_autofree char *temporary = g_strconcat (path, ".new", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (temporary, text, -1, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_rename (temporary, path));
}

/* @text is the scenario without its log and braces. */
static void
write_scenario (Fixture *f, const char *path, const char *text)
{
  g_autofree char *whole = g_strdup_printf ("{ \"log\": \"%s\", %s }", f->log, text);

  write_file (path, whole);
}

static guint
count_in_log (Fixture *f, const char *line)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint count = 0;

  if (!g_file_get_contents (f->log, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (char **l = lines; *l != NULL; l++)
    count += strcmp (*l, line) == 0;
  return count;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->timeout = LONG_TIMEOUT;
  f->folder = g_dir_make_tmp ("yinyao-token-XXXXXX", NULL);
  f->first = g_build_filename (f->folder, "first.json", NULL);
  f->second = g_build_filename (f->folder, "second.json", NULL);
  f->log = g_build_filename (f->folder, "log", NULL);
  write_scenario (f, f->first, "\"tokens\": [{\"serial\": \"A1\", \"label\": \"First\"}]");
  write_scenario (f, f->second, "\"tokens\": [{\"serial\": \"B1\", \"label\": \"Second\"}]");
}

static gboolean
on_patience_ends (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @condition holds; ticks, because a file can make it hold. */
#define wait_until(f, condition)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint patience_ = g_timeout_add_seconds (PATIENCE_SECONDS, on_patience_ends, &(f)->timed_out); \
    guint ticks_ = g_timeout_add (20, tick, NULL);                                                 \
                                                                                                   \
    while (!(condition) && !(f)->timed_out)                                                        \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_assert_true (condition);                                                                     \
    g_source_remove (patience_);                                                                   \
    g_source_remove (ticks_);                                                                      \
  }                                                                                                \
  G_STMT_END

static YySettings *
make_settings (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->folder, "yinyao.conf", NULL);
  g_autofree char *text = g_strdup_printf ("[modules]\np11-kit=false\npaths=%s;%s;\nagent=%s\n"
                                           "call-timeout=%u\nkey-timeout=%u\n",
                                           f->first, f->second, FAKE_AGENT, f->timeout, f->timeout);
  g_autoptr (GError) error = NULL;
  YySettings *settings = NULL;

  write_file (path, text);
  g_setenv ("YINYAO_CONFIG", path, TRUE);
  settings = yy_settings_load (&error);
  g_assert_no_error (error);
  return settings;
}

static void
start (Fixture *f)
{
  g_autoptr (YySettings) settings = make_settings (f);

  f->manager = yy_token_manager_new (settings);
  yy_token_manager_start (f->manager);
  g_assert_false (yy_token_manager_is_settled (f->manager));
  wait_until (f, yy_token_manager_is_settled (f->manager));
}

static YyDriver *
driver_at (Fixture *f, guint position)
{
  g_autoptr (YyDriver) driver =
      g_list_model_get_item (yy_token_manager_get_drivers (f->manager), position);

  return driver;
}

static guint
n_tokens (Fixture *f)
{
  return g_list_model_get_n_items (G_LIST_MODEL (f->manager));
}

static const char *
label_of (Fixture *f, const char *serial)
{
  YyToken *token = yy_token_manager_find (f->manager, serial, NULL);

  return token == NULL ? NULL : yy_token_get_label (token);
}

/* Nothing of the manager may live on once it and the agents have ended. */
static void
tear_down (Fixture *f, gconstpointer data)
{
  /* After the first test: what GLib opens once and keeps is open then. */
  static guint n_fds;
  g_autofree char *remove = g_strdup_printf ("rm -r '%s'", f->folder);
  gpointer manager = f->manager;
  gpointer driver = manager == NULL ? NULL : driver_at (f, 0);

  if (manager != NULL)
    {
      g_object_add_weak_pointer (manager, &manager);
      g_object_add_weak_pointer (driver, &driver);
      yy_token_manager_stop (f->manager);
      g_assert_cmpuint (n_tokens (f), ==, 0);
      g_object_unref (f->manager);
      wait_until (f, manager == NULL && driver == NULL);
      if (n_fds == 0)
        n_fds = count_fds ();
      wait_until (f, count_fds () <= n_fds);
    }
  g_assert_cmpint (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL), ==, TRUE);
  g_free (f->folder);
  g_free (f->first);
  g_free (f->second);
  g_free (f->log);
}

static void
test_listing (Fixture *f, gconstpointer data)
{
  start (f);
  g_assert_cmpuint (n_tokens (f), ==, 2);
  g_assert_cmpstr (label_of (f, "A1"), ==, "First");
  g_assert_cmpstr (label_of (f, "B1"), ==, "Second");
  g_assert_cmpstr (yy_driver_get_name (driver_at (f, 0)), ==, "Fake driver 1.0 (Yinyao)");
  g_assert_cmpint (yy_driver_get_state (driver_at (f, 0)), ==, YY_DRIVER_READY);
  g_assert_null (yy_token_manager_find (f->manager, "A1", f->second));
}

typedef struct
{
  guint calls;
  guint position;
  guint removed;
  guint added;
} Change;

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, Change *change)
{
  *change = (Change){ change->calls + 1, position, removed, added };
}

static void
test_arrival_change_removal (Fixture *f, gconstpointer data)
{
  Change change = { 0 };

  start (f);
  g_signal_connect (f->manager, "items-changed", G_CALLBACK (on_items_changed), &change);
  write_scenario (f, f->first, "\"tokens\": [{\"serial\": \"A1\"}, {\"serial\": \"A2\"}]");
  wait_until (f, n_tokens (f) == 3);
  g_assert_cmpuint (change.position, ==, 2);
  g_assert_cmpuint (change.added, ==, 1);

  write_scenario (f, f->first,
                  "\"tokens\": [{\"serial\": \"A1\", \"label\": \"New\"}, {\"serial\": \"A2\"}]");
  wait_until (f, g_strcmp0 (label_of (f, "A1"), "New") == 0);
  g_assert_cmpuint (n_tokens (f), ==, 3);
  g_assert_true (change.removed == 1 && change.added == 1);

  write_scenario (f, f->first, "\"tokens\": [{\"serial\": \"A2\"}]");
  wait_until (f, n_tokens (f) == 2);
  g_assert_null (label_of (f, "A1"));
  g_assert_cmpstr (label_of (f, "B1"), ==, "Second");
  g_signal_handlers_disconnect_by_data (f->manager, &change);
}

/* A driver that fails at once, in the way that @data says, and one that works beside it. */
typedef struct
{
  const char *start;
  YyDriverState state;
  int code;
  const char *part;
} BadStart;

static const BadStart bad_starts[] = {
  { "crash", YY_DRIVER_FAILED, YY_ERROR_DRIVER_FAILED, "crashed (signal 11" },
  { "exit", YY_DRIVER_FAILED, YY_ERROR_DRIVER_FAILED, "exit code 3" },
  { "unloadable", YY_DRIVER_FAILED, YY_ERROR_DRIVER_FAILED, "no such thing" },
  { "hang", YY_DRIVER_NOT_RESPONDING, YY_ERROR_DRIVER_NOT_RESPONDING, "did not answer within" },
  { "mute", YY_DRIVER_NOT_RESPONDING, YY_ERROR_DRIVER_NOT_RESPONDING, "did not answer within" },
  { "babble", YY_DRIVER_FAILED, YY_ERROR_DRIVER_FAILED, "answered nonsense" },
};

static void
test_bad_start (Fixture *f, gconstpointer data)
{
  const BadStart *bad = data;
  g_autofree char *scenario = g_strdup_printf ("\"start\": \"%s\"", bad->start);
  const GError *problem = NULL;

  write_scenario (f, f->first, scenario);
  if (bad->state == YY_DRIVER_NOT_RESPONDING)
    f->timeout = SHORT_TIMEOUT;
  start (f);
  problem = yy_driver_get_problem (driver_at (f, 0));
  g_assert_error (problem, YY_ERROR, bad->code);
  g_assert_nonnull (strstr (problem->message, bad->part));
  g_assert_nonnull (strstr (problem->message, "first.json"));
  g_assert_cmpint (yy_driver_get_state (driver_at (f, 0)), ==, bad->state);
  g_assert_cmpstr (label_of (f, "B1"), ==, "Second");

  /* The person repairs it and asks for a new look: no waiting. */
  write_scenario (f, f->first, "\"tokens\": [{\"serial\": \"A1\", \"label\": \"First\"}]");
  yy_driver_refresh (driver_at (f, 0));
  g_assert_cmpint (yy_driver_get_state (driver_at (f, 0)), ==, YY_DRIVER_STARTING);
  wait_until (f, yy_driver_get_state (driver_at (f, 0)) == YY_DRIVER_READY);
  g_assert_null (yy_driver_get_problem (driver_at (f, 0)));
  g_assert_cmpstr (label_of (f, "A1"), ==, "First");
}

static void
test_flood (Fixture *f, gconstpointer data)
{
  write_scenario (f, f->first, "\"start\": \"flood\"");
  start (f);
  wait_until (f, yy_driver_get_state (driver_at (f, 0)) == YY_DRIVER_FAILED);
  g_assert_nonnull (strstr (yy_driver_get_problem (driver_at (f, 0))->message, "too many"));
  g_assert_cmpint (yy_driver_get_state (driver_at (f, 1)), ==, YY_DRIVER_READY);
}

static void
test_back_off (Fixture *f, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();

  write_scenario (f, f->first, "\"start\": \"crash\"");
  write_scenario (f, f->second, "\"tokens\": []");
  start (f);
  /* The other one's start, and this one's at 0 s, 1 s and 3 s. */
  wait_until (f, count_in_log (f, "start") == 4);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 2900 * 1000);
  g_assert_cmpint (yy_driver_get_state (driver_at (f, 0)), ==, YY_DRIVER_FAILED);
  g_assert_cmpint (yy_driver_get_state (driver_at (f, 1)), ==, YY_DRIVER_READY);
}

/* Calls */

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
finish (Fixture *f, YyTokenSession *session, GAsyncResult **result, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;

  wait_until (f, *result != NULL);
  answer = g_steal_pointer (result);
  return yy_token_session_finish (session, answer, error);
}

static gboolean
login (Fixture *f, YyTokenSession *session, const char *text, GError **error)
{
  g_autoptr (YySecret) pin = yy_secret_new (text, strlen (text));
  GAsyncResult *result = NULL;

  yy_token_session_login_async (session, pin, NULL, on_result, &result);
  return finish (f, session, &result, error);
}

static YyTokenSession *
open_session (Fixture *f, const char *serial)
{
  g_autoptr (GError) error = NULL;
  YyTokenSession *session = yy_token_session_new (f->manager, serial, NULL, &error);

  g_assert_no_error (error);
  return session;
}

static void
test_login (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (YyToken) token = NULL;

  start (f);
  g_assert_null (yy_token_session_new (f->manager, "C1", NULL, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_NO_SUCH_TOKEN);
  g_clear_error (&error);

  session = open_session (f, "A1");
  g_assert_false (login (f, session, "wrong-pin", &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_PIN_INCORRECT);
  g_assert_cmpstr (error->message, ==, "The PIN is wrong");
  g_clear_error (&error);
  /* The snapshot is as new as the answer. */
  token = yy_token_session_dup_snapshot (session);
  g_assert_cmpint (yy_token_get_tries_left (token), ==, 9);

  g_assert_true (login (f, session, "123456", &error));
  g_assert_no_error (error);
}

/* An agent that saw a PIN is replaced when the session ends, and no row disappears meanwhile. */
static void
test_replacement (Fixture *f, gconstpointer data)
{
  YyTokenSession *session = NULL;
  Change change = { 0 };

  start (f);
  session = open_session (f, "A1");
  g_assert_true (login (f, session, "123456", NULL));
  g_signal_connect (f->manager, "items-changed", G_CALLBACK (on_items_changed), &change);
  change.calls = 0;
  g_object_unref (session);
  g_assert_cmpuint (n_tokens (f), ==, 2);

  /* The next session waits for the fresh agent. */
  session = open_session (f, "A1");
  g_assert_true (login (f, session, "123456", NULL));
  g_assert_cmpuint (count_in_log (f, "start"), ==, 3);
  g_assert_cmpuint (change.calls, >, 0);
  g_assert_true (change.removed == 1 && change.added == 1);
  g_assert_cmpuint (n_tokens (f), ==, 2);
  g_signal_handlers_disconnect_by_data (f->manager, &change);
  g_object_unref (session);
}

/* Two sessions on one driver: the first one's end does not log the second one out. */
static void
test_two_sessions (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) second = NULL;
  g_autoptr (GBytes) id = g_bytes_new ("1", 1);
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;
  YyTokenSession *session = NULL;

  write_scenario (f, f->first, "\"tokens\": [{\"serial\": \"A1\"}, {\"serial\": \"A2\"}]");
  start (f);
  session = open_session (f, "A1");
  second = open_session (f, "A2");
  g_assert_true (login (f, session, "123456", NULL));
  g_assert_true (login (f, second, "123456", NULL));
  g_object_unref (session);
  yy_token_session_test_signature_async (second, id, NULL, on_result, &result);
  g_assert_true (finish (f, second, &result, &error));
  g_assert_cmpuint (count_in_log (f, "start"), ==, 2);
}

static void
test_hang_in_call (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) session = NULL;
  g_autoptr (YyTokenSession) other = NULL;
  g_autoptr (YySecret) pin = yy_secret_new ("123456", 6);
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  write_scenario (
      f, f->first,
      "\"tokens\": [{\"serial\": \"A1\"}], \"methods\": {\"Login\": {\"do\": \"hang\"}}");
  f->timeout = SHORT_TIMEOUT;
  start (f);
  session = open_session (f, "A1");
  other = open_session (f, "B1");
  yy_token_session_login_async (session, pin, NULL, on_result, &result);
  g_assert_true (login (f, other, "123456", NULL));
  g_assert_null (result);
  g_assert_false (finish (f, session, &result, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_DRIVER_NOT_RESPONDING);
  g_assert_cmpint (yy_driver_get_state (driver_at (f, 0)), ==, YY_DRIVER_NOT_RESPONDING);
  /* Its token stays listed until the next agent answers, which is started at once. */
  g_assert_cmpuint (n_tokens (f), ==, 2);
  write_scenario (f, f->first, "\"tokens\": [{\"serial\": \"A1\"}]");
  wait_until (f, yy_driver_get_state (driver_at (f, 0)) == YY_DRIVER_READY);
  g_assert_true (login (f, session, "123456", NULL));
}

static void
test_crash_in_call (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  write_scenario (
      f, f->first,
      "\"tokens\": [{\"serial\": \"A1\"}], \"methods\": {\"Login\": {\"do\": \"crash\"}}");
  start (f);
  session = open_session (f, "A1");
  g_assert_false (login (f, session, "123456", &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_DRIVER_FAILED);
  g_assert_nonnull (strstr (error->message, "crashed (signal 11"));
  g_clear_error (&error);
  g_assert_false (login (f, session, "123456", &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_DRIVER_FAILED);
}

static void
test_babble_in_call (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  write_scenario (f, f->first,
                  "\"tokens\": [{\"serial\": \"A1\"}], "
                  "\"methods\": {\"Login\": {\"reply\": [\"(s)\", \"('blah',)\"]}}");
  start (f);
  session = open_session (f, "A1");
  g_assert_false (login (f, session, "123456", &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_DRIVER_FAILED);
  g_assert_nonnull (strstr (error->message, "nonsense"));
}

static void
test_removal_in_call (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  write_scenario (f, f->first,
                  "\"tokens\": [{\"serial\": \"A1\"}], \"methods\": {\"Login\": {\"do\": "
                  "\"remove\", \"error\": \"Failed\"}}");
  start (f);
  session = open_session (f, "A1");
  g_assert_false (login (f, session, "123456", &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED);
  g_clear_error (&error);
  g_assert_false (login (f, session, "123456", &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED);

  /* Plugged in again it is another object of the same token. */
  write_scenario (f, f->first, "\"tokens\": [{\"serial\": \"A1\"}]");
  wait_until (f, label_of (f, "A1") != NULL);
  g_assert_true (login (f, session, "123456", NULL));
}

/* A reader is polled: the card's error is here first. */
static void
test_removal_after_error (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  write_scenario (f, f->first,
                  "\"tokens\": [{\"serial\": \"A1\"}], \"methods\": {\"Login\": {\"do\": "
                  "\"remove-late\", \"error\": \"DriverFailed\"}}");
  start (f);
  session = open_session (f, "A1");
  g_assert_false (login (f, session, "123456", &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_TOKEN_REMOVED);
}

static void
test_error_without_removal (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  write_scenario (f, f->first,
                  "\"tokens\": [{\"serial\": \"A1\"}], \"methods\": {\"Login\": {\"error\": "
                  "\"org.blah.Error\", \"message\": \"a\\nb\"}}");
  start (f);
  session = open_session (f, "A1");
  g_assert_false (login (f, session, "123456", &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_DRIVER_FAILED);
  g_assert_nonnull (strstr (error->message, "a\uFFFDb"));
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) session = NULL;
  g_autoptr (YySecret) pin = yy_secret_new ("123456", 6);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  write_scenario (
      f, f->first,
      "\"tokens\": [{\"serial\": \"A1\"}], \"methods\": {\"Login\": {\"do\": \"hang\"}}");
  start (f);
  session = open_session (f, "A1");
  yy_token_session_login_async (session, pin, cancellable, on_result, &result);
  wait_until (f, count_in_log (f, "Login") == 1);
  write_scenario (f, f->first, "\"tokens\": [{\"serial\": \"A1\"}]");
  g_cancellable_cancel (cancellable);
  g_assert_false (finish (f, session, &result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (n_tokens (f), ==, 2);
  login (f, session, "123456", &error);
  g_assert_no_error (error);
}

/* Nobody asks anything of this driver, and still it is noticed that it hangs. */
static void
test_idle_hang (Fixture *f, gconstpointer data)
{
  write_scenario (
      f, f->first,
      "\"tokens\": [{\"serial\": \"A1\"}], \"methods\": {\"Refresh\": {\"do\": \"hang\"}}");
  f->timeout = SHORT_TIMEOUT;
  start (f);
  yy_driver_refresh (driver_at (f, 0));
  wait_until (f, yy_driver_get_state (driver_at (f, 0)) == YY_DRIVER_NOT_RESPONDING);
}

typedef struct
{
  GString *steps;
  GBytes *request;
  gpointer transfer;
} Enrolling;

static void
on_step (YyTokenSession *session, const char *step, Enrolling *e)
{
  g_string_append_printf (e->steps, "%s ", step);
}

static void
on_transfer (YyTokenSession *session, GBytes *request, gpointer transfer, gpointer user_data)
{
  Enrolling *e = user_data;

  e->request = g_bytes_ref (request);
  e->transfer = transfer;
}

static void
begin_enrolment (Fixture *f, YyTokenSession *session, Enrolling *e, GAsyncResult **result)
{
  g_autoptr (YySecret) secret = yy_secret_new ("cmp-secret", 10);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("1", 1);
  g_autoptr (GPtrArray) anchors = g_ptr_array_new ();
  YyEnrolment enrolment = { bytes, "Label", bytes, "reference", secret, anchors, on_transfer, e };

  e->steps = g_string_new (NULL);
  g_signal_connect (session, "progress", G_CALLBACK (on_step), e);
  yy_token_session_enrol_async (session, &enrolment, NULL, on_result, result);
  wait_until (f, e->transfer != NULL);
  g_assert_cmpmem (g_bytes_get_data (e->request, NULL), g_bytes_get_size (e->request), "hello", 5);
  g_assert_cmpstr (e->steps->str, ==, "request write read-back prove confirm ");
  g_bytes_unref (e->request);
  g_string_free (e->steps, TRUE);
}

#define ENROLLING                                                                                  \
  "\"tokens\": [{\"serial\": \"A1\"}], \"methods\": {\"Enrol\": {\"transfers\": [\"aGVsbG8=\"]}}"

static gboolean
on_delay (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* The network may take longer than a driver may. */
static void
test_slow_transfer (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) session = NULL;
  g_autoptr (YyCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) response = g_bytes_new_static ("no certificate", 14);
  gboolean waited = FALSE;
  Enrolling e = { 0 };

  write_scenario (f, f->first, ENROLLING);
  f->timeout = SHORT_TIMEOUT;
  start (f);
  session = open_session (f, "A1");
  begin_enrolment (f, session, &e, &result);
  g_timeout_add ((SHORT_TIMEOUT + 1) * 1000, on_delay, &waited);
  wait_until (f, waited);
  g_assert_null (result);
  yy_token_session_return_transfer (session, e.transfer, response, NULL);
  wait_until (f, result != NULL);
  certificate = yy_token_session_enrol_finish (session, result, &error);
  /* What came back is no certificate, and the client looks for itself. */
  g_assert_null (certificate);
  g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
}

static void
test_failed_transfer (Fixture *f, gconstpointer data)
{
  g_autoptr (YyTokenSession) session = NULL;
  g_autoptr (GError) failure =
      g_error_new_literal (YY_ERROR, YY_ERROR_SERVICE_UNREACHABLE, "The cable was cut");
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  Enrolling e = { 0 };

  write_scenario (f, f->first, ENROLLING);
  start (f);
  session = open_session (f, "A1");
  begin_enrolment (f, session, &e, &result);
  yy_token_session_return_transfer (session, e.transfer, NULL, failure);
  wait_until (f, result != NULL);
  g_assert_null (yy_token_session_enrol_finish (session, result, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_SERVICE_UNREACHABLE);
  g_assert_cmpstr (error->message, ==, "The cable was cut");
}

static void
add (const char *name, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/token-manager/", name, NULL);

  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  add ("listing", NULL, test_listing);
  add ("arrival-change-removal", NULL, test_arrival_change_removal);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_starts); i++)
    {
      g_autofree char *name = g_strconcat ("bad-start/", bad_starts[i].start, NULL);

      add (name, &bad_starts[i], test_bad_start);
    }
  add ("flood", NULL, test_flood);
  add ("back-off", NULL, test_back_off);
  add ("login", NULL, test_login);
  add ("replacement", NULL, test_replacement);
  add ("two-sessions", NULL, test_two_sessions);
  add ("hang-in-call", NULL, test_hang_in_call);
  add ("crash-in-call", NULL, test_crash_in_call);
  add ("babble-in-call", NULL, test_babble_in_call);
  add ("removal-in-call", NULL, test_removal_in_call);
  add ("removal-after-error", NULL, test_removal_after_error);
  add ("error-without-removal", NULL, test_error_without_removal);
  add ("cancel", NULL, test_cancel);
  add ("idle-hang", NULL, test_idle_hang);
  add ("slow-transfer", NULL, test_slow_transfer);
  add ("failed-transfer", NULL, test_failed_transfer);
  return g_test_run ();
}
