/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-identity.h"
#include "order/yy-order.h"
#include "order/yy-profile.h"

#include "config.h"

#include <string.h>

static char *
read_data (const char *name)
{
  g_autofree char *path = g_build_filename (SOURCE_DATADIR, "profiles", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static YyOrder *
parse_order (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return yy_order_new_from_key_file (bytes, error);
}

/* A sample with one line replaced (or added behind its group's first line). */
static char *
file_with (const char *name, const char *group, const char *line)
{
  g_autofree char *sample = read_data (name);
  g_auto (GStrv) lines = g_strsplit (sample, "\n", -1);
  GString *text = g_string_new (NULL);
  g_autofree char *key = g_strndup (line, strcspn (line, "=") + 1);
  g_autofree char *header = g_strdup_printf ("[%s]", group);
  gboolean inside = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] == '[')
        inside = g_str_equal (lines[i], header);
      if (!inside || !g_str_has_prefix (lines[i], key))
        g_string_append_printf (text, "%s\n", lines[i]);
      if (g_str_equal (lines[i], header))
        g_string_append_printf (text, "%s\n", line);
    }
  return g_string_free (text, FALSE);
}

static char *
sample_with (const char *group, const char *line)
{
  return file_with ("demo-order.ini", group, line);
}

static void
test_credit_code (void)
{
  g_assert_true (yy_identity_check_credit_code ("91350100M000100Y43"));
  g_assert_true (yy_identity_check_credit_code ("91440300MA0000YY0T"));
  g_assert_false (yy_identity_check_credit_code ("91350100M000100Y44"));
  g_assert_false (yy_identity_check_credit_code ("93150100M000100Y43"));
  g_assert_false (yy_identity_check_credit_code ("91350100M000100Y4"));
  g_assert_false (yy_identity_check_credit_code ("91350100I000100Y43"));
  g_assert_false (yy_identity_check_credit_code ("91350100m000100Y43"));
  g_assert_false (yy_identity_check_credit_code (""));
}

static void
test_person_number (void)
{
  g_assert_true (yy_identity_check_person_number ("11010519491231002X"));
  g_assert_true (yy_identity_check_person_number ("440524188001010014"));
  g_assert_false (yy_identity_check_person_number ("110105194912310021"));
  g_assert_false (yy_identity_check_person_number ("11010519491231002x"));
  g_assert_false (yy_identity_check_person_number ("110105194913310029"));
  g_assert_false (yy_identity_check_person_number ("11010519491231002"));
  g_assert_false (yy_identity_check_person_number ("1101051949123100 X"));
}

static void
test_sample (void)
{
  g_autofree char *text = read_data ("demo-order.ini");
  g_autoptr (GError) error = NULL;
  g_autoptr (YyOrder) order = parse_order (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (order->organization, ==, "深圳市示例文具有限公司");
  g_assert_cmpstr (order->agent_mobile, ==, "13800000000");
  g_assert_cmpint (order->type, ==, YY_ORDER_APPLY);
  g_assert_cmpint (order->state, ==, YY_ORDER_DRAFT);
  g_assert_cmpuint (order->years, ==, 1);
  g_assert_true (order->seal);
}

static void
test_bad_fields (void)
{
  static const struct
  {
    const char *group;
    const char *line;
    const char *named;
  } bad[] = {
    { "organization", "name=", "organization.name" },
    { "organization", "name= \\s", "organization.name" },
    { "organization", "name=深圳\\t公司", "organization.name" },
    { "organization", "name=深圳\xe2\x80\xae公司", "organization.name" },
    { "organization", "document-type=paper", "organization.document-type" },
    { "organization", "document-number=91440300MA0000YY01", "organization.document-number" },
    { "organization", "country=cn", "organization.country" },
    { "organization", "country=CHN", "organization.country" },
    { "organization", "phone=12345", "organization.phone" },
    { "organization", "phone=0755x0000000", "organization.phone" },
    { "organization", "type=club", "organization.type" },
    { "organization", "fax=1", "organization.fax" },
    { "agent", "document-number=110105194912310021", "agent.document-number" },
    { "agent", "mobile=12800000000", "agent.mobile" },
    { "agent", "mobile=1380000000", "agent.mobile" },
    { "agent", "email=a.example.com", "agent.email" },
    { "agent", "email=a@example", "agent.email" },
    { "agent", "email=@example.com", "agent.email" },
    { "agent", "email=张@example.com", "agent.email" },
    { "order", "years=0", "order.years" },
    { "order", "years=6", "order.years" },
    { "order", "years=1x", "order.years" },
    { "order", "type=buy", "order.type" },
    { "order", "seal=perhaps", "order.seal" },
    { "order", "seal=false", "order.seal-name" },
    { "order", "seal-name=", "order.seal-name" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = sample_with (bad[i].group, bad[i].line);
      g_autoptr (GError) error = NULL;
      g_autofree char *start = g_strconcat (bad[i].named, ": ", NULL);

      g_test_message ("%s", bad[i].line);
      g_assert_null (parse_order (text, &error));
      g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
      g_assert_true (g_str_has_prefix (error->message, start));
    }
}

static void
test_other_document (void)
{
  static const char *const numbers[] = { "A-123 (45)", "粤123" };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *line = g_strconcat ("document-number=", numbers[i], NULL);
      g_autofree char *sample = sample_with ("organization", line);
      g_autoptr (GString) text = g_string_new (sample);
      g_autoptr (GError) error = NULL;
      g_autoptr (YyOrder) order = NULL;

      g_string_replace (text, "=credit-code", "=other", 0);
      order = parse_order (text->str, &error);
      if (i == 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
    }
}

static void
test_no_key_file (void)
{
  static const char *const bad[] = { "", "name=x", "\xff\xfe", "[organization",
                                     "[order]\nyears=1\n" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse_order (bad[i], &error));
      g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
    }
}

static char *
long_name (guint count)
{
  GString *name = g_string_new (NULL);

  for (guint i = 0; i < count; i++)
    g_string_append_unichar (name, 0x20000 + i);
  return g_string_free (name, FALSE);
}

/* CJK extension B takes four bytes a character in UTF-8; the limit counts characters. */
static void
test_rare_characters (void)
{
  g_autofree char *longest = long_name (64);
  g_autofree char *longer = long_name (65);
  g_autofree char *line = g_strconcat ("name=", longest, NULL);
  g_autofree char *line_too_long = g_strconcat ("name=", longer, NULL);
  g_autofree char *text = sample_with ("organization", line);
  g_autofree char *text_too_long = sample_with ("organization", line_too_long);
  g_autoptr (GError) error = NULL;
  g_autoptr (YyOrder) order = parse_order (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (order->organization, ==, longest);
  g_assert_null (parse_order (text_too_long, &error));
  g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
  g_assert_true (g_str_has_prefix (error->message, "organization.name: "));
}

static void
test_json (void)
{
  g_autofree char *text = read_data ("demo-order.ini");
  g_autoptr (YyOrder) order = parse_order (text, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) again = NULL;
  g_autoptr (YyOrder) read = NULL;

  order->number = g_strdup ("2026000001");
  order->state = YY_ORDER_READY;
  order->created = 1790000000;
  node = yy_order_to_json (order);
  read = yy_order_new_from_json (node, &error);
  g_assert_no_error (error);
  again = yy_order_to_json (read);
  g_assert_true (json_node_equal (node, again));
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "state"), ==,
                   "ready");
}

static void
test_bad_json (void)
{
  static const char *const bad[] = {
    "[]",
    "1",
    "null",
    "{}",
    "{\"type\": 5}",
    "{\"type\": \"apply\", \"state\": \"ready\", \"organization\": []}",
    "{\"type\": \"apply\", \"state\": \"nowhere\"}",
    "{\"type\": \"apply\", \"state\": \"draft\", \"organization\": {\"name\": {}}, \"years\": -1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (bad[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (yy_order_new_from_json (node, &error));
      g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
    }
}

/* Names in every place where Unicode has Han characters, and where registers have their own. */
static void
test_every_extension (void)
{
  static const gunichar firsts[] = {
    0x3400,  0x4E00,  0x9FFF,  0x20000, 0x2A700, 0x2B740, 0x2B820,
    0x2CEB0, 0x2EBF0, 0x30000, 0x31350, 0xF900,  0xFA0E,  0x2F800,
    0x3007,  0x2E80,  0x2F00,  0xE000,  0xF8FF,  0xF0000, 0x10FFFD,
  };

  for (guint i = 0; i < G_N_ELEMENTS (firsts); i++)
    {
      GString *line = g_string_new ("name=张");
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (YyOrder) order = NULL;
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (YyOrder) read = NULL;

      g_string_append_unichar (line, firsts[i]);
      text = file_with ("demo-unlock.ini", "agent", line->str);
      order = parse_order (text, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (order->agent_name, ==, line->str + strlen ("name="));
      node = yy_order_to_json (order);
      read = yy_order_new_from_json (node, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (order->agent_name, ==, read->agent_name);
      g_string_free (line, TRUE);
    }
}

static void
test_unlock_sample (void)
{
  g_autofree char *text = read_data ("demo-unlock.ini");
  g_autoptr (GError) error = NULL;
  g_autoptr (YyOrder) order = parse_order (text, &error);

  g_assert_no_error (error);
  g_assert_cmpint (order->type, ==, YY_ORDER_UNLOCK);
  g_assert_cmpint (order->state, ==, YY_ORDER_DRAFT);
  g_assert_cmpuint (order->years, ==, 0);
  g_assert_cmpstr (order->organization, ==, "深圳市示例文具有限公司");
  g_assert_cmpstr (order->agent_name, ==, "张三");
  g_assert_cmpstr (order->agent_document_type, ==, "identity-card");
  g_assert_cmpstr (order->agent_document_number, ==, "11010519491231002X");
  g_assert_cmpstr (order->agent_mobile, ==, "13800000000");
}

static void
test_unlock_bad_fields (void)
{
  static const struct
  {
    const char *group;
    const char *line;
    const char *named;
  } bad[] = {
    { "organization", "name=", "organization.name" },
    { "organization", "country=CN", "organization.country" },
    { "organization", "document-type=other", "organization.document-type" },
    { "agent", "name=", "agent.name" },
    { "agent", "document-type=", "agent.document-type" },
    { "agent", "document-number=1", "agent.document-number" },
    { "agent", "mobile=", "agent.mobile" },
    { "agent", "email=a@example.com", "agent.email" },
    { "order", "years=1", "order.years" },
    { "order", "seal=false", "order.seal" },
    { "order", "seal-name=A", "order.seal-name" },
    { "order", "type=apply", "order.years" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = file_with ("demo-unlock.ini", bad[i].group, bad[i].line);
      g_autoptr (GError) error = NULL;
      g_autofree char *start = g_strconcat (bad[i].named, ": ", NULL);

      g_test_message ("%s", bad[i].line);
      g_assert_null (parse_order (text, &error));
      g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
      g_assert_true (g_str_has_prefix (error->message, start));
    }
}

static void
test_unlock_one_field (void)
{
  g_autofree char *text = read_data ("demo-unlock.ini");
  g_autoptr (YyOrder) order = parse_order (text, NULL);

  g_assert_null (yy_order_check_field (order, "organization", "name"));
  g_assert_null (yy_order_check_field (order, "agent", "document-number"));
  g_clear_pointer (&order->organization, g_free);
  order->agent_document_number[17] = '9';
  g_assert_cmpstr (yy_order_check_field (order, "organization", "name"), ==,
                   "this field is needed");
  g_assert_nonnull (strstr (yy_order_check_field (order, "agent", "document-number"), "last one"));
  g_assert_null (yy_order_check_field (order, "agent", "mobile"));
}

static void
test_unlock_tidy (void)
{
  const char *text = "[organization]\nname=\u3000深圳市示例文具有限公司 \u3000\n"
                     "[agent]\nname=阿卜杜拉 买买提\u3000\ndocument-type=identity-card\n"
                     "document-number=1101 0519 4912 3100 2x\nmobile=１３８-0000 0000\n"
                     "[order]\ntype=unlock\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (YyOrder) order = yy_order_new_from_key_file (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (order->organization, ==, "深圳市示例文具有限公司");
  g_assert_cmpstr (order->agent_name, ==, "阿卜杜拉 买买提");
  g_assert_cmpstr (order->agent_document_number, ==, "11010519491231002X");
  g_assert_cmpstr (order->agent_mobile, ==, "13800000000");
}

static void
test_unlock_json (void)
{
  g_autofree char *text = read_data ("demo-unlock.ini");
  g_autoptr (YyOrder) order = parse_order (text, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) again = NULL;
  g_autoptr (YyOrder) read = NULL;
  JsonObject *object = NULL;

  order->agent_matches = TRUE;
  node = yy_order_to_json (order);
  object = json_node_get_object (node);
  g_assert_true (json_object_get_boolean_member (object, "agent_matches"));
  g_assert_false (json_object_has_member (object, "years"));
  g_assert_false (json_object_has_member (object, "seal"));
  g_assert_cmpuint (json_object_get_size (json_object_get_object_member (object, "organization")),
                    ==, 1);
  g_assert_cmpuint (json_object_get_size (json_object_get_object_member (object, "agent")), ==, 4);
  read = yy_order_new_from_json (node, &error);
  g_assert_no_error (error);
  g_assert_true (read->agent_matches);
  again = yy_order_to_json (read);
  g_assert_true (json_node_equal (node, again));
}

static void
test_unlock_bad_json (void)
{
  static const struct
  {
    const char *group;
    const char *name;
    const char *named;
    const char *value;
  } bad[] = {
    { "agent", "email", "agent.email: ", "a@example.com" },
    { "organization", "city", "organization.city: ", "a@example.com" },
    { "agent", "name", "agent.name: ", "张三 " },
    { "agent", "document_number", "agent.document-number: ", "11010519491231002x" },
    { NULL, "seal_name", "order.seal-name: ", "a@example.com" },
  };
  g_autofree char *text = read_data ("demo-unlock.ini");
  g_autoptr (YyOrder) order = parse_order (text, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonNode) node = yy_order_to_json (order);
      g_autoptr (GError) error = NULL;
      JsonObject *object = json_node_get_object (node);

      if (bad[i].group != NULL)
        object = json_object_get_object_member (object, bad[i].group);
      json_object_set_string_member (object, bad[i].name, bad[i].value);
      g_assert_null (yy_order_new_from_json (node, &error));
      g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
      g_assert_true (g_str_has_prefix (error->message, bad[i].named));
    }
}

/* An order to apply is written as it was before there were orders to unlock. */
static void
test_apply_json_members (void)
{
  g_autofree char *text = read_data ("demo-order.ini");
  g_autoptr (YyOrder) order = parse_order (text, NULL);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GList) members = NULL;
  GString *names = g_string_new (NULL);

  order->agent_matches = TRUE;
  node = yy_order_to_json (order);
  members = json_object_get_members (json_node_get_object (node));
  for (GList *m = members; m != NULL; m = m->next)
    g_string_append_printf (names, "%s ", (const char *) m->data);
  g_assert_cmpstr (names->str, ==,
                   "number type state paid organization agent years seal seal_name token reason "
                   "created updated ");
  g_string_free (names, TRUE);
}

static void
test_profile (void)
{
  g_autofree char *text = read_data ("demo.ini");
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (YyProfile) profile = yy_profile_new (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (yy_profile_get_language (profile), ==, "zh_CN");
  g_assert_cmpuint (yy_profile_get_pin_policy (profile)->min_length, ==, 8);
  g_assert_true (g_key_file_has_group (yy_profile_get_key_file (profile), "sms"));
}

static void
test_bad_profile (void)
{
  static const struct
  {
    const char *text;
    const char *named;
  } bad[] = {
    { "", "" },
    { "[ca]\nname=\n", "[ca] name" },
    { "[ca]\nname=A\nproduct=B\nhotline=C\n", "[ca] language" },
    { "[ca]\nname=A\nproduct=B\nhotline=C\nlanguage=D\n", "[pin] min-length" },
    { "[ca]\nname=A\nproduct=B\nhotline=C\nlanguage=D\n[pin]\nmin-length=9\nmax-length=8\n",
      "[pin] max-length" },
    { "[ca]\nname=A\nproduct=B\nhotline=C\nlanguage=D\n"
      "[pin]\nmin-length=9\nmax-length=9\nmin-classes=5\n",
      "[pin] min-classes" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (bad[i].text, strlen (bad[i].text));
      g_autoptr (GError) error = NULL;

      g_assert_null (yy_profile_new (bytes, &error));
      g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, bad[i].named));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/order/credit-code", test_credit_code);
  g_test_add_func ("/order/person-number", test_person_number);
  g_test_add_func ("/order/sample", test_sample);
  g_test_add_func ("/order/bad-fields", test_bad_fields);
  g_test_add_func ("/order/other-document", test_other_document);
  g_test_add_func ("/order/no-key-file", test_no_key_file);
  g_test_add_func ("/order/rare-characters", test_rare_characters);
  g_test_add_func ("/order/json", test_json);
  g_test_add_func ("/order/bad-json", test_bad_json);
  g_test_add_func ("/order/every-extension", test_every_extension);
  g_test_add_func ("/order/apply-json-members", test_apply_json_members);
  g_test_add_func ("/order/unlock/sample", test_unlock_sample);
  g_test_add_func ("/order/unlock/bad-fields", test_unlock_bad_fields);
  g_test_add_func ("/order/unlock/one-field", test_unlock_one_field);
  g_test_add_func ("/order/unlock/tidy", test_unlock_tidy);
  g_test_add_func ("/order/unlock/json", test_unlock_json);
  g_test_add_func ("/order/unlock/bad-json", test_unlock_bad_json);
  g_test_add_func ("/profile/demo", test_profile);
  g_test_add_func ("/profile/bad", test_bad_profile);
  return g_test_run ();
}
