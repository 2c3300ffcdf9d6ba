/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-command.h"

#include "ra/ra-sms.h"

#include <string.h>

#include <glib/gi18n.h>

#define NAME_MAX_LENGTH 32

static gboolean
print_message (RaSite *site, const RaMessage *message, JsonArray *array, GError **error)
{
  g_autoptr (YySecret) text = ra_sms_dup_text (site, message, error);
  g_autoptr (YySecret) code =
      message->code == NULL || text == NULL ? NULL : ra_sms_dup_code (site, message, error);
  g_autofree char *time = ra_command_format_time (message->time);
  JsonObject *object = NULL;

  if (text == NULL || (message->code != NULL && code == NULL))
    return FALSE;
  if (!ra_command_options.json)
    {
      ra_command_print_row (time, message->order, message->to, message->delivery,
                            yy_secret_bytes (text), NULL);
      return TRUE;
    }
  object = json_object_new ();
  json_object_set_string_member (object, "order", message->order);
  json_object_set_string_member (object, "to", message->to);
  json_object_set_string_member (object, "text", yy_secret_bytes (text));
  if (code == NULL)
    json_object_set_null_member (object, "code");
  else
    json_object_set_string_member (object, "code", yy_secret_bytes (code));
  json_object_set_string_member (object, "time", time);
  json_object_set_string_member (object, "delivery", message->delivery);
  json_array_add_object_element (array, object);
  return TRUE;
}

static gboolean
outbox (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = ra_command_open (error);
  g_autoptr (GPtrArray) messages =
      site == NULL ? NULL : ra_store_list_messages (site->store, error);
  g_autoptr (JsonArray) array = json_array_new ();

  if (messages == NULL)
    return FALSE;
  for (guint i = 0; i < messages->len; i++)
    if (!print_message (site, messages->pdata[i], array, error))
      return FALSE;
  if (ra_command_options.json)
    ra_command_print_json (g_steal_pointer (&array));
  return TRUE;
}

static gboolean
audit (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = ra_command_open (error);
  g_autoptr (GPtrArray) entries = site == NULL ? NULL : ra_store_list_audit (site->store, error);
  g_autoptr (JsonArray) array = json_array_new ();

  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    {
      const RaAudit *entry = entries->pdata[i];
      g_autofree char *time = ra_command_format_time (entry->time);
      JsonObject *object = NULL;

      if (!ra_command_options.json)
        {
          ra_command_print_row (time, entry->who, entry->what, entry->subject, entry->why, NULL);
          continue;
        }
      object = json_object_new ();
      json_object_set_int_member (object, "id", entry->id);
      json_object_set_string_member (object, "time", time);
      json_object_set_string_member (object, "who", entry->who);
      json_object_set_string_member (object, "what", entry->what);
      json_object_set_string_member (object, "subject", entry->subject);
      json_object_set_string_member (object, "why", entry->why);
      json_array_add_object_element (array, object);
    }
  if (ra_command_options.json)
    ra_command_print_json (g_steal_pointer (&array));
  return TRUE;
}

/* The name becomes part of a file's name. */
static gboolean
check_name (const char *name, GError **error)
{
  gboolean good = *name != '\0' && strlen (name) <= NAME_MAX_LENGTH;

  for (const char *c = name; *c != '\0'; c++)
    good = good && (g_ascii_isalnum (*c) || *c == '-' || *c == '_');
  if (!good)
    g_set_error (error, YY_ERROR, YY_ERROR_USAGE,
                 _ ("The name of an account has 1 to %d letters, digits, “-” and “_”"),
                 NAME_MAX_LENGTH);
  return good;
}

static gboolean
office_add (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = check_name (arguments[0], error) ? ra_command_open (error) : NULL;
  g_autofree char *file = g_strdup_printf ("office-%s.key", arguments[0]);
  g_autofree char *path = NULL;

  if (site == NULL || !ra_store_begin (site->store, error))
    return FALSE;
  if (!ra_site_add_account (site, ra_command_who (), arguments[0], file, error))
    {
      ra_store_rollback (site->store);
      return FALSE;
    }
  if (!ra_store_commit (site->store, error))
    return FALSE;
  path = g_build_filename (site->directory, file, NULL);
  if (ra_command_options.json)
    {
      JsonArray *array = json_array_new ();
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "name", arguments[0]);
      json_object_set_string_member (object, "key_file", path);
      json_array_add_object_element (array, object);
      ra_command_print_json (array);
    }
  else
    g_print ("%s\n", path);
  return TRUE;
}

const RaCommand ra_command_outbox = {
  "outbox", "", 0, outbox, NULL, N_ ("Show the text messages, with the codes still valid")
};
const RaCommand ra_command_audit = { "audit", "",   0,
                                     audit,   NULL, N_ ("Check and show the audit log") };
const RaCommand ra_command_office_add = {
  "office add", "NAME", 1, office_add, NULL, N_ ("Make an office account and its key file")
};
