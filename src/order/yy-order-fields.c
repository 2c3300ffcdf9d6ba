/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-order-fields.h"

#include "order/yy-identity.h"

#include <string.h>

#include <glib/gi18n.h>

static const char *
check_organization_number (const YyOrder *order, const char *value)
{
  if (g_strcmp0 (order->organization_document_type, "credit-code") == 0 &&
      !yy_identity_check_credit_code (value))
    return N_ ("this is not a unified social credit code: 18 characters with the right last one");
  /* It becomes a PrintableString of the certificate (RFC 5280, appendix A.1). */
  for (const char *c = value; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr (" '()+,-./:=?", *c) == NULL)
      return N_ ("only letters, digits and some signs are allowed here");
  return NULL;
}

static const char *
check_agent_number (const YyOrder *order, const char *value)
{
  if (g_strcmp0 (order->agent_document_type, "identity-card") == 0 &&
      !yy_identity_check_person_number (value))
    return N_ ("this is not an identity card number: 18 characters with the right last one");
  return NULL;
}

static gboolean
is_one_of (const char *value, const char *const *allowed)
{
  return g_strv_contains (allowed, value);
}

static const char *
check_organization_document (const YyOrder *order, const char *value)
{
  static const char *const allowed[] = { "credit-code", "other", NULL };

  return is_one_of (value, allowed) ? NULL : N_ ("“credit-code” or “other” is needed here");
}

static const char *
check_organization_type (const YyOrder *order, const char *value)
{
  static const char *const allowed[] = { "enterprise",  "institution", "government",
                                         "association", "individual",  NULL };

  return is_one_of (value, allowed)
             ? NULL
             : N_ ("“enterprise”, “institution”, “government”, “association” or “individual” is "
                   "needed here");
}

static const char *
check_agent_document (const YyOrder *order, const char *value)
{
  static const char *const allowed[] = { "identity-card", "passport", "permit", "other", NULL };

  return is_one_of (value, allowed)
             ? NULL
             : N_ ("“identity-card”, “passport”, “permit” or “other” is needed here");
}

static const char *
check_country (const YyOrder *order, const char *value)
{
  if (strlen (value) == 2 && g_ascii_isupper (value[0]) && g_ascii_isupper (value[1]))
    return NULL;
  return N_ ("two capital letters are needed here, as in “CN”");
}

static const char *
check_phone (const YyOrder *order, const char *value)
{
  guint digits = 0;

  for (const char *c = value; *c != '\0'; c++)
    if (g_ascii_isdigit (*c))
      digits++;
    else if (*c != '-' && *c != ' ' && !(*c == '+' && c == value))
      digits = G_MAXINT;
  return digits >= 7 && digits <= 15 ? NULL : N_ ("this is not a telephone number");
}

static const char *
check_mobile (const YyOrder *order, const char *value)
{
  gboolean right = strlen (value) == 11 && value[0] == '1' && value[1] >= '3';

  for (const char *c = value; *c != '\0'; c++)
    right = right && g_ascii_isdigit (*c);
  return right ? NULL : N_ ("this is not a mobile number of 11 digits");
}

/* The part of RFC 5321 that mail providers accept: one @, a dotted domain, no quoting. */
static const char *
check_email (const YyOrder *order, const char *value)
{
  const char *at = strchr (value, '@');
  const char *dot = at == NULL ? NULL : strchr (at, '.');
  gboolean right = at != NULL && at != value && strchr (at + 1, '@') == NULL && dot != NULL &&
                   dot != at + 1 && strstr (value, "..") == NULL && !g_str_has_suffix (value, ".");

  for (const char *c = value; *c != '\0'; c++)
    right = right && (g_ascii_isalnum (*c) || strchr ("@.!#$%&'*+/=?^_`{|}~-", *c) != NULL);
  return right ? NULL : N_ ("this is not an e-mail address");
}

/* An order to unlock a token is for a certificate that is there already: it has only what tells
   whether the agent is the one of the last order. */
#define UNLOCKING  (1u << YY_ORDER_UNLOCK)
#define EVERY_TYPE ((1u << YY_ORDER_N_TYPES) - 1)
#define FULL_TYPES (EVERY_TYPE & ~UNLOCKING)

#define FIELD(types, group, key, member, max, required, check)                                     \
  {                                                                                                \
    group, key, G_STRUCT_OFFSET (YyOrder, member), max, required, types, check                     \
  }

/* The lengths of what goes into the certificate are the upper bounds of RFC 5280, appendix A.1. */
static const YyOrderField fields[] = {
  FIELD (EVERY_TYPE, "organization", "name", organization, 64, TRUE, NULL),
  FIELD (FULL_TYPES,
         "organization",
         "document-type",
         organization_document_type,
         16,
         TRUE,
         check_organization_document),
  FIELD (FULL_TYPES,
         "organization",
         "document-number",
         organization_document_number,
         64,
         TRUE,
         check_organization_number),
  FIELD (FULL_TYPES, "organization", "country", organization_country, 2, TRUE, check_country),
  FIELD (FULL_TYPES, "organization", "province", organization_province, 128, TRUE, NULL),
  FIELD (FULL_TYPES, "organization", "city", organization_city, 128, TRUE, NULL),
  FIELD (FULL_TYPES, "organization", "address", organization_address, 200, TRUE, NULL),
  FIELD (FULL_TYPES, "organization", "phone", organization_phone, 24, TRUE, check_phone),
  FIELD (FULL_TYPES, "organization", "type", organization_type, 16, TRUE, check_organization_type),
  FIELD (EVERY_TYPE, "agent", "name", agent_name, 64, TRUE, NULL),
  FIELD (EVERY_TYPE, "agent", "document-type", agent_document_type, 16, TRUE, check_agent_document),
  FIELD (EVERY_TYPE,
         "agent",
         "document-number",
         agent_document_number,
         64,
         TRUE,
         check_agent_number),
  FIELD (EVERY_TYPE, "agent", "mobile", agent_mobile, 11, TRUE, check_mobile),
  FIELD (FULL_TYPES, "agent", "email", agent_email, 254, TRUE, check_email),
  FIELD (FULL_TYPES, "order", "seal-name", seal_name, 64, FALSE, NULL),
};

const YyOrderField *
yy_order_fields (guint *count)
{
  *count = G_N_ELEMENTS (fields);
  return fields;
}

char **
yy_order_field_value (const YyOrder *order, const YyOrderField *field)
{
  return (char **) G_STRUCT_MEMBER_P (order, field->offset);
}

gboolean
yy_order_field_belongs (const YyOrderField *field, YyOrderType type)
{
  return (field->types & 1u << type) != 0;
}

gboolean
yy_order_has_term (YyOrderType type)
{
  return (FULL_TYPES & 1u << type) != 0;
}

gboolean
yy_order_field_refuse (GError **error, const char *group, const char *key, const char *problem)
{
  g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA, "%s.%s: %s", group, key, problem);
  return FALSE;
}

/* Characters that a reader cannot see, or that turn the text round, have no place in a name that
   will stand in a certificate. Private use is allowed: registers hold rare names there. */
static gboolean
is_visible (const char *value)
{
  for (const char *c = value; *c != '\0'; c = g_utf8_next_char (c))
    switch ((int) g_unichar_type (g_utf8_get_char (c)))
      {
      case G_UNICODE_CONTROL:
      case G_UNICODE_FORMAT:
      case G_UNICODE_SURROGATE:
      case G_UNICODE_LINE_SEPARATOR:
      case G_UNICODE_PARAGRAPH_SEPARATOR:
        return FALSE;
      default:
        break;
      }
  return TRUE;
}

static const char *
check_text (const YyOrderField *field, const char *value)
{
  gsize size = strlen (value);

  if (size > 4 * (gsize) field->max || !g_utf8_validate (value, (gssize) size, NULL) ||
      g_utf8_strlen (value, -1) > (glong) field->max)
    return N_ ("this is too long, or not UTF-8");
  if (g_unichar_isspace (g_utf8_get_char (value)) ||
      g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (value + size))))
    return N_ ("spaces at the beginning and at the end are not allowed");
  return is_visible (value) ? NULL : N_ ("invisible characters are not allowed");
}

static const char *
find_problem (const YyOrder *order, const YyOrderField *field)
{
  const char *value = *yy_order_field_value (order, field);
  const char *problem = NULL;

  if (!yy_order_field_belongs (field, order->type))
    return value == NULL ? NULL : N_ ("an order of this type does not have this field");
  if (value == NULL || *value == '\0')
    return field->required ? N_ ("this field is needed") : NULL;
  problem = check_text (field, value);
  if (problem == NULL && field->check != NULL)
    problem = field->check (order, value);
  return problem;
}

static gboolean
check_field (const YyOrder *order, const YyOrderField *field, GError **error)
{
  const char *problem = find_problem (order, field);

  if (problem == NULL)
    return TRUE;
  return yy_order_field_refuse (error, field->group, field->key, _ (problem));
}

const char *
yy_order_check_field (const YyOrder *order, const char *group, const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_str_equal (fields[i].group, group) && g_str_equal (fields[i].key, key))
      {
        const char *problem = find_problem (order, &fields[i]);

        return problem == NULL ? NULL : _ (problem);
      }
  g_return_val_if_reached (NULL);
}

static gboolean
check_term (const YyOrder *order, GError **error)
{
  const char *superfluous = order->seal ? "seal" : order->years != 0 ? "years" : NULL;

  if (!yy_order_has_term (order->type))
    return superfluous == NULL ||
           yy_order_field_refuse (error, "order", superfluous,
                                  _ ("an order of this type does not have this field"));
  if (order->years < 1 || order->years > 5)
    return yy_order_field_refuse (error, "order", "years",
                                  _ ("a number from 1 to 5 is needed here"));
  if (order->seal != (order->seal_name != NULL))
    return yy_order_field_refuse (error, "order", "seal-name",
                                  _ ("this field goes with “seal=true”"));
  return TRUE;
}

gboolean
yy_order_check (const YyOrder *order, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (!check_field (order, &fields[i], error))
      return FALSE;
  return check_term (order, error);
}
