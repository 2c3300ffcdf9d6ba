/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The activation procedure itself: a table of every state of token and grant. */
#include "procedure/yy-activation.h"

#include "test-certificate.h"
#include "token/yy-token-parse.h"

#define OURS   "00112233445566778899aabbccddeeff"
#define THEIRS "ffeeddccbbaa99887766554433221100"

/* What the token holds under the order's id. */
typedef enum
{
  NOTHING,
  KEY = 1 << 0,
  CERTIFICATE = 1 << 1,
  OTHER_CERTIFICATE = 1 << 2,
} Contents;

typedef struct
{
  const char *name;
  YyGrantState state;
  const char *session;
  gboolean completed;
  gboolean issued;
  guint contents;
  gboolean logged_in;
  YyActivationStep step;
} Case;

static const Case cases[] = {
  { "authorised", YY_GRANT_AUTHORISED, NULL, FALSE, FALSE, NOTHING, FALSE, YY_ACTIVATION_SET_PIN },
  { "released-by-us", YY_GRANT_RELEASED, OURS, FALSE, FALSE, NOTHING, FALSE,
    YY_ACTIVATION_SET_PIN },
  { "released-by-them", YY_GRANT_RELEASED, THEIRS, FALSE, FALSE, NOTHING, FALSE,
    YY_ACTIVATION_SET_PIN },
  { "pin-set-by-us", YY_GRANT_PIN_SET, OURS, FALSE, FALSE, NOTHING, FALSE, YY_ACTIVATION_ROTATE },
  { "pin-set-by-them", YY_GRANT_PIN_SET, THEIRS, FALSE, FALSE, NOTHING, FALSE,
    YY_ACTIVATION_SET_PIN },
  { "pin-set-by-nobody", YY_GRANT_PIN_SET, NULL, FALSE, FALSE, NOTHING, FALSE,
    YY_ACTIVATION_SET_PIN },
  { "rotated-by-us", YY_GRANT_ROTATED, OURS, FALSE, FALSE, NOTHING, FALSE, YY_ACTIVATION_CLOSE },
  { "rotated-by-them", YY_GRANT_ROTATED, THEIRS, FALSE, FALSE, KEY, FALSE, YY_ACTIVATION_SET_PIN },
  { "closed-by-them", YY_GRANT_CLOSED, THEIRS, FALSE, FALSE, KEY, FALSE, YY_ACTIVATION_AUTHORISE },
  { "closed-by-them-completed", YY_GRANT_CLOSED, THEIRS, TRUE, TRUE, KEY | CERTIFICATE, FALSE,
    YY_ACTIVATION_AUTHORISE },
  { "closed-no-key", YY_GRANT_CLOSED, OURS, FALSE, FALSE, NOTHING, FALSE, YY_ACTIVATION_KEY },
  { "closed-no-key-logged-in", YY_GRANT_CLOSED, OURS, FALSE, FALSE, NOTHING, TRUE,
    YY_ACTIVATION_KEY },
  { "closed-key-not-logged-in", YY_GRANT_CLOSED, OURS, FALSE, FALSE, KEY, FALSE,
    YY_ACTIVATION_KEY },
  { "closed-key", YY_GRANT_CLOSED, OURS, FALSE, FALSE, KEY, TRUE, YY_ACTIVATION_REQUEST },
  { "issued-not-written", YY_GRANT_CLOSED, OURS, FALSE, TRUE, KEY, TRUE, YY_ACTIVATION_REQUEST },
  { "written-not-confirmed", YY_GRANT_CLOSED, OURS, FALSE, TRUE, KEY | CERTIFICATE, TRUE,
    YY_ACTIVATION_REQUEST },
  { "completed-other-certificate", YY_GRANT_CLOSED, OURS, TRUE, TRUE, KEY | OTHER_CERTIFICATE, TRUE,
    YY_ACTIVATION_REQUEST },
  { "completed-no-certificate", YY_GRANT_CLOSED, OURS, TRUE, TRUE, KEY, TRUE,
    YY_ACTIVATION_REQUEST },
  { "completed-not-issued", YY_GRANT_CLOSED, OURS, TRUE, FALSE, KEY | CERTIFICATE, TRUE,
    YY_ACTIVATION_REQUEST },
  { "completed", YY_GRANT_CLOSED, OURS, TRUE, TRUE, KEY | CERTIFICATE, TRUE, YY_ACTIVATION_DONE },
  { "completed-not-logged-in", YY_GRANT_CLOSED, OURS, TRUE, TRUE, KEY | CERTIFICATE, FALSE,
    YY_ACTIVATION_DONE },
};

typedef struct
{
  GBytes *id;
  YyCertificate *certificate;
  YyCertificate *other;
} Fixture;

static YyToken *
make_token (Fixture *f, guint contents)
{
  g_autoptr (GHashTable) properties =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  YyCertificate *certificate = contents & OTHER_CERTIFICATE ? f->other : f->certificate;
  GVariantBuilder certificates;
  GVariantBuilder keys;
  YyToken *token = NULL;

  g_variant_builder_init (&certificates, G_VARIANT_TYPE ("a(aysayi)"));
  g_variant_builder_init (&keys, G_VARIANT_TYPE ("a(aysay)"));
  if (contents & (CERTIFICATE | OTHER_CERTIFICATE))
    g_variant_builder_add (&certificates, "(@ays@ayi)",
                           g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, f->id, TRUE),
                           "label",
                           g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING,
                                                     yy_certificate_get_der (certificate), TRUE),
                           1);
  if (contents & KEY)
    g_variant_builder_add (&keys, "(@aysay)",
                           g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, f->id, TRUE),
                           "label", NULL);
  g_hash_table_insert (properties, (gpointer) "Serial",
                       g_variant_ref_sink (g_variant_new_string ("A1")));
  g_hash_table_insert (properties, (gpointer) "Certificates",
                       g_variant_ref_sink (g_variant_builder_end (&certificates)));
  g_hash_table_insert (properties, (gpointer) "Keys",
                       g_variant_ref_sink (g_variant_builder_end (&keys)));
  token = yy_token_new ("/module.so", properties, NULL);
  g_assert_nonnull (token);
  return token;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  Fixture f = { g_bytes_new_static ("\1\2\3", 3), test_certificate_new ("one"),
                test_certificate_new ("two") };
  g_autoptr (YyToken) token = make_token (&f, c->contents);
  YyGrant grant = {
    .state = c->state,
    .session = (char *) c->session,
    .order_state = (char *) (c->completed ? "completed" : "ready"),
    .certificate = c->issued ? f.certificate : NULL,
    .key_id = f.id,
  };

  g_assert_cmpstr (yy_activation_step_get_nick (
                       yy_activation_next_step (token, &grant, OURS, c->logged_in)),
                   ==, yy_activation_step_get_nick (c->step));
  g_bytes_unref (f.id);
  g_object_unref (f.certificate);
  g_object_unref (f.other);
}

static void
test_no_grant (void)
{
  Fixture f = { NULL };
  g_autoptr (YyToken) token = make_token (&f, NOTHING);

  g_assert_cmpint (yy_activation_next_step (token, NULL, OURS, FALSE), ==, YY_ACTIVATION_AUTHORISE);
  g_assert_cmpint (yy_activation_next_step (token, NULL, OURS, TRUE), ==, YY_ACTIVATION_AUTHORISE);
}

static void
test_names (void)
{
  g_autoptr (GHashTable) nicks = g_hash_table_new (g_str_hash, g_str_equal);

  for (YyActivationStep step = YY_ACTIVATION_AUTHORISE; step <= YY_ACTIVATION_DONE; step++)
    {
      g_assert_cmpuint (strlen (yy_activation_step_get_title (step)), >, 0);
      g_assert_true (g_hash_table_add (nicks, (gpointer) yy_activation_step_get_nick (step)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/activation/no-grant", test_no_grant);
  g_test_add_func ("/activation/names", test_names);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/activation/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
