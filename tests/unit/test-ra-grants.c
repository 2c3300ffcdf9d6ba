/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-codes.h"
#include "ra/ra-grants.h"
#include "ra/ra-limiter.h"
#include "ra/ra-office.h"
#include "ra/ra-sms.h"
#include "ra/ra-unlocking.h"
#include "ra/ra-verification.h"

#include <string.h>

#include <glib/gstdio.h>

#define TOKEN   "T1"
#define WHO     "token:T1 127.0.0.1"
#define SESSION "0123456789abcdef0123456789abcdef"

/* A service without a network: a store in a folder of its own, one transaction for the whole test.
 */
typedef struct
{
  char *folder;
  char *path;
  RaSite site;
} Fixture;

static void
make_token (RaStore *store, const char *serial)
{
  g_autoptr (RaToken) token = ra_token_new (serial);

  token->state = g_strdup ("issued");
  g_assert_true (ra_store_save_token (store, token, NULL));
}

static YyProfile *
read_profile (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  YyProfile *profile = NULL;

  g_assert_true (g_file_get_contents (DEMO_PROFILE, &text, &length, NULL));
  bytes = g_bytes_new_take (g_steal_pointer (&text), length);
  profile = yy_profile_new (bytes, &error);
  g_assert_no_error (error);
  return profile;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  char key[RA_MASTER_KEY_SIZE] = { 1 };
  g_autoptr (YySecret) secret = yy_secret_new (key, sizeof key);
  g_autoptr (GError) error = NULL;
  RaSite *site = &fixture->site;

  fixture->folder = g_dir_make_tmp ("yinyao-test-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "yinyao.db", NULL);
  site->profile = read_profile ();
  site->rules = ra_rules_new (site->profile, &error);
  g_assert_no_error (error);
  site->vault = ra_vault_new (secret, &error);
  g_assert_no_error (error);
  site->store = ra_store_create (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_true (ra_store_begin (site->store, &error));
  make_token (site->store, TOKEN);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  RaSite *site = &fixture->site;

  ra_store_rollback (site->store);
  ra_store_free (site->store);
  ra_vault_free (site->vault);
  ra_rules_free (site->rules);
  g_object_unref (site->profile);
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static YyOrder *
new_order (RaSite *site, YyOrderType type, YyOrderState state)
{
  YyOrder *order = yy_order_new (type);
  g_autoptr (GError) error = NULL;

  order->organization = g_strdup ("深圳市示例文具有限公司");
  order->agent_name = g_strdup ("张三");
  order->agent_document_type = g_strdup ("identity-card");
  order->agent_document_number = g_strdup ("11010519491231002X");
  order->agent_mobile = g_strdup ("13800000000");
  order->token = g_strdup (TOKEN);
  order->state = state;
  order->agent_matches = TRUE;
  ra_store_add_order (site->store, order, &error);
  g_assert_no_error (error);
  return order;
}

static YyOrder *
copy_order (RaSite *site, const YyOrder *order)
{
  YyOrder *copy = NULL;

  g_assert_true (ra_store_get_order (site->store, order->number, &copy, NULL));
  return copy;
}

/* Sends a code and reads it out of the outbox. */
static YySecret *
send_code (RaSite *site, const YyOrder *order)
{
  g_autoptr (RaMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id = 0;

  ra_codes_send (site, WHO, order, &id, &error);
  g_assert_no_error (error);
  g_assert_true (ra_store_get_message (site->store, id, &message, NULL));
  return ra_sms_dup_code (site, message, NULL);
}

static YySecret *
wrong (const YySecret *code)
{
  g_autofree char *text = g_strdup (yy_secret_bytes (code));

  text[0] = text[0] == '9' ? '0' : text[0] + 1;
  return yy_secret_new (text, strlen (text));
}

/* The fault, or -1. */
static int
check_code (RaSite *site, const YyOrder *order, const YySecret *typed)
{
  g_autoptr (GError) error = NULL;
  gint64 id = 0;

  if (ra_codes_check (site, WHO, order, typed, &id, &error))
    return -1;
  g_assert_true (error->domain == RA_FAULT);
  return error->code;
}

static void
test_codes_both_kinds (Fixture *fixture, gconstpointer data)
{
  static const YyOrderType types[] = { YY_ORDER_APPLY, YY_ORDER_UNLOCK };
  RaSite *site = &fixture->site;

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (YyOrder) order = new_order (site, types[i], YY_ORDER_READY);
      g_autoptr (YyOrder) other = new_order (site, types[i], YY_ORDER_READY);
      g_autoptr (YySecret) none = yy_secret_new ("123456", 6);
      g_autoptr (YySecret) first = NULL;
      g_autoptr (YySecret) second = NULL;
      g_autoptr (YySecret) bad = NULL;

      g_assert_cmpint (check_code (site, order, none), ==, RA_FAULT_CODE_VOID);
      first = send_code (site, order);
      g_assert_cmpint (check_code (site, order, first), ==, -1);
      second = send_code (site, order);
      if (!yy_secret_equal (first, second))
        g_assert_cmpint (check_code (site, order, first), ==, RA_FAULT_CODE_VOID);
      bad = wrong (second);
      if (yy_secret_equal (first, bad))
        continue;
      for (guint n = 0; n < 4; n++)
        g_assert_cmpint (check_code (site, order, bad), ==, RA_FAULT_CODE_INCORRECT);
      g_assert_cmpint (check_code (site, order, second), ==, -1);
      for (guint n = 0; n < 5; n++)
        g_assert_cmpint (check_code (site, order, bad), ==, RA_FAULT_CODE_INCORRECT);
      g_assert_cmpint (check_code (site, order, second), ==, RA_FAULT_CODE_VOID);
      /* A code is for one order alone. */
      g_clear_pointer (&bad, yy_secret_free);
      bad = send_code (site, other);
      g_clear_pointer (&second, yy_secret_free);
      second = send_code (site, order);
      if (!yy_secret_equal (bad, second) && !yy_secret_equal (bad, first))
        g_assert_cmpint (check_code (site, order, bad), !=, -1);
    }
}

static void
test_codes_expire_and_end (Fixture *fixture, gconstpointer data)
{
  RaSite *site = &fixture->site;
  g_autoptr (YyOrder) order = new_order (site, YY_ORDER_UNLOCK, YY_ORDER_READY);
  g_autoptr (YySecret) typed = yy_secret_new ("424242", 6);
  g_autoptr (GBytes) hash = ra_vault_hash (site->vault, "verification", order->number, typed);
  RaCode code = { .order = order->number, .hash = hash, .tries_left = 5, .expires = 1 };

  g_assert_true (ra_store_add_code (site->store, &code, NULL));
  g_assert_cmpint (check_code (site, order, typed), ==, RA_FAULT_CODE_EXPIRED);
  code.expires = G_MAXINT32;
  g_assert_true (ra_store_add_code (site->store, &code, NULL));
  g_assert_cmpint (check_code (site, order, typed), ==, -1);
  g_assert_true (ra_codes_end (site, order, RA_CODE_VOID, NULL));
  g_assert_cmpint (check_code (site, order, typed), ==, RA_FAULT_CODE_VOID);
  /* An activation code of the same digits is not a verification code. */
  g_clear_pointer (&hash, g_bytes_unref);
  code.hash = hash = ra_vault_hash (site->vault, "activation", order->number, typed);
  g_assert_true (ra_store_add_code (site->store, &code, NULL));
  g_assert_cmpint (check_code (site, order, typed), !=, -1);
}

static void
assert_verification (RaSite *site, const YyOrder *order, const RaVerification *wanted)
{
  g_auto (RaVerification) got = { 0 };

  g_assert_true (ra_verification_describe (site, order, &got, NULL));
  g_assert_cmpstr (got.to, ==, wanted->to);
  g_assert_cmpstr (got.delivery, ==, wanted->delivery);
  g_assert_cmpuint (got.tries_left, ==, wanted->tries_left);
  g_assert_true (got.resend_after <= wanted->resend_after &&
                 got.resend_after + 5 >= wanted->resend_after);
  g_assert_true (got.expires_in <= wanted->expires_in && got.expires_in + 5 >= wanted->expires_in);
}

/* Seconds to wait, 0 when one was sent. */
static guint
ask_for_code (RaSite *site, const YyOrder *order, gint64 *message)
{
  g_autoptr (GError) error = NULL;
  const char *name = NULL;
  const char *text = NULL;
  guint seconds = 0;

  gint64 id = 0;

  if (ra_verification_send (site, WHO, order, &id, &error))
    {
      *message = id;
      return 0;
    }
  g_assert_error (error, RA_FAULT, RA_FAULT_RATE_LIMITED);
  ra_fault_get_detail (error, &name, &text, &seconds);
  g_assert_cmpstr (name, ==, "retry_after");
  return seconds;
}

static void
test_verification (Fixture *fixture, gconstpointer data)
{
  static const RaVerification none = { 0 };
  RaVerification sent = { (char *) "138****0000", "sent", 60, 600, 5 };
  RaSite *site = &fixture->site;
  g_autoptr (YyOrder) order = new_order (site, YY_ORDER_UNLOCK, YY_ORDER_READY);
  g_autoptr (YySecret) typed = yy_secret_new ("xxxxxx", 6);
  gint64 message = 0;

  assert_verification (site, order, &none);
  g_assert_cmpuint (ask_for_code (site, order, &message), ==, 0);
  assert_verification (site, order, &sent);
  g_assert_cmpuint (ask_for_code (site, order, &message), >=, 55);
  g_assert_true (ra_store_set_delivery (site->store, message, "pending", NULL));
  sent.delivery = "pending";
  sent.tries_left = 4;
  g_assert_cmpint (check_code (site, order, typed), ==, RA_FAULT_CODE_INCORRECT);
  assert_verification (site, order, &sent);
  /* What did not go out can be asked for again at once, but not more often in an hour. */
  for (guint i = 1; i < site->rules->verification_codes_per_hour; i++)
    {
      g_assert_true (ra_store_set_delivery (site->store, message, "no such host", NULL));
      sent = (RaVerification){ sent.to, "failed", 0, 600, i == 1 ? 4 : 5 };
      assert_verification (site, order, &sent);
      g_assert_cmpuint (ask_for_code (site, order, &message), ==, 0);
    }
  g_assert_true (ra_store_set_delivery (site->store, message, "no such host", NULL));
  g_assert_cmpuint (ask_for_code (site, order, &message), >=, 3595);
  /* Another order of the same token is no way around it. */
  g_clear_pointer (&order, yy_order_free);
  order = new_order (site, YY_ORDER_UNLOCK, YY_ORDER_READY);
  g_assert_cmpuint (ask_for_code (site, order, &message), >=, 3595);
}

static void
test_verification_needs_a_ready_order (Fixture *fixture, gconstpointer data)
{
  static const RaVerification none = { 0 };
  RaSite *site = &fixture->site;

  for (int state = 0; state < YY_ORDER_N_STATES; state++)
    {
      g_autoptr (YyOrder) order = new_order (site, YY_ORDER_UNLOCK, (YyOrderState) state);
      g_autoptr (GError) error = NULL;
      gint64 message = 0;

      if (state == YY_ORDER_READY)
        continue;
      g_assert_false (ra_verification_send (site, WHO, order, &message, &error));
      g_assert_error (error, RA_FAULT, RA_FAULT_NOT_READY);
      g_assert_cmpint (message, ==, 0);
      assert_verification (site, order, &none);
    }
}

static void
test_masks (Fixture *fixture, gconstpointer data)
{
  static const char *const masks[][2] = { { "13800000000", "138****0000" },
                                          { "+8613800000000", "+86****0000" },
                                          { "1234567890", "****" },
                                          { "1", "****" } };
  RaSite *site = &fixture->site;

  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      g_autoptr (YyOrder) order = new_order (site, YY_ORDER_UNLOCK, YY_ORDER_READY);
      g_autoptr (YySecret) code = NULL;
      g_auto (RaVerification) got = { 0 };

      g_free (order->agent_mobile);
      order->agent_mobile = g_strdup (masks[i][0]);
      code = send_code (site, order);
      g_assert_true (ra_verification_describe (site, order, &got, NULL));
      g_assert_cmpstr (got.to, ==, masks[i][1]);
    }
}

/* Grants */

static RaCase *
begin (RaSite *site, const YyOrder *order, const YySecret *code, const char *session)
{
  g_autoptr (GError) error = NULL;
  RaCase *one = ra_unlocking_begin (site, WHO, copy_order (site, order), code, session, &error);

  g_assert_no_error (error);
  return one;
}

static int
release (RaSite *site, RaCase *one, YySecret **current, YySecret **pending)
{
  g_autoptr (GError) error = NULL;

  if (ra_grants_release (site, WHO, one, current, pending, &error))
    return -1;
  g_assert_true (error->domain == RA_FAULT);
  return error->code;
}

static int
report (RaSite *site, RaCase *one, const char *session, RaGrantState state)
{
  g_autoptr (GError) error = NULL;
  RaNotices notices = { 0 };

  if (ra_grants_report (site, WHO, one, session, state, &error) &&
      ra_unlocking_complete_if_done (site, WHO, one, &notices, &error))
    return -1;
  g_assert_true (error->domain == RA_FAULT);
  return error->code;
}

static int
lose (RaSite *site, RaCase *one)
{
  g_autoptr (GError) error = NULL;

  return ra_grants_lose_so_pin (site, WHO, one, &error) ? -1 : error->code;
}

/* In every other state of its order a grant does nothing. */
static void
test_grant_needs_its_order (Fixture *fixture, gconstpointer data)
{
  RaSite *site = &fixture->site;

  for (int state = 0; state < YY_ORDER_N_STATES; state++)
    {
      g_autoptr (YyOrder) order = new_order (site, YY_ORDER_UNLOCK, YY_ORDER_READY);
      g_autoptr (YySecret) code = send_code (site, order);
      g_autoptr (RaCase) one = begin (site, order, code, SESSION);
      g_autoptr (YySecret) current = NULL;
      g_autoptr (YySecret) pending = NULL;
      g_autoptr (GError) error = NULL;

      if (state == YY_ORDER_READY || state == YY_ORDER_COMPLETED)
        continue;
      g_assert_cmpint (release (site, one, &current, &pending), ==, -1);
      one->order->state = (YyOrderState) state;
      g_assert_true (ra_store_update_order (site->store, one->order, NULL));
      g_clear_pointer (&current, yy_secret_free);
      g_clear_pointer (&pending, yy_secret_free);
      g_assert_cmpint (release (site, one, &current, &pending), ==, RA_FAULT_NOT_READY);
      g_assert_null (current);
      for (int to = RA_GRANT_PIN_SET; to <= RA_GRANT_CLOSED; to++)
        g_assert_cmpint (report (site, one, SESSION, (RaGrantState) to), ==, RA_FAULT_NOT_READY);
      g_assert_cmpint (lose (site, one), ==, RA_FAULT_NOT_READY);
      g_assert_null (
          ra_unlocking_begin (site, WHO, copy_order (site, order), code, SESSION, &error));
      g_assert_error (error, RA_FAULT, RA_FAULT_NOT_READY);
    }
}

/* Closing completes the order, tells the agent, and ends what else is open for the token. */
static void
test_closing (Fixture *fixture, gconstpointer data)
{
  RaSite *site = &fixture->site;
  g_autoptr (YyOrder) order = new_order (site, YY_ORDER_UNLOCK, YY_ORDER_READY);
  g_autoptr (YyOrder) other = new_order (site, YY_ORDER_UNLOCK, YY_ORDER_READY);
  g_autoptr (YyOrder) draft = new_order (site, YY_ORDER_UNLOCK, YY_ORDER_DRAFT);
  g_autoptr (YyOrder) rejected = new_order (site, YY_ORDER_UNLOCK, YY_ORDER_REJECTED);
  g_autoptr (YySecret) stale = send_code (site, other);
  g_autoptr (YySecret) code = send_code (site, order);
  g_autoptr (RaCase) old = begin (site, other, stale, SESSION);
  g_autoptr (RaCase) one = begin (site, order, code, SESSION);
  g_autoptr (YySecret) current = NULL;
  g_autoptr (YySecret) pending = NULL;
  YyOrder *const others[] = { other, draft, rejected };
  g_autoptr (GPtrArray) messages = NULL;
  const RaMessage *last = NULL;

  g_assert_cmpint (release (site, old, &current, &pending), ==, RA_FAULT_CONFLICT);
  g_assert_cmpint (release (site, one, &current, &pending), ==, -1);
  for (int state = RA_GRANT_PIN_SET; state <= RA_GRANT_CLOSED; state++)
    {
      g_assert_cmpint (one->order->state, ==, YY_ORDER_READY);
      g_assert_cmpint (report (site, one, SESSION, (RaGrantState) state), ==, -1);
    }
  g_assert_cmpint (one->order->state, ==, YY_ORDER_COMPLETED);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (YyOrder) now = copy_order (site, others[i]);

      g_assert_cmpint (now->state, ==, YY_ORDER_WITHDRAWN);
    }
  g_assert_cmpint (check_code (site, other, stale), ==, RA_FAULT_CODE_VOID);
  messages = ra_store_list_messages (site->store, NULL);
  g_assert_cmpuint (messages->len, ==, 3);
  for (guint i = 0; i < messages->len; i++)
    g_assert_null (((const RaMessage *) messages->pdata[i])->code);
  last = messages->pdata[2];
  g_assert_nonnull (strstr (last->text, "已解锁"));
  /* Told again, it is the same answer, and no second message. */
  g_assert_cmpint (report (site, one, SESSION, RA_GRANT_CLOSED), ==, -1);
  g_clear_pointer (&messages, g_ptr_array_unref);
  messages = ra_store_list_messages (site->store, NULL);
  g_assert_cmpuint (messages->len, ==, 3);
}

static void
test_lost_so_pin (Fixture *fixture, gconstpointer data)
{
  RaSite *site = &fixture->site;
  g_autoptr (YyOrder) order = new_order (site, YY_ORDER_UNLOCK, YY_ORDER_READY);
  g_autoptr (YySecret) code = send_code (site, order);
  g_autoptr (YySecret) newer = NULL;
  g_autoptr (RaCase) one = begin (site, order, code, SESSION);
  g_autoptr (RaCase) again = NULL;
  g_autoptr (YySecret) current = NULL;
  g_autoptr (YySecret) pending = NULL;
  g_autoptr (RaToken) token = NULL;

  g_assert_cmpint (lose (site, one), ==, RA_FAULT_NOT_READY);
  g_assert_cmpint (release (site, one, &current, &pending), ==, -1);
  g_clear_pointer (&current, yy_secret_free);
  g_clear_pointer (&pending, yy_secret_free);
  g_assert_cmpint (lose (site, one), ==, -1);
  g_assert_cmpint (lose (site, one), ==, -1);
  g_assert_cmpint (release (site, one, &current, &pending), ==, RA_FAULT_SO_PIN_LOST);
  newer = send_code (site, order);
  again = begin (site, order, newer, SESSION);
  g_assert_cmpint (release (site, again, &current, &pending), ==, RA_FAULT_SO_PIN_LOST);
  g_assert_null (current);
  g_assert_cmpint (lose (site, one), ==, RA_FAULT_CONFLICT);
  g_assert_true (ra_store_get_token (site->store, TOKEN, &token, NULL));
  token->so_lost = FALSE;
  g_assert_true (ra_store_save_token (site->store, token, NULL));
  g_assert_cmpint (release (site, again, &current, &pending), ==, -1);
}

/* What a client that unlocks a token knows. */
typedef struct
{
  char session[33];
  RaCase *one;
  YySecret *current;
  YySecret *pending;
  gboolean holds;   /* the token is in this computer, and logged in */
  gboolean set;     /* it has set the PIN */
  gboolean rotates; /* the SO PIN is still to be changed */
} Client;

static void
client_reset (Client *client)
{
  static guint count;

  g_snprintf (client->session, sizeof client->session, "%032x", ++count);
  g_clear_pointer (&client->one, ra_case_free);
  g_clear_pointer (&client->current, yy_secret_free);
  g_clear_pointer (&client->pending, yy_secret_free);
  client->holds = client->set = client->rotates = FALSE;
}

/* The token, and whoever plays with it. */
typedef struct
{
  RaSite *site;
  YySecret *so_pin; /* the token's */
  YyOrder *order;
  YySecret *code;
  Client clients[3];
  guint completed;
  guint wasted; /* wrong SO PINs */
} World;

static void
world_next_order (World *world)
{
  g_clear_pointer (&world->order, yy_order_free);
  g_clear_pointer (&world->code, yy_secret_free);
  world->order = new_order (world->site, YY_ORDER_UNLOCK, YY_ORDER_READY);
  world->code = send_code (world->site, world->order);
}

/* The SO PIN the token has is always the current or the pending one. */
static void
world_check (World *world)
{
  g_autoptr (RaToken) token = NULL;
  g_autoptr (YySecret) current = NULL;
  g_autoptr (YySecret) pending = NULL;

  g_assert_true (ra_store_get_token (world->site->store, TOKEN, &token, NULL));
  current = token->so_pin == NULL
                ? yy_secret_new (world->site->rules->factory_so_pin,
                                 strlen (world->site->rules->factory_so_pin))
                : ra_vault_decrypt (world->site->vault, "so-pin", TOKEN, token->so_pin, NULL);
  if (token->pending != NULL)
    pending = ra_vault_decrypt (world->site->vault, "so-pin", TOKEN, token->pending, NULL);
  g_assert_true (yy_secret_equal (world->so_pin, current) ||
                 (pending != NULL && yy_secret_equal (world->so_pin, pending)));
}

static gboolean
is_newest (World *world, const Client *client)
{
  return ra_grants_check_current (world->site, client->one, NULL);
}

static void
log_in (World *world, Client *client)
{
  gboolean first = yy_secret_equal (world->so_pin, client->current);

  for (guint i = 0; i < G_N_ELEMENTS (world->clients); i++)
    world->clients[i].holds = FALSE;
  world->wasted += !first;
  if (!first && !yy_secret_equal (world->so_pin, client->pending))
    {
      world->wasted++;
      g_assert_false (is_newest (world, client));
      client_reset (client);
      return;
    }
  client->holds = client->set = TRUE;
  client->rotates = first && !yy_secret_equal (client->current, client->pending);
}

static YySecret *
copy_secret (const YySecret *secret)
{
  return yy_secret_new (yy_secret_bytes (secret), yy_secret_length (secret));
}

/* One thing a client may do next; whether it hears the answer is another matter. */
static void
client_act (World *world, Client *client)
{
  static const RaGrantState states[] = { RA_GRANT_PIN_SET, RA_GRANT_ROTATED, RA_GRANT_CLOSED };
  RaGrantState state = states[g_test_rand_int_range (0, 3)];
  int what = g_test_rand_int_range (0, 8);

  if (client->one == NULL)
    client->one = begin (world->site, world->order, world->code, client->session);
  else if (what == 0)
    client_reset (client);
  else if (what == 1)
    {
      g_clear_pointer (&client->current, yy_secret_free);
      g_clear_pointer (&client->pending, yy_secret_free);
      if (release (world->site, client->one, &client->current, &client->pending) != -1)
        client_reset (client);
    }
  else if (client->current == NULL)
    return;
  else if (what == 2 && !client->set)
    log_in (world, client);
  else if (what <= 4 && client->holds && client->rotates &&
           client->one->grant->state >= RA_GRANT_PIN_SET &&
           g_str_equal (client->one->grant->session, client->session))
    {
      g_assert_true (yy_secret_equal (world->so_pin, client->current));
      yy_secret_free (world->so_pin);
      world->so_pin = copy_secret (client->pending);
      client->rotates = FALSE;
    }
  /* A client says what it has done, and nothing else. */
  else if (client->set && (state == RA_GRANT_PIN_SET || !client->rotates) &&
           report (world->site, client->one, client->session, state) == RA_FAULT_CONFLICT)
    client_reset (client);
}

static void
reload (World *world, Client *client)
{
  g_autofree char *id = NULL;
  g_autoptr (YySecret) key = NULL;

  if (client->one == NULL)
    return;
  id = g_strdup (client->one->grant->id);
  key = ra_grants_key (world->site, client->one->grant, NULL);
  ra_case_free (client->one);
  client->one = ra_grants_open (world->site, id, key, NULL);
  g_assert_nonnull (client->one);
}

static void
world_act (World *world)
{
  Client *client = &world->clients[g_test_rand_int_range (0, G_N_ELEMENTS (world->clients))];
  g_autoptr (YyOrder) now = NULL;

  if (g_test_rand_int_range (0, 60) == 0)
    {
      g_clear_pointer (&world->code, yy_secret_free);
      world->code = send_code (world->site, world->order);
    }
  reload (world, client);
  client_act (world, client);
  world_check (world);
  now = copy_order (world->site, world->order);
  if (now->state == YY_ORDER_COMPLETED)
    {
      world->completed++;
      world_next_order (world);
    }
}

/* Three computers, one token, lost answers, new codes: nothing they do in whatever order leaves the
   token with an SO PIN that the service does not know. */
static void
test_no_order_of_events_loses_the_so_pin (Fixture *fixture, gconstpointer data)
{
  World world = { .site = &fixture->site };

  world.so_pin =
      yy_secret_new (world.site->rules->factory_so_pin, strlen (world.site->rules->factory_so_pin));
  for (guint i = 0; i < G_N_ELEMENTS (world.clients); i++)
    client_reset (&world.clients[i]);
  world_next_order (&world);
  for (guint i = 0; i < 20000; i++)
    world_act (&world);
  g_test_message ("%u orders completed, %u wrong SO PINs", world.completed, world.wasted);
  g_assert_cmpuint (world.completed, >, 10);
  for (guint i = 0; i < G_N_ELEMENTS (world.clients); i++)
    client_reset (&world.clients[i]);
  yy_order_free (world.order);
  yy_secret_free (world.code);
  yy_secret_free (world.so_pin);
}

/* Limits */

static void
test_networks (Fixture *fixture, gconstpointer data)
{
  static const char *const same[][2] = {
    { "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff" },
    { "::ffff:192.0.2.1", "192.0.2.1" },
    { "?", "?" },
  };
  static const char *const different[][2] = {
    { "2001:db8:1:2::1", "2001:db8:1:3::1" },
    { "192.0.2.1", "192.0.2.2" },
    { "::ffff:192.0.2.1", "::ffff:192.0.2.2" },
    { "::1", "?" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autofree char *a = ra_limiter_key_of_address ("code", same[i][0]);
      g_autofree char *b = ra_limiter_key_of_address ("code", same[i][1]);
      g_autofree char *other_kind = ra_limiter_key_of_address ("match", same[i][0]);
      g_autofree char *token = ra_limiter_key ("code", same[i][0]);

      g_assert_cmpstr (a, ==, b);
      g_assert_cmpstr (a, !=, other_kind);
      g_assert_cmpstr (a, !=, token);
    }
  for (guint i = 0; i < G_N_ELEMENTS (different); i++)
    {
      g_autofree char *a = ra_limiter_key_of_address ("code", different[i][0]);
      g_autofree char *b = ra_limiter_key_of_address ("code", different[i][1]);

      g_assert_cmpstr (a, !=, b);
    }
}

static void
test_news (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RaLimiter) limiter = ra_limiter_new ();

  g_assert_false (ra_limiter_is_news (limiter, "a"));
  ra_limiter_count (limiter, "a");
  ra_limiter_count (limiter, "b");
  g_assert_true (ra_limiter_is_news (limiter, "a"));
  g_assert_false (ra_limiter_is_news (limiter, "a"));
  g_assert_true (ra_limiter_is_news (limiter, "b"));
}

#define ADD(name, function)                                                                        \
  g_test_add ("/ra-grants/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("codes-both-kinds", test_codes_both_kinds);
  ADD ("codes-expire-and-end", test_codes_expire_and_end);
  ADD ("verification", test_verification);
  ADD ("verification-needs-a-ready-order", test_verification_needs_a_ready_order);
  ADD ("masks", test_masks);
  ADD ("grant-needs-its-order", test_grant_needs_its_order);
  ADD ("closing", test_closing);
  ADD ("lost-so-pin", test_lost_so_pin);
  ADD ("no-order-of-events-loses-the-so-pin", test_no_order_of_events_loses_the_so_pin);
  ADD ("networks", test_networks);
  ADD ("news", test_news);
  return g_test_run ();
}
