/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-field.h"

struct _YyField
{
  GtkWidget parent_instance;

  char *title;
  char *placeholder;
  GtkInputPurpose purpose;
  GtkWidget *entry;
  GtkLabel *note;
};

enum
{
  PROP_TITLE = 1,
  PROP_PLACEHOLDER,
  PROP_PURPOSE,
  N_PROPS,
};

enum
{
  CHANGED,
  ACTIVATE,
  LEFT,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (YyField, yy_field, GTK_TYPE_WIDGET)

static void
on_changed (YyField *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_activate (YyField *self)
{
  g_signal_emit (self, signals[ACTIVATE], 0);
}

static void
on_leave (YyField *self)
{
  g_signal_emit (self, signals[LEFT], 0);
}

static gboolean
yy_field_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (YY_FIELD (widget)->entry);
}

static void
yy_field_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  YyField *self = YY_FIELD (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_PLACEHOLDER:
      g_value_set_string (value, self->placeholder);
      break;
    case PROP_PURPOSE:
      g_value_set_enum (value, (int) self->purpose);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yy_field_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  YyField *self = YY_FIELD (object);

  switch (id)
    {
    case PROP_TITLE:
      g_free (self->title);
      self->title = g_value_dup_string (value);
      break;
    case PROP_PLACEHOLDER:
      g_free (self->placeholder);
      self->placeholder = g_value_dup_string (value);
      break;
    case PROP_PURPOSE:
      self->purpose = (GtkInputPurpose) g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yy_field_dispose (GObject *object)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (yy_field_parent_class)->dispose (object);
}

static void
yy_field_finalize (GObject *object)
{
  YyField *self = YY_FIELD (object);

  g_free (self->title);
  g_free (self->placeholder);
  G_OBJECT_CLASS (yy_field_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = yy_field_get_property;
  object_class->set_property = yy_field_set_property;
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_PLACEHOLDER] = g_param_spec_string ("placeholder", NULL, NULL, NULL, flags);
  props[PROP_PURPOSE] = g_param_spec_enum ("purpose", NULL, NULL, GTK_TYPE_INPUT_PURPOSE,
                                           GTK_INPUT_PURPOSE_FREE_FORM, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
yy_field_class_init (YyFieldClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const char *const names[] = { "changed", "activate", "left" };

  G_OBJECT_CLASS (klass)->dispose = yy_field_dispose;
  G_OBJECT_CLASS (klass)->finalize = yy_field_finalize;
  widget_class->grab_focus = yy_field_grab_focus;
  install_properties (G_OBJECT_CLASS (klass));
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], YY_TYPE_FIELD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-field.ui");
  gtk_widget_class_bind_template_child (widget_class, YyField, entry);
  gtk_widget_class_bind_template_child (widget_class, YyField, note);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_leave);
}

static void
yy_field_init (YyField *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

const char *
yy_field_get_text (YyField *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

void
yy_field_set_text (YyField *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text == NULL ? "" : text);
}

void
yy_field_set_message (YyField *self, const char *message)
{
  gtk_label_set_label (self->note, message == NULL ? "" : message);
  gtk_widget_set_visible (GTK_WIDGET (self->note), message != NULL);
  if (message != NULL)
    gtk_widget_add_css_class (self->entry, "error");
  else
    gtk_widget_remove_css_class (self->entry, "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               message != NULL ? GTK_ACCESSIBLE_INVALID_TRUE
                                               : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}
