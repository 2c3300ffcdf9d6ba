/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-code-entry.h"

#include <string.h>

struct _YyCodeEntry
{
  GtkWidget parent_instance;

  guint length;
  GtkLabel *caption;
  GtkEditable *entry;
  GtkLabel *note;
};

enum
{
  PROP_COMPLETE = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
static guint activate_signal;

G_DEFINE_FINAL_TYPE (YyCodeEntry, yy_code_entry, GTK_TYPE_WIDGET)

static void
on_changed (YyCodeEntry *self)
{
  if (*gtk_editable_get_text (self->entry) != '\0')
    yy_code_entry_set_message (self, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_COMPLETE]);
}

static void
on_activate (YyCodeEntry *self)
{
  if (yy_code_entry_is_complete (self))
    g_signal_emit (self, activate_signal, 0);
}

/* A code pasted from a message may have spaces or words around it: only digits get in. */
static void
on_insert_text (GtkEditable *text, const char *inserted, int length, int *position, gpointer data)
{
  YyCodeEntry *self = YY_CODE_ENTRY (data);
  gsize room = self->length - MIN (self->length, strlen (gtk_editable_get_text (text)));
  g_autoptr (GString) digits = g_string_new (NULL);

  for (int i = 0; i < length && digits->len < room; i++)
    if (g_ascii_isdigit (inserted[i]))
      g_string_append_c (digits, inserted[i]);
  if ((int) digits->len == length)
    return;
  g_signal_stop_emission_by_name (text, "insert-text");
  if (digits->len > 0)
    gtk_editable_insert_text (text, digits->str, (int) digits->len, position);
}

static gboolean
yy_code_entry_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (YY_CODE_ENTRY (widget)->entry));
}

static void
yy_code_entry_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_COMPLETE)
    g_value_set_boolean (value, yy_code_entry_is_complete (YY_CODE_ENTRY (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
yy_code_entry_dispose (GObject *object)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (yy_code_entry_parent_class)->dispose (object);
}

static void
yy_code_entry_class_init (YyCodeEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = yy_code_entry_get_property;
  object_class->dispose = yy_code_entry_dispose;
  widget_class->grab_focus = yy_code_entry_grab_focus;
  props[PROP_COMPLETE] = g_param_spec_boolean ("complete", NULL, NULL, FALSE,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  activate_signal = g_signal_new ("activate", YY_TYPE_CODE_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-code-entry.ui");
  gtk_widget_class_bind_template_child (widget_class, YyCodeEntry, caption);
  gtk_widget_class_bind_template_child (widget_class, YyCodeEntry, entry);
  gtk_widget_class_bind_template_child (widget_class, YyCodeEntry, note);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
}

static void
yy_code_entry_init (YyCodeEntry *self)
{
  self->length = 6;
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (gtk_editable_get_delegate (self->entry), "insert-text",
                    G_CALLBACK (on_insert_text), self);
}

void
yy_code_entry_set_title (YyCodeEntry *self, const char *title)
{
  gtk_label_set_label (self->caption, title);
}

void
yy_code_entry_set_length (YyCodeEntry *self, guint length)
{
  self->length = length;
}

gboolean
yy_code_entry_is_complete (YyCodeEntry *self)
{
  return strlen (gtk_editable_get_text (self->entry)) == self->length;
}

YySecret *
yy_code_entry_take (YyCodeEntry *self)
{
  const char *text = gtk_editable_get_text (self->entry);
  YySecret *code = yy_secret_new (text, strlen (text));

  gtk_editable_set_text (self->entry, "");
  return code;
}

void
yy_code_entry_set_message (YyCodeEntry *self, const char *message)
{
  gtk_label_set_label (self->note, message == NULL ? "" : message);
  gtk_widget_set_visible (GTK_WIDGET (self->note), message != NULL);
}
