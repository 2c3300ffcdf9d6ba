/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-command.h"

#include "ra/ra-files.h"
#include "ra/ra-office.h"
#include "ra/ra-sms.h"
#include "ra/ra-table.h"

#include <glib/gi18n.h>

static char *details;
static char *reason;
static char *only_state;
static char *only_type;

static void
add_row (RaTable *table, const YyOrder *order)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (order->updated);
  g_autofree char *since = g_date_time_format (time, "%F %R");

  ra_table_add (table, order->number);
  ra_table_add (table, _ (yy_order_type_get_info (order->type)->title));
  ra_table_add (table, yy_order_state_get_title (order->state));
  ra_table_add (table, order->organization);
  ra_table_add (table, order->agent_name);
  ra_table_add (table, order->token);
  ra_table_add (table, since);
}

static void
print_table (GPtrArray *orders)
{
  const char *const headings[] = { C_ ("order list", "Number"), C_ ("order list", "Type"),
                                   C_ ("order list", "State"),  C_ ("order list", "Organization"),
                                   C_ ("order list", "Agent"),  C_ ("order list", "Token"),
                                   C_ ("order list", "Since"),  NULL };
  g_autoptr (RaTable) table = ra_table_new (headings);

  for (guint i = 0; i < orders->len; i++)
    add_row (table, orders->pdata[i]);
  ra_table_print (table);
}

static void
print_orders (GPtrArray *orders)
{
  JsonArray *array = NULL;

  if (!ra_command_options.json)
    {
      print_table (orders);
      return;
    }
  array = json_array_new ();
  for (guint i = 0; i < orders->len; i++)
    json_array_add_element (array, yy_order_to_json (orders->pdata[i]));
  ra_command_print_json (array);
}

static void
print_order (YyOrder *order)
{
  g_autoptr (GPtrArray) orders = g_ptr_array_new ();

  g_ptr_array_add (orders, order);
  print_orders (orders);
}

static YyOrder *
read_details (GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (details == NULL)
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("--details is needed"));
      return NULL;
    }
  path = g_canonicalize_filename (details, NULL);
  bytes = ra_files_read ("/", path, error);
  return bytes == NULL ? NULL : yy_order_new_from_key_file (bytes, error);
}

static gboolean
add (char **arguments, GError **error)
{
  g_autoptr (YyOrder) order = read_details (error);
  g_autoptr (RaSite) site = order == NULL ? NULL : ra_command_open (error);

  if (site == NULL || !ra_store_begin (site->store, error))
    return FALSE;
  if (!ra_office_add (site, ra_command_who (), order, error))
    {
      ra_store_rollback (site->store);
      return FALSE;
    }
  if (!ra_store_commit (site->store, error))
    return FALSE;
  if (ra_command_options.json)
    print_order (order);
  else
    g_print ("%s\n", order->number);
  return TRUE;
}

static gboolean
check_filter (YyOrderState *state, YyOrderType *type, GError **error)
{
  const char *wrong = NULL;

  if (only_state != NULL && !yy_order_state_from_nick (only_state, state))
    wrong = only_state;
  else if (only_type != NULL && !yy_order_type_from_nick (only_type, type))
    wrong = only_type;
  if (wrong != NULL)
    g_set_error (error, YY_ERROR, YY_ERROR_USAGE, _ ("There is no state or type “%s”"), wrong);
  return wrong == NULL;
}

static gboolean
list (char **arguments, GError **error)
{
  YyOrderState state = YY_ORDER_DRAFT;
  YyOrderType type = YY_ORDER_APPLY;
  g_autoptr (RaSite) site = check_filter (&state, &type, error) ? ra_command_open (error) : NULL;
  g_autoptr (GPtrArray) orders = site == NULL ? NULL : ra_store_list_orders (site->store, error);

  if (orders == NULL)
    return FALSE;
  for (guint i = orders->len; i > 0; i--)
    {
      const YyOrder *order = orders->pdata[i - 1];

      if ((only_state != NULL && order->state != state) ||
          (only_type != NULL && order->type != type))
        g_ptr_array_remove_index (orders, i - 1);
    }
  print_orders (orders);
  return TRUE;
}

/* Commits what was done, delivers the messages it made, and prints the order. */
static gboolean
finish (RaSite *site, YyOrder *order, const RaNotices *notices, GError **error)
{
  if (order == NULL)
    {
      ra_store_rollback (site->store);
      return FALSE;
    }
  if (!ra_store_commit (site->store, error))
    return FALSE;
  ra_sms_deliver (site, notices->former);
  ra_sms_deliver (site, notices->agent);
  print_order (order);
  return TRUE;
}

static gboolean
approve (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = ra_command_open (error);
  g_autoptr (YyOrder) order = NULL;
  RaNotices notices = { 0 };

  if (site == NULL || !ra_store_begin (site->store, error))
    return FALSE;
  order = ra_office_approve (site, ra_command_who (), arguments[0], &notices, error);
  return finish (site, order, &notices, error);
}

static gboolean
reject (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = NULL;
  g_autoptr (YyOrder) order = NULL;
  RaNotices notices = { 0 };

  if (reason == NULL || *reason == '\0')
    {
      g_set_error_literal (error, YY_ERROR, YY_ERROR_USAGE, _ ("--reason is needed"));
      return FALSE;
    }
  site = ra_command_open (error);
  if (site == NULL || !ra_store_begin (site->store, error))
    return FALSE;
  order = ra_office_reject (site, ra_command_who (), arguments[0], reason, &notices.agent, error);
  return finish (site, order, &notices, error);
}

static gboolean
resend (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = ra_command_open (error);
  g_autoptr (YyOrder) order = NULL;
  RaNotices notices = { 0 };

  if (site == NULL || !ra_store_begin (site->store, error))
    return FALSE;
  order = ra_office_resend (site, ra_command_who (), arguments[0], &notices.agent, error);
  return finish (site, order, &notices, error);
}

static gboolean
withdraw (char **arguments, GError **error)
{
  g_autoptr (RaSite) site = ra_command_open (error);
  g_autoptr (YyOrder) order = NULL;

  if (site == NULL || !ra_store_begin (site->store, error))
    return FALSE;
  order = ra_office_get_order (site, arguments[0], error);
  if (order != NULL && !ra_office_withdraw (site, ra_command_who (), order, "by the office", error))
    g_clear_pointer (&order, yy_order_free);
  return finish (site, order, &(RaNotices){ 0 }, error);
}

static const GOptionEntry add_options[] = { { "details", 0, 0, G_OPTION_ARG_FILENAME, &details,
                                              N_ ("The order's details, a key file"), "FILE" },
                                            G_OPTION_ENTRY_NULL };
static const GOptionEntry reject_options[] = { { "reason", 0, 0, G_OPTION_ARG_STRING, &reason,
                                                 N_ ("Why, as the applicant will read it"),
                                                 "TEXT" },
                                               G_OPTION_ENTRY_NULL };

static const GOptionEntry list_options[] = {
  { "state", 0, 0, G_OPTION_ARG_STRING, &only_state, N_ ("Only those in this state"), "STATE" },
  { "type", 0, 0, G_OPTION_ARG_STRING, &only_type, N_ ("Only those of this type"), "TYPE" },
  G_OPTION_ENTRY_NULL
};

const RaCommand ra_command_order_add = {
  "order add", "", 0, add, add_options, N_ ("Register an order handed in at the office")
};
const RaCommand ra_command_order_list = { "order list", "",           0,
                                          list,         list_options, N_ ("List the orders") };
const RaCommand ra_command_order_approve = {
  "order approve", "NUMBER", 1, approve, NULL, N_ ("Pass the review the order is in")
};
const RaCommand ra_command_order_reject = {
  "order reject", "NUMBER", 1, reject, reject_options, N_ ("Reject an order that is being reviewed")
};
const RaCommand ra_command_order_resend = {
  "order resend", "NUMBER", 1, resend, NULL, N_ ("Send a new activation code")
};
const RaCommand ra_command_order_withdraw = {
  "order withdraw", "NUMBER", 1, withdraw, NULL, N_ ("Take an order back")
};
