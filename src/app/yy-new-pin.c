/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-new-pin.h"

#include <string.h>

#include <glib/gi18n.h>

#include "app/yy-mark-row.h"
#include "app/yy-pin-entry.h"

struct _YyNewPin
{
  GtkWidget parent_instance;

  const YyPinPolicy *policy;
  guint min_length;
  guint max_length;
  gboolean acceptable;
  YyPinEntry *first;
  YyPinEntry *second;
  GtkLevelBar *strength;
  GtkLabel *strength_name;
  GtkBox *rules;
};

enum
{
  PROP_ACCEPTABLE = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
static guint activate_signal;

G_DEFINE_FINAL_TYPE (YyNewPin, yy_new_pin, GTK_TYPE_WIDGET)

static void
show_strength (YyNewPin *self, guint strength)
{
  const char *const names[] = { "", _ ("weak"), _ ("weak"), _ ("fair"), _ ("strong") };
  const char *const styles[] = { "weak", "weak", "weak", "fair", "strong" };
  guint level = MIN (strength, G_N_ELEMENTS (names) - 1);

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->strength), styles[i]);
  gtk_widget_add_css_class (GTK_WIDGET (self->strength), styles[level]);
  gtk_level_bar_set_value (self->strength, level);
  gtk_label_set_label (self->strength_name, names[level]);
}

static void
show_rules (YyNewPin *self, gboolean typed, guint unmet)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->rules));

  for (guint i = 0; i < YY_PIN_N_RULES && row != NULL; i++)
    {
      YyMark mark = (unmet & (1U << i)) != 0 ? YY_MARK_FAILED : YY_MARK_DONE;

      yy_mark_row_set_mark (YY_MARK_ROW (row), typed ? mark : YY_MARK_PENDING);
      row = gtk_widget_get_next_sibling (row);
    }
}

/* While the second one is still a beginning of the first one, nothing is wrong yet. */
static void
show_mismatch (YyNewPin *self, const YySecret *first, const YySecret *second)
{
  gsize length = yy_secret_length (second);
  gboolean beginning = length <= yy_secret_length (first) &&
                       memcmp (yy_secret_bytes (first), yy_secret_bytes (second), length) == 0;

  yy_pin_entry_set_message (self->second, beginning ? NULL : _ ("The two are different"));
}

static void
set_acceptable (YyNewPin *self, gboolean acceptable)
{
  if (self->acceptable == acceptable)
    return;
  self->acceptable = acceptable;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACCEPTABLE]);
}

static void
judge (YyNewPin *self)
{
  g_autoptr (YySecret) first = yy_pin_entry_dup (self->first);
  g_autoptr (YySecret) second = yy_pin_entry_dup (self->second);
  YyPinVerdict verdict = { 0 };

  if (self->policy == NULL)
    return;
  verdict = yy_pin_policy_check (self->policy, self->min_length, self->max_length, first);
  show_strength (self, yy_secret_length (first) == 0 ? 0 : verdict.strength);
  show_rules (self, yy_secret_length (first) > 0, verdict.unmet);
  show_mismatch (self, first, second);
  set_acceptable (self, verdict.unmet == 0 && yy_secret_length (first) > 0 &&
                            yy_secret_equal (first, second));
}

static void
on_first_activate (YyNewPin *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->second));
}

static void
on_second_activate (YyNewPin *self)
{
  if (self->acceptable)
    g_signal_emit (self, activate_signal, 0);
}

static gboolean
yy_new_pin_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (YY_NEW_PIN (widget)->first));
}

static void
yy_new_pin_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ACCEPTABLE)
    g_value_set_boolean (value, YY_NEW_PIN (object)->acceptable);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
yy_new_pin_dispose (GObject *object)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (yy_new_pin_parent_class)->dispose (object);
}

static void
yy_new_pin_class_init (YyNewPinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = yy_new_pin_get_property;
  object_class->dispose = yy_new_pin_dispose;
  widget_class->grab_focus = yy_new_pin_grab_focus;
  props[PROP_ACCEPTABLE] = g_param_spec_boolean ("acceptable", NULL, NULL, FALSE,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  activate_signal = g_signal_new ("activate", YY_TYPE_NEW_PIN, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  g_type_ensure (YY_TYPE_PIN_ENTRY);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-new-pin.ui");
  gtk_widget_class_bind_template_child (widget_class, YyNewPin, first);
  gtk_widget_class_bind_template_child (widget_class, YyNewPin, second);
  gtk_widget_class_bind_template_child (widget_class, YyNewPin, strength);
  gtk_widget_class_bind_template_child (widget_class, YyNewPin, strength_name);
  gtk_widget_class_bind_template_child (widget_class, YyNewPin, rules);
  gtk_widget_class_bind_template_callback (widget_class, judge);
  gtk_widget_class_bind_template_callback (widget_class, on_first_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_second_activate);
}

static void
yy_new_pin_init (YyNewPin *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
yy_new_pin_set_rules (YyNewPin *self, const YyPinPolicy *policy, YyToken *token)
{
  GtkWidget *row = NULL;

  self->policy = policy;
  self->min_length = yy_token_get_min_pin_length (token);
  self->max_length = yy_token_get_max_pin_length (token);
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->rules))) != NULL)
    gtk_box_remove (self->rules, row);
  for (guint i = 0; i < YY_PIN_N_RULES; i++)
    {
      g_autofree char *text =
          yy_pin_policy_dup_rule_text (policy, self->min_length, self->max_length, 1U << i);

      gtk_box_append (self->rules, yy_mark_row_new (text, TRUE));
    }
  judge (self);
}

gboolean
yy_new_pin_is_acceptable (YyNewPin *self)
{
  return self->acceptable;
}

YySecret *
yy_new_pin_dup (YyNewPin *self)
{
  return yy_pin_entry_dup (self->first);
}

YySecret *
yy_new_pin_take (YyNewPin *self)
{
  YySecret *pin = yy_pin_entry_take (self->first);

  yy_pin_entry_clear (self->second);
  return pin;
}

void
yy_new_pin_clear (YyNewPin *self)
{
  yy_pin_entry_clear (self->first);
  yy_pin_entry_clear (self->second);
}

void
yy_new_pin_set_message (YyNewPin *self, const char *message)
{
  yy_pin_entry_set_message (self->first, message);
}
