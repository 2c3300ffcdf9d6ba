/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-unlock-details.h"

#include <string.h>

#include <glib/gi18n.h>

#include "app/yy-field.h"
#include "app/yy-text.h"
#include "app/yy-unlock-way.h"

#define N_FIELDS 4

struct _YyUnlockDetails
{
  AdwBin parent_instance;

  YyClient *client;
  char *token;
  YyField *organization;
  YyField *name;
  GtkDropDown *document_type;
  YyField *document_number;
  YyField *mobile;
  GtkLabel *message;
  GtkWidget *form;
  GtkWidget *next;
  GtkSpinner *spinner;
  guint judged; /* fields that were left once, as bits */
};

static guint submitted_signal;

G_DEFINE_FINAL_TYPE (YyUnlockDetails, yy_unlock_details, ADW_TYPE_BIN)

/* In the order of the list in the .ui file. */
static const char *const document_types[] = { "identity-card", "passport", "permit", "other" };

static const struct
{
  const char *group;
  const char *key;
} rules[N_FIELDS] = {
  { "organization", "name" },
  { "agent", "name" },
  { "agent", "document-number" },
  { "agent", "mobile" },
};

static YyField *
get_field (YyUnlockDetails *self, guint i)
{
  YyField *const fields[N_FIELDS] = { self->organization, self->name, self->document_number,
                                      self->mobile };

  return fields[i];
}

static YyOrder *
dup_order (YyUnlockDetails *self)
{
  YyOrder *order = yy_order_new (YY_ORDER_UNLOCK);
  guint type = gtk_drop_down_get_selected (self->document_type);

  order->token = g_strdup (self->token);
  order->organization = g_strdup (yy_field_get_text (self->organization));
  order->agent_name = g_strdup (yy_field_get_text (self->name));
  order->agent_document_type =
      g_strdup (document_types[MIN (type, G_N_ELEMENTS (document_types) - 1)]);
  order->agent_document_number = g_strdup (yy_field_get_text (self->document_number));
  order->agent_mobile = g_strdup (yy_field_get_text (self->mobile));
  yy_order_tidy (order);
  return order;
}

/* Problems are told in half sentences; here each stands alone. */
static char *
dup_sentence (const char *problem)
{
  g_autofree char *first = g_utf8_substring (problem, 0, 1);
  g_autofree char *capital = g_utf8_strup (first, -1);

  return g_strconcat (capital, g_utf8_next_char (problem), NULL);
}

static gboolean
judge (YyUnlockDetails *self, const YyOrder *order, guint i)
{
  const char *problem = yy_order_check_field (order, rules[i].group, rules[i].key);
  g_autofree char *sentence = problem == NULL ? NULL : dup_sentence (problem);

  if ((self->judged & 1U << i) != 0)
    yy_field_set_message (get_field (self, i), sentence);
  return problem == NULL;
}

/* Returns: the first field that is wrong, N_FIELDS when none is */
static guint
judge_all (YyUnlockDetails *self)
{
  g_autoptr (YyOrder) order = dup_order (self);
  guint wrong = N_FIELDS;

  for (guint i = N_FIELDS; i-- > 0;)
    if (!judge (self, order, i))
      wrong = i;
  return wrong;
}

static void
tell (YyUnlockDetails *self, const GError *error)
{
  g_autofree char *text = error == NULL ? NULL : yy_text_dup_problem (error);

  gtk_label_set_label (self->message, text == NULL ? "" : text);
  gtk_widget_set_visible (GTK_WIDGET (self->message), text != NULL);
}

static void
on_edited (YyUnlockDetails *self)
{
  tell (self, NULL);
  judge_all (self);
}

/* Who passes a field empty on the way to another one is not blamed yet. */
static void
on_left (YyUnlockDetails *self, YyField *field)
{
  for (guint i = 0; i < N_FIELDS; i++)
    if (get_field (self, i) == field && *yy_field_get_text (field) != '\0')
      self->judged |= 1U << i;
  judge_all (self);
}

static void
set_busy (YyUnlockDetails *self, gboolean busy)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  /* A field that is made insensitive under the cursor would miss that the focus goes. */
  if (busy && root != NULL)
    gtk_root_set_focus (root, NULL);
  gtk_widget_set_sensitive (self->form, !busy);
  gtk_widget_set_sensitive (self->next, !busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_spinner_set_spinning (self->spinner, busy);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyUnlockDetails) self = YY_UNLOCK_DETAILS (user_data);
  g_autoptr (GError) error = NULL;
  gboolean done = yy_tickets_finish (YY_TICKETS (source), result, &error);

  if (self->client == NULL) /* the page has gone */
    return;
  set_busy (self, FALSE);
  tell (self, error);
  if (done)
    g_signal_emit (self, submitted_signal, 0);
  else
    gtk_widget_grab_focus (self->next);
}

static gboolean
has_same_details (const YyOrder *a, const YyOrder *b)
{
  return g_strcmp0 (a->organization, b->organization) == 0 &&
         g_strcmp0 (a->agent_name, b->agent_name) == 0 &&
         g_strcmp0 (a->agent_document_type, b->agent_document_type) == 0 &&
         g_strcmp0 (a->agent_document_number, b->agent_document_number) == 0 &&
         g_strcmp0 (a->agent_mobile, b->agent_mobile) == 0;
}

/* Every comparison counts: details that are there already are not sent again. */
static void
send_details (YyUnlockDetails *self)
{
  YyTickets *tickets = yy_client_get_tickets (self->client);
  YyTicket *ticket = yy_tickets_get (tickets, self->token);
  gboolean correct = yy_unlock_way_is_correctable (ticket);
  g_autoptr (YyOrder) order = dup_order (self);

  if (correct && has_same_details (order, ticket->order))
    {
      g_signal_emit (self, submitted_signal, 0);
      return;
    }
  tell (self, NULL);
  set_busy (self, TRUE);
  if (correct)
    yy_tickets_correct_async (tickets, order, NULL, on_sent, g_object_ref (self));
  else
    yy_tickets_open_async (tickets, order, NULL, on_sent, g_object_ref (self));
}

static void
submit (YyUnlockDetails *self)
{
  guint wrong = N_FIELDS;

  self->judged = (1U << N_FIELDS) - 1;
  wrong = judge_all (self);
  if (wrong < N_FIELDS)
    gtk_widget_grab_focus (GTK_WIDGET (get_field (self, wrong)));
  else if (gtk_widget_is_sensitive (self->form))
    send_details (self);
}

static void
on_activate (YyUnlockDetails *self, YyField *field)
{
  guint i = 0;

  while (get_field (self, i) != field)
    i++;
  if (i + 1 < N_FIELDS)
    gtk_widget_grab_focus (GTK_WIDGET (get_field (self, i + 1)));
  else
    submit (self);
}

static gboolean
yy_unlock_details_grab_focus (GtkWidget *widget)
{
  YyUnlockDetails *self = YY_UNLOCK_DETAILS (widget);

  for (guint i = 0; i < N_FIELDS; i++)
    if (*yy_field_get_text (get_field (self, i)) == '\0')
      return gtk_widget_grab_focus (GTK_WIDGET (get_field (self, i)));
  return gtk_widget_grab_focus (GTK_WIDGET (self->organization));
}

static void
yy_unlock_details_dispose (GObject *object)
{
  YyUnlockDetails *self = YY_UNLOCK_DETAILS (object);

  g_clear_pointer (&self->token, g_free);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_unlock_details_parent_class)->dispose (object);
}

static void
yy_unlock_details_class_init (YyUnlockDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->grab_focus = yy_unlock_details_grab_focus;
  G_OBJECT_CLASS (klass)->dispose = yy_unlock_details_dispose;
  submitted_signal = g_signal_new ("submitted", YY_TYPE_UNLOCK_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (YY_TYPE_FIELD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-unlock-details.ui");
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDetails, organization);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDetails, name);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDetails, document_type);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDetails, document_number);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDetails, mobile);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDetails, message);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDetails, form);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDetails, next);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockDetails, spinner);
  gtk_widget_class_bind_template_callback (widget_class, on_edited);
  gtk_widget_class_bind_template_callback (widget_class, on_left);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, submit);
}

static void
yy_unlock_details_init (YyUnlockDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
yy_unlock_details_set_up (YyUnlockDetails *self, YyClient *client, const char *token)
{
  self->client = g_object_ref (client);
  self->token = g_strdup (token);
}

void
yy_unlock_details_set_organization (YyUnlockDetails *self, const char *organization)
{
  if (*yy_field_get_text (self->organization) == '\0')
    yy_field_set_text (self->organization, organization);
}

void
yy_unlock_details_set_order (YyUnlockDetails *self, const YyOrder *order)
{
  yy_field_set_text (self->organization, order->organization);
  yy_field_set_text (self->name, order->agent_name);
  for (guint i = 0; i < G_N_ELEMENTS (document_types); i++)
    if (g_strcmp0 (order->agent_document_type, document_types[i]) == 0)
      gtk_drop_down_set_selected (self->document_type, i);
  yy_field_set_text (self->document_number, order->agent_document_number);
  yy_field_set_text (self->mobile, order->agent_mobile);
}
