/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-text.h"

#include <string.h>

#include <glib/gi18n.h>

static gboolean
is_valid_longer (const YyTokenCertificate *a, const YyTokenCertificate *b)
{
  return g_date_time_compare (yy_certificate_get_not_after (a->certificate),
                              yy_certificate_get_not_after (b->certificate)) > 0;
}

YyTokenCertificate *
yy_text_find_certificate (YyToken *token)
{
  GPtrArray *certificates = yy_token_get_certificates (token);
  YyTokenCertificate *best = NULL;

  for (guint i = 0; i < certificates->len; i++)
    {
      YyTokenCertificate *candidate = certificates->pdata[i];

      if (candidate->has_key != 0 && (best == NULL || is_valid_longer (candidate, best)))
        best = candidate;
    }
  return best;
}

static gint64
seconds_left (YyCertificate *certificate)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_date_time_difference (yy_certificate_get_not_after (certificate), now) /
         G_TIME_SPAN_SECOND;
}

YyCondition
yy_text_get_condition (YyToken *token)
{
  YyTokenCertificate *certificate = yy_text_find_certificate (token);

  if (certificate == NULL)
    return YY_CONDITION_NOT_ACTIVATED;
  if (yy_token_get_pin_state (token) == YY_PIN_LOCKED)
    return YY_CONDITION_LOCKED;
  if (seconds_left (certificate->certificate) < 0)
    return YY_CONDITION_EXPIRED;
  return yy_certificate_get_days_left (certificate->certificate) <= YY_EXPIRING_DAYS
             ? YY_CONDITION_EXPIRING
             : YY_CONDITION_GOOD;
}

const char *
yy_text_get_condition_name (YyCondition condition)
{
  switch (condition)
    {
    case YY_CONDITION_LOCKED:
      return _ ("Locked");
    case YY_CONDITION_NOT_ACTIVATED:
      return _ ("Not activated");
    case YY_CONDITION_EXPIRED:
      return _ ("Expired");
    case YY_CONDITION_EXPIRING:
      return _ ("Expires soon");
    case YY_CONDITION_GOOD:
    default:
      return _ ("Valid");
    }
}

const char *
yy_text_get_condition_icon (YyCondition condition)
{
  switch (condition)
    {
    case YY_CONDITION_LOCKED:
      return "changes-prevent-symbolic";
    case YY_CONDITION_NOT_ACTIVATED:
      return "yinyao-pending-symbolic";
    case YY_CONDITION_EXPIRED:
      return "dialog-error-symbolic";
    case YY_CONDITION_EXPIRING:
      return "dialog-warning-symbolic";
    case YY_CONDITION_GOOD:
    default:
      return "emblem-ok-symbolic";
    }
}

const char *
yy_text_get_condition_style (YyCondition condition)
{
  switch (condition)
    {
    case YY_CONDITION_LOCKED:
    case YY_CONDITION_EXPIRED:
      return "error";
    case YY_CONDITION_NOT_ACTIVATED:
      return "accent";
    case YY_CONDITION_EXPIRING:
      return "warning";
    case YY_CONDITION_GOOD:
    default:
      return "success";
    }
}

/* OpenSC appends the name of the PIN to the label: "LABEL (UserPIN)". */
static char *
dup_plain_label (YyToken *token)
{
  const char *label = yy_token_get_label (token);
  const char *suffix = g_str_has_suffix (label, ")") ? strrchr (label, '(') : NULL;

  if (suffix == NULL || suffix == label || strstr (suffix, "PIN") == NULL)
    return g_strdup (label);
  return g_strchomp (g_strndup (label, (gsize) (suffix - label)));
}

char *
yy_text_dup_token_name (YyToken *token)
{
  g_autofree char *label = dup_plain_label (token);

  if (*label != '\0')
    return g_steal_pointer (&label);
  if (*yy_token_get_model (token) != '\0')
    return g_strdup (yy_token_get_model (token));
  return g_strdup (_ ("Token without a name"));
}

char *
yy_text_dup_token_origin (YyToken *token)
{
  const char *maker = yy_token_get_manufacturer (token);
  const char *model = yy_token_get_model (token);

  if (*maker == '\0' || *model == '\0')
    return g_strdup (*maker == '\0' ? model : maker);
  return g_strdup_printf ("%s · %s", maker, model);
}

char *
yy_text_dup_pin_state (YyToken *token)
{
  g_autofree char *tries = NULL;

  switch (yy_token_get_pin_state (token))
    {
    case YY_PIN_LOCKED:
      return g_strdup (_ ("Locked after too many wrong tries"));
    case YY_PIN_NOT_SET:
      return g_strdup (_ ("Not set yet"));
    case YY_PIN_OK:
    case YY_PIN_COUNT_LOW:
    case YY_PIN_FINAL_TRY:
    default:
      return yy_token_dup_tries_text (token);
    }
}

char *
yy_text_dup_date (GDateTime *moment)
{
  g_autoptr (GDateTime) local = g_date_time_to_local (moment);

  /* Translators: a day, see g_date_time_format(). */
  return g_date_time_format (local, _ ("%Y-%m-%d"));
}

char *
yy_text_dup_validity (YyCertificate *certificate)
{
  g_autofree char *from = yy_text_dup_date (yy_certificate_get_not_before (certificate));
  g_autofree char *to = yy_text_dup_date (yy_certificate_get_not_after (certificate));

  /* Translators: first and last day. */
  return g_strdup_printf (_ ("%s to %s"), from, to);
}

char *
yy_text_dup_expiry (YyCertificate *certificate)
{
  g_autofree char *to = yy_text_dup_date (yy_certificate_get_not_after (certificate));
  int days = yy_certificate_get_days_left (certificate);

  if (seconds_left (certificate) < 0)
    return g_strdup_printf (_ ("Expired on %s"), to);
  if (days == 0)
    return g_strdup_printf (_ ("%s (less than a day left)"), to);
  return g_strdup_printf (ngettext ("%s (%d day left)", "%s (%d days left)", (gulong) days), to,
                          days);
}

char *
yy_text_dup_groups (const char *digits, guint size)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; digits[i] != '\0'; i++)
    {
      if (i > 0 && i % size == 0)
        g_string_append_c (text, ' ');
      g_string_append_c (text, g_ascii_toupper (digits[i]));
    }
  return g_string_free (text, FALSE);
}

char *
yy_text_dup_problem (const GError *error)
{
  const char *advice = yy_error_advice (error);

  if (advice == NULL)
    return g_strdup (error->message);
  /* Translators: what happened, without a full stop, and what to do about it. */
  return g_strdup_printf (_ ("%s. %s"), error->message, advice);
}
