/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-unlock-rejected.h"

#include <glib/gi18n.h>

struct _YyUnlockRejected
{
  AdwBin parent_instance;

  GtkLabel *reason;
  GtkLabel *hotline;
  GtkWidget *documents;
};

G_DEFINE_FINAL_TYPE (YyUnlockRejected, yy_unlock_rejected, ADW_TYPE_BIN)

static gboolean
yy_unlock_rejected_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (YY_UNLOCK_REJECTED (widget)->documents);
}

static void
yy_unlock_rejected_class_init (YyUnlockRejectedClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->grab_focus = yy_unlock_rejected_grab_focus;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-unlock-rejected.ui");
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRejected, reason);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRejected, hotline);
  gtk_widget_class_bind_template_child (widget_class, YyUnlockRejected, documents);
}

static void
yy_unlock_rejected_init (YyUnlockRejected *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
yy_unlock_rejected_show (YyUnlockRejected *self, YyTicket *ticket, const char *hotline)
{
  const char *reason = ticket->order->reason;
  g_autofree char *text = g_strdup_printf (_ ("Hotline: %s"), hotline);

  gtk_label_set_label (self->reason, reason == NULL || *reason == '\0'
                                         ? _ ("No reason was given. Call the hotline.")
                                         : reason);
  gtk_label_set_label (self->hotline, text);
  gtk_widget_set_visible (self->documents, ticket->documents->len > 0);
}
