/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-pin-prompt.h"

#include <glib/gi18n.h>

#include "app/yy-button.h"
#include "app/yy-pin-entry.h"
#include "app/yy-text.h"

struct _YyPinPrompt
{
  GtkWidget parent_instance;

  YyToken *token;
  YyPinEntry *entry;
  GtkLabel *tries;
  GtkWidget *last_try_box;
  GtkCheckButton *last_try;
  GtkCheckButton *insist;
};

enum
{
  PROP_READY = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
static guint activate_signal;

G_DEFINE_FINAL_TYPE (YyPinPrompt, yy_pin_prompt, GTK_TYPE_WIDGET)

static gboolean
is_last_try (YyPinPrompt *self)
{
  return self->token != NULL && yy_token_get_pin_state (self->token) == YY_PIN_FINAL_TRY;
}

static gboolean
is_ready (YyPinPrompt *self)
{
  return self->token != NULL && !yy_pin_entry_is_empty (self->entry) &&
         (!is_last_try (self) || gtk_check_button_get_active (self->last_try));
}

static void
update (YyPinPrompt *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_READY]);
}

static void
on_activate (YyPinPrompt *self)
{
  g_signal_emit (self, activate_signal, 0);
}

static gboolean
yy_pin_prompt_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (YY_PIN_PROMPT (widget)->entry));
}

static void
yy_pin_prompt_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_READY)
    g_value_set_boolean (value, is_ready (YY_PIN_PROMPT (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
yy_pin_prompt_dispose (GObject *object)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&YY_PIN_PROMPT (object)->token);
  G_OBJECT_CLASS (yy_pin_prompt_parent_class)->dispose (object);
}

static void
yy_pin_prompt_class_init (YyPinPromptClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = yy_pin_prompt_get_property;
  object_class->dispose = yy_pin_prompt_dispose;
  widget_class->grab_focus = yy_pin_prompt_grab_focus;
  props[PROP_READY] =
      g_param_spec_boolean ("ready", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  activate_signal = g_signal_new ("activate", YY_TYPE_PIN_PROMPT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  g_type_ensure (YY_TYPE_BUTTON);
  g_type_ensure (YY_TYPE_PIN_ENTRY);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-pin-prompt.ui");
  gtk_widget_class_bind_template_child (widget_class, YyPinPrompt, entry);
  gtk_widget_class_bind_template_child (widget_class, YyPinPrompt, tries);
  gtk_widget_class_bind_template_child (widget_class, YyPinPrompt, last_try_box);
  gtk_widget_class_bind_template_child (widget_class, YyPinPrompt, last_try);
  gtk_widget_class_bind_template_child (widget_class, YyPinPrompt, insist);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
}

static void
yy_pin_prompt_init (YyPinPrompt *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* A confirmation counts once, and for what was confirmed. */
static void
withdraw_confirmations (YyPinPrompt *self)
{
  gtk_check_button_set_active (self->last_try, FALSE);
  gtk_check_button_set_active (self->insist, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->insist), FALSE);
}

void
yy_pin_prompt_set_token (YyPinPrompt *self, YyToken *token)
{
  g_autofree char *state = yy_text_dup_pin_state (token);

  g_set_object (&self->token, token);
  gtk_label_set_label (self->tries, state);
  if (!is_last_try (self))
    gtk_check_button_set_active (self->last_try, FALSE);
  gtk_widget_set_visible (self->last_try_box, is_last_try (self));
  update (self);
}

YySecret *
yy_pin_prompt_take (YyPinPrompt *self, YyPinGuard *guard, gboolean *last_try)
{
  g_autoptr (YySecret) pin = yy_pin_entry_take (self->entry);
  g_autoptr (GError) error = NULL;

  *last_try = gtk_check_button_get_active (self->last_try);
  if (gtk_check_button_get_active (self->insist))
    yy_pin_guard_forget (guard, self->token);
  withdraw_confirmations (self);
  if (yy_pin_guard_check (guard, self->token, pin, *last_try, &error))
    return g_steal_pointer (&pin);
  yy_pin_prompt_tell (self, error);
  return NULL;
}

void
yy_pin_prompt_tell (YyPinPrompt *self, const GError *error)
{
  g_autofree char *text = yy_text_dup_problem (error);

  yy_pin_entry_set_message (self->entry, text);
  gtk_widget_set_visible (GTK_WIDGET (self->insist),
                          g_error_matches (error, YY_ERROR, YY_ERROR_PIN_REPEATED));
}
