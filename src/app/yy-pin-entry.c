/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-pin-entry.h"

#include <string.h>

struct _YyPinEntry
{
  GtkWidget parent_instance;

  char *title;
  char *message;
  GtkEditable *entry;
  GtkWidget *caps_lock;
  GdkDevice *keyboard;
};

enum
{
  PROP_TITLE = 1,
  PROP_MESSAGE,
  N_PROPS,
};

enum
{
  CHANGED,
  ACTIVATE,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (YyPinEntry, yy_pin_entry, GTK_TYPE_WIDGET)

static gboolean
has_text (gpointer self, const char *text, gpointer user_data)
{
  return text != NULL && *text != '\0';
}

static void
on_changed (YyPinEntry *self)
{
  if (!yy_pin_entry_is_empty (self))
    yy_pin_entry_set_message (self, NULL);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_activate (YyPinEntry *self)
{
  g_signal_emit (self, signals[ACTIVATE], 0);
}

static void
update_caps_lock (YyPinEntry *self)
{
  gboolean focused =
      (gtk_widget_get_state_flags (GTK_WIDGET (self->entry)) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0;

  gtk_widget_set_visible (self->caps_lock,
                          focused && gdk_device_get_caps_lock_state (self->keyboard));
}

/* Even shown in clear with the peek icon, a PIN does not leave for the clipboard. */
static void
refuse_copy (GtkWidget *text, gpointer user_data)
{
  gtk_widget_error_bell (text);
  g_signal_stop_emission_by_name (text, user_data);
}

static void
forbid_copying (YyPinEntry *self)
{
  const char *const names[] = { "copy-clipboard", "cut-clipboard" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_signal_connect (self->entry, names[i], G_CALLBACK (refuse_copy), (gpointer) names[i]);
}

static void
yy_pin_entry_realize (GtkWidget *widget)
{
  YyPinEntry *self = YY_PIN_ENTRY (widget);
  GdkSeat *seat = NULL;

  GTK_WIDGET_CLASS (yy_pin_entry_parent_class)->realize (widget);
  seat = gdk_display_get_default_seat (gtk_widget_get_display (widget));
  self->keyboard = seat == NULL ? NULL : gdk_seat_get_keyboard (seat);
  if (self->keyboard == NULL)
    return;
  g_signal_connect_object (self->keyboard, "notify::caps-lock-state", G_CALLBACK (update_caps_lock),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "state-flags-changed", G_CALLBACK (update_caps_lock), self,
                           G_CONNECT_SWAPPED);
}

static void
yy_pin_entry_unrealize (GtkWidget *widget)
{
  YyPinEntry *self = YY_PIN_ENTRY (widget);

  yy_pin_entry_clear (self);
  if (self->keyboard != NULL)
    g_signal_handlers_disconnect_by_func (self->keyboard, update_caps_lock, self);
  g_signal_handlers_disconnect_by_func (self->entry, update_caps_lock, self);
  self->keyboard = NULL;
  GTK_WIDGET_CLASS (yy_pin_entry_parent_class)->unrealize (widget);
}

static gboolean
yy_pin_entry_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (YY_PIN_ENTRY (widget)->entry));
}

static void
yy_pin_entry_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  YyPinEntry *self = YY_PIN_ENTRY (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yy_pin_entry_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  YyPinEntry *self = YY_PIN_ENTRY (object);

  switch (id)
    {
    case PROP_TITLE:
      g_free (self->title);
      self->title = g_value_dup_string (value);
      break;
    case PROP_MESSAGE:
      g_free (self->message);
      self->message = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yy_pin_entry_dispose (GObject *object)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (yy_pin_entry_parent_class)->dispose (object);
}

static void
yy_pin_entry_finalize (GObject *object)
{
  YyPinEntry *self = YY_PIN_ENTRY (object);

  g_free (self->title);
  g_free (self->message);
  G_OBJECT_CLASS (yy_pin_entry_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", YY_TYPE_PIN_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[ACTIVATE] = g_signal_new ("activate", YY_TYPE_PIN_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void
yy_pin_entry_class_init (YyPinEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = yy_pin_entry_get_property;
  object_class->set_property = yy_pin_entry_set_property;
  object_class->dispose = yy_pin_entry_dispose;
  object_class->finalize = yy_pin_entry_finalize;
  widget_class->realize = yy_pin_entry_realize;
  widget_class->unrealize = yy_pin_entry_unrealize;
  widget_class->grab_focus = yy_pin_entry_grab_focus;
  install_properties (object_class);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-pin-entry.ui");
  gtk_widget_class_bind_template_child (widget_class, YyPinEntry, entry);
  gtk_widget_class_bind_template_child (widget_class, YyPinEntry, caps_lock);
  gtk_widget_class_bind_template_callback (widget_class, has_text);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
}

static void
yy_pin_entry_init (YyPinEntry *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  forbid_copying (self);
}

/* gtk_editable_get_text() is the password buffer's own memory, not a copy. */
YySecret *
yy_pin_entry_dup (YyPinEntry *self)
{
  const char *text = gtk_editable_get_text (self->entry);

  return yy_secret_new (text, MIN (strlen (text), YY_SECRET_MAX));
}

YySecret *
yy_pin_entry_take (YyPinEntry *self)
{
  YySecret *secret = yy_pin_entry_dup (self);

  yy_pin_entry_clear (self);
  return secret;
}

gboolean
yy_pin_entry_is_empty (YyPinEntry *self)
{
  return *gtk_editable_get_text (self->entry) == '\0';
}

/*
 * Character by character from the end: for each deletion GTK hands the deleted text to the
 * accessibility bus in ordinary memory, and so never the whole PIN.
 */
void
yy_pin_entry_clear (YyPinEntry *self)
{
  g_signal_handlers_block_by_func (self->entry, on_changed, self);
  while (!yy_pin_entry_is_empty (self))
    {
      int last = (int) g_utf8_strlen (gtk_editable_get_text (self->entry), -1) - 1;

      gtk_editable_delete_text (self->entry, last, last + 1);
    }
  g_signal_handlers_unblock_by_func (self->entry, on_changed, self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
yy_pin_entry_set_message (YyPinEntry *self, const char *message)
{
  g_object_set (self, "message", message, NULL);
}
